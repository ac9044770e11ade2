/**
 * Secrets at rest: sealed with a key from the environment (tweetnacl secretbox: XSalsa20-Poly1305, a fresh random nonce each time).
 * Each is sealed for one place, so that a row copied to another account opens nothing there.
 */
import { createHmac } from "node:crypto";
import nacl from "tweetnacl";
import type { EncryptionKey, Keyring } from "@/lib/core/encryption-keys";
import type { RandomBytes } from "@/lib/core/ports";

export interface Sealed {
  /** 24 bytes of nonce, then the ciphertext. */
  bytes: Uint8Array<ArrayBuffer>;
  keyVersion: number;
}

const keyFor = (key: EncryptionKey, place: string): Uint8Array => new Uint8Array(createHmac("sha256", key.key).update(`portcullis sealed v1\n${place}`).digest());

/** Seals with the highest version. @param place what the secret belongs to, like "totp <device's id> of <user's id>" */
export function seal(keyring: Keyring, randomBytes: RandomBytes, place: string, secret: Uint8Array): Sealed {
  const [highest] = keyring;
  const nonce = randomBytes(nacl.secretbox.nonceLength);
  const box = nacl.secretbox(secret, nonce, keyFor(highest, place));
  return { bytes: new Uint8Array([...nonce, ...box]), keyVersion: highest.version };
}

/** @throws Error naming the version when its key is not in the settings, or when the bytes were not sealed with it for this place */
export function unseal(keyring: Keyring, place: string, sealed: { bytes: Uint8Array; keyVersion: number }): Uint8Array {
  const key = keyring.find(({ version }) => version === sealed.keyVersion);
  if (!key) throw new Error(`A secret at rest is sealed with key version ${sealed.keyVersion}, which PORTAL_ENCRYPTION_KEYS doesn't hold.`);
  const nonce = sealed.bytes.slice(0, nacl.secretbox.nonceLength);
  const secret = nonce.length === nacl.secretbox.nonceLength && nacl.secretbox.open(sealed.bytes.slice(nacl.secretbox.nonceLength), nonce, keyFor(key, place));
  if (!secret) throw new Error(`A secret at rest does not open with key version ${sealed.keyVersion}: the key changed without a new version, or the row was altered.`);
  return secret;
}
