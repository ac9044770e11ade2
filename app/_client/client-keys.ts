import { generateKeyPair, generatePresharedKey, parsePublicKey, type PrivateKey, type PublicKey } from "@/lib/core/keys";
import type { RandomBytes } from "@/lib/core/ports";
import { sealPresharedKey } from "@/lib/core/sealed-key";

/**
 * The keys of one client while it is being added. They live in this object alone: never in storage, a URL or a
 * request but for the public key and the sealed preshared key. One challenge, one set of keys: a request that is sent
 * again is the same request.
 */
export interface ClientKeyMaterial {
  challengeId: string;
  /** null: the person's own, which stays on their machine. */
  privateKey: PrivateKey | null;
  publicKey: PublicKey;
  /** null: the instance's host can't open one. */
  presharedKey: Uint8Array | null;
  sealedPresharedKey: string | null;
}

/**
 * @param ownKey the person's own public key; empty: a key pair is made
 * @param sealTo the gateway's box public key; null: go without a preshared key
 * @throws PortcullisError public_key_invalid, for either of them
 */
export function makeClientKeys(challenge: { challengeId: string; sealTo: string | null; ownKey: string }, randomBytes: RandomBytes): ClientKeyMaterial {
  const { challengeId, sealTo, ownKey } = challenge;
  const pair = ownKey === "" ? generateKeyPair(randomBytes) : { privateKey: null, publicKey: parsePublicKey(ownKey) };
  if (sealTo === null) return { challengeId, ...pair, presharedKey: null, sealedPresharedKey: null };
  const presharedKey = generatePresharedKey(randomBytes);
  return { challengeId, ...pair, presharedKey, sealedPresharedKey: sealPresharedKey(presharedKey, parsePublicKey(sealTo), randomBytes) };
}
