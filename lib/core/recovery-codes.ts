/** Recovery codes: for who has lost every other factor. Each is 60 random bits, written in Crockford's base32, which has no I, L, O or U. */
import { createHmac } from "node:crypto";
import type { RandomBytes } from "./ports";

/** How many a person gets at a time. */
export const RECOVERY_CODES = 10;
const CHARACTERS = 12;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Like "7KQ2-M4XP-90TD". */
export function makeRecoveryCode(randomBytes: RandomBytes): string {
  // 256 is a multiple of 32, so that every character is equally likely.
  const characters = [...randomBytes(CHARACTERS)].map((byte) => ALPHABET[byte % 32]).join("");
  return characters.replace(/(.{4})(?=.)/g, "$1-");
}

/** As it was made, from what a person typed: any case, with or without dashes, O for 0, I or L for 1. null: it can't be one. */
export function parseRecoveryCode(text: string): string | null {
  const characters = text
    .slice(0, 64)
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s-]/gu, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  if (characters.length !== CHARACTERS || [...characters].some((character) => !ALPHABET.includes(character))) return null;
  return characters.replace(/(.{4})(?=.)/g, "$1-");
}

/**
 * What is stored of a code: who has the database alone can't try guesses against it.
 * @param key at least 32 bytes, derived from the portal's secret for this use alone
 * @param code as `makeRecoveryCode` or `parseRecoveryCode` give it
 */
export function hashRecoveryCode(key: Uint8Array, userId: string, code: string): Uint8Array<ArrayBuffer> {
  if (key.length < 32) throw new RangeError("The key for recovery codes has at least 32 bytes.");
  return new Uint8Array(createHmac("sha256", key).update(`portcullis recovery code v1\n${userId}\n${code}`).digest());
}
