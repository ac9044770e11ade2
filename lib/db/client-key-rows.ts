/** Replacing a client's key: handed in beside the old one, then in its place. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { PublicKey } from "@/lib/core/keys";
import type { Tx } from "./client";
import { isKeyTaken } from "./clients";
import { fromBase64 } from "./values";

export interface HandedInKey {
  clientId: string;
  publicKey: PublicKey;
  /** Base64, or null. */
  sealedPresharedKey: string | null;
  /** null: nothing changes for the gateway. */
  revision: bigint | null;
}

/**
 * @param at null: it takes over at once, because the client is not on the device
 * @returns false when the key is, or ever was, a client's; the transaction can then only be rolled back
 */
export async function handInKey(tx: Tx, proof: VerifiedProof<"client.rekey">, key: HandedInKey, at: Date | null): Promise<boolean> {
  const publicKey = fromBase64(key.publicKey);
  const sealed = key.sealedPresharedKey === null ? null : fromBase64(key.sealedPresharedKey);
  try {
    if (at === null) {
      await tx.$executeRaw`
        UPDATE access_clients SET public_key = ${publicKey}, sealed_preshared_key = ${sealed}, next_public_key = NULL, next_sealed_preshared_key = NULL, next_key_at = NULL,
          revision = COALESCE(${key.revision}::bigint, revision), challenge_id = ${proof.challengeId}::uuid
        WHERE id = ${key.clientId}::uuid`;
    } else {
      await tx.$executeRaw`
        UPDATE access_clients SET next_public_key = ${publicKey}, next_sealed_preshared_key = ${sealed}, next_key_at = ${at}, revision = COALESCE(${key.revision}::bigint, revision),
          challenge_id = ${proof.challengeId}::uuid
        WHERE id = ${key.clientId}::uuid`;
    }
    return true;
  } catch (error) {
    if (isKeyTaken(error)) return false;
    throw error;
  }
}

/** The key that waits takes over. */
export async function promoteKey(tx: Tx, clientId: string, revision: bigint | null): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET public_key = next_public_key, sealed_preshared_key = next_sealed_preshared_key, next_public_key = NULL, next_sealed_preshared_key = NULL, next_key_at = NULL,
      revision = COALESCE(${revision}::bigint, revision)
    WHERE id = ${clientId}::uuid AND next_public_key IS NOT NULL`;
}

interface Place {
  id: string;
  subscriptionId: string;
}

/** Clients of this gateway whose waiting key is among these, by id, so that everybody locks them in one order. */
export async function findWaitingKeys(tx: Tx, gatewayId: string, publicKeys: string[]): Promise<Place[]> {
  if (publicKeys.length === 0) return [];
  return tx.$queryRaw<Place[]>`
    SELECT id, subscription_id AS "subscriptionId" FROM access_clients
    WHERE next_public_key = ANY(${publicKeys.map(fromBase64)}::bytea[]) AND gateway_id = ${gatewayId}::uuid AND state <> 'revoked' ORDER BY id`;
}

/** A client whose new key was handed in before `until` and never used, its row locked; another process's are passed by. null: there is none. */
export async function lockNextHandover(tx: Tx, until: Date): Promise<Place | null> {
  const [row] = await tx.$queryRaw<Place[]>`
    SELECT id, subscription_id AS "subscriptionId" FROM access_clients
    WHERE next_key_at <= ${until} AND state <> 'revoked' ORDER BY next_key_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
  return row ?? null;
}

/** Whether this proof was spent on this key, for a request that is repeated because its answer was lost. */
export async function isHandedIn(tx: Tx, owner: { userId: string }, clientId: string, challengeId: string, publicKey: PublicKey): Promise<boolean> {
  const key = fromBase64(publicKey);
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT FROM access_clients WHERE id = ${clientId}::uuid AND owner_id = ${owner.userId}::uuid AND challenge_id = ${challengeId}::uuid AND (public_key = ${key} OR next_public_key = ${key})`;
  return rows.length > 0;
}

