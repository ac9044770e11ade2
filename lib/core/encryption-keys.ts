/** The keys that secrets at rest are sealed with: numbered, so that each sealed secret says which one opens it. */
import { decodeBase64 } from "./base64";

export interface EncryptionKey {
  version: number;
  /** 32 bytes. */
  key: Uint8Array;
}

/** Highest version first: that one seals, the others open what was sealed before. Never empty. */
export type Keyring = readonly [EncryptionKey, ...EncryptionKey[]];

/** Versions are kept in a smallint. */
const MAX_VERSION = 32_767;

/**
 * Reads "2:base64 of 32 bytes,3:…". Version 1 is the one that follows from the portal's secret, unless the text names another, so that
 * what was sealed before there was a list still opens.
 *
 * @returns the keys, or in words what is wrong with the text; no key is part of the words
 */
export function parseKeyring(text: string, derived: Uint8Array): Keyring | { problem: string } {
  const keys = new Map<number, Uint8Array>();
  for (const part of text.split(",").map((piece) => piece.trim()).filter((piece) => piece !== "")) {
    const [, number = "", encoded = ""] = /^(\d{1,5}):(.*)$/.exec(part) ?? [];
    const version = Number(number);
    if (number === "" || version < 1 || version > MAX_VERSION) return { problem: `holds an entry without a version from 1 to ${MAX_VERSION} in front. Write it like "2:" and the output of: openssl rand -base64 32` };
    if (keys.has(version)) return { problem: `names version ${version} twice. Each key has a version of its own.` };
    const key = decodeBase64(encoded);
    if (key?.length !== 32) return { problem: `has a key of version ${version} that is not 32 bytes in base64. Make one with: openssl rand -base64 32` };
    if (new Set(key).size < 8) return { problem: `has a key of version ${version} that looks like a placeholder. Make one with: openssl rand -base64 32` };
    keys.set(version, key);
  }
  if (!keys.has(1)) keys.set(1, derived);
  const [highest, ...older] = [...keys].map(([version, key]) => ({ version, key })).sort((a, b) => b.version - a.version);
  return highest ? [highest, ...older] : { problem: "holds no key." };
}
