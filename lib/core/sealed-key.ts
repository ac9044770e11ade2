/**
 * A preshared key on its way from the browser to the gateway, past a portal that can't read it.
 *
 * Base64 of 105 bytes: version 0x01 ‖ ephemeral public key (32) ‖ nonce (24) ‖ NaCl box of the 32 bytes (48). The
 * ephemeral secret key is dropped after use, so that not even the sender can open it again. Runs in browsers and in Node.
 */
import nacl from "tweetnacl";
import { decodeBase64, encodeBase64 } from "@/lib/core/base64";
import { PortcullisError } from "@/lib/core/errors";
import { type PrivateKey, type PublicKey, KEY_BYTES } from "@/lib/core/keys";
import type { RandomBytes } from "@/lib/core/ports";

const VERSION = 1;
const NONCE_START = 1 + nacl.box.publicKeyLength;
const BOX_START = NONCE_START + nacl.box.nonceLength;
const SEALED_BYTES = BOX_START + nacl.box.overheadLength + KEY_BYTES;

declare const sealedKeyBrand: unique symbol;
/** Base64, 140 characters, of the right version and length; whether it opens only the gateway can tell. */
export type SealedKey = string & { readonly [sealedKeyBrand]: true };

/**
 * @param presharedKey 32 bytes.
 * @param sealTo the gateway's box public key.
 * @throws RangeError for a preshared key of another length.
 */
export function sealPresharedKey(presharedKey: Uint8Array, sealTo: PublicKey, randomBytes: RandomBytes): SealedKey {
  if (presharedKey.length !== KEY_BYTES) throw new RangeError(`A preshared key has ${KEY_BYTES} bytes.`);
  const recipient = decodeBase64(sealTo);
  if (recipient === null) throw new RangeError("sealTo is not base64.");
  const sender = nacl.box.keyPair.fromSecretKey(randomBytes(nacl.box.secretKeyLength));
  const nonce = randomBytes(nacl.box.nonceLength);
  const sealed = new Uint8Array(SEALED_BYTES);
  sealed[0] = VERSION;
  sealed.set(sender.publicKey, 1);
  sealed.set(nonce, NONCE_START);
  sealed.set(nacl.box(presharedKey, nonce, recipient, sender.secretKey), BOX_START);
  sender.secretKey.fill(0);
  return encodeBase64(sealed) as SealedKey;
}

/** The 32 bytes of the preshared key; null when it was sealed to another key, altered, or is no sealed key at all. */
export function openPresharedKey(sealed: string, boxSecretKey: PrivateKey): Uint8Array | null {
  const bytes = decodeSealed(sealed);
  if (bytes === null) return null;
  return nacl.box.open(
    bytes.subarray(BOX_START),
    bytes.subarray(NONCE_START, BOX_START),
    bytes.subarray(1, NONCE_START),
    boxSecretKey.revealBytes(),
  );
}

/**
 * Checks version and length, which is all that the portal can see.
 * @throws PortcullisError sealed_key_invalid
 */
export function parseSealedKey(text: string): SealedKey {
  if (decodeSealed(text) === null) {
    throw new PortcullisError("sealed_key_invalid", "The preshared key was not sealed as this portal expects. Reload the page and try again.", {
      field: "sealedPresharedKey",
    });
  }
  return text as SealedKey;
}

function decodeSealed(text: string): Uint8Array | null {
  const bytes = decodeBase64(text);
  return bytes?.length === SEALED_BYTES && bytes[0] === VERSION ? bytes : null;
}
