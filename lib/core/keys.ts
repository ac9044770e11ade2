/** WireGuard's keys: Curve25519 (RFC 7748), 32 bytes, written as standard base64. Runs in browsers and in Node. */
import nacl from "tweetnacl";
import { decodeBase64, encodeBase64 } from "@/lib/core/base64";
import { PortcullisError } from "@/lib/core/errors";
import type { RandomBytes } from "@/lib/core/ports";

export const KEY_BYTES = 32;

declare const publicKeyBrand: unique symbol;
/** Base64, 44 characters, 32 bytes: a point that `wg pubkey` can produce. */
export type PublicKey = string & { readonly [publicKeyBrand]: true };

const WITHHELD = "[private key]";

/** A private key that can't slip into a log, a request or a page: whatever prints it prints "[private key]". */
export class PrivateKey {
  readonly #bytes: Uint8Array;

  /** @param bytes exactly 32; copied, and clamped (RFC 7748, section 5), as `wg genkey` does. */
  constructor(bytes: Uint8Array) {
    requireLength(bytes, "A private key");
    const clamped = Uint8Array.from(bytes);
    clamped[0] = clamped[0]! & 248;
    clamped[31] = (clamped[31]! & 127) | 64;
    this.#bytes = clamped;
  }

  /** The key itself in base64: only for the configuration that stays on this machine, or for `wg` on its stdin. */
  reveal(): string {
    return encodeBase64(this.#bytes);
  }

  /** A copy of the 32 bytes, for arithmetic. */
  revealBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  toString(): string {
    return WITHHELD;
  }

  toJSON(): string {
    return WITHHELD;
  }

  /** What `console.log` and `util.inspect` call in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return WITHHELD;
  }
}

export interface KeyPair {
  publicKey: PublicKey;
  privateKey: PrivateKey;
}

/** @throws RangeError when the source of randomness returns anything but 32 bytes. */
export function generateKeyPair(randomBytes: RandomBytes): KeyPair {
  const privateKey = new PrivateKey(randomBytes(KEY_BYTES));
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

/** What `wg pubkey` prints for this private key. */
export function publicKeyOf(privateKey: PrivateKey): PublicKey {
  return encodeBase64(nacl.scalarMult.base(privateKey.revealBytes())) as PublicKey;
}

/** 32 random bytes, as `wg genpsk` makes; a preshared key has no structure. */
export function generatePresharedKey(randomBytes: RandomBytes): Uint8Array {
  const bytes = randomBytes(KEY_BYTES);
  requireLength(bytes, "A preshared key");
  return Uint8Array.from(bytes);
}

/**
 * Reads a public key that a person pasted or a program sent; white space around it is ignored.
 *
 * Refused besides wrong lengths and non-canonical base64: numbers of 2^255 − 19 or more (no WireGuard makes them, and
 * they would be a second name for another key) and the points of low order (RFC 7748, section 7), the all-zero key
 * among them, with which the shared secret is known to everybody.
 * @throws PortcullisError public_key_invalid
 */
export function parsePublicKey(text: string): PublicKey {
  const trimmed = text.trim();
  const bytes = decodeBase64(trimmed);
  if (bytes?.length !== KEY_BYTES) {
    throw publicKeyInvalid("That is not a WireGuard public key: it should be 44 characters, ending in “=”.");
  }
  const point = littleEndian(bytes);
  if (point >= FIELD_PRIME || LOW_ORDER_POINTS.has(point)) {
    throw publicKeyInvalid("That public key is not safe to use. Make a new key pair and paste its public key.");
  }
  return trimmed as PublicKey;
}

/**
 * Reads a private key in base64, for programs that keep their own key on disk.
 * @throws PortcullisError bad_request; the message never repeats the text.
 */
export function parsePrivateKey(text: string): PrivateKey {
  const bytes = decodeBase64(text.trim());
  if (bytes?.length !== KEY_BYTES) throw new PortcullisError("bad_request", "That is not a WireGuard private key.");
  return new PrivateKey(bytes);
}

const FIELD_PRIME = 2n ** 255n - 19n;

/** The u coordinates below the prime whose order divides 8: 0, 1, −1, and the two of order 8. */
const LOW_ORDER_POINTS: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  FIELD_PRIME - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]);

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

function requireLength(bytes: Uint8Array, what: string): void {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`${what} has ${KEY_BYTES} bytes, not ${bytes.length}.`);
}

const publicKeyInvalid = (message: string): PortcullisError =>
  new PortcullisError("public_key_invalid", message, { field: "publicKey" });
