/** The keys that systems join an instance with: found by a keyed hash, shown again from what is sealed at rest. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { Tx } from "./client";

export interface SealedApiKey {
  subscriptionId: string;
  sealedKey: Uint8Array<ArrayBuffer>;
  keyVersion: number;
}

export interface NewApiKey extends SealedApiKey {
  keyHash: Uint8Array<ArrayBuffer>;
  ending: string;
  createdAt: Date;
}

/** The subscription's key, its row locked until the transaction ends. */
export async function lockApiKey(tx: Tx, subscriptionId: string): Promise<SealedApiKey | null> {
  const [row] = await tx.$queryRaw<SealedApiKey[]>`
    SELECT subscription_id AS "subscriptionId", sealed_key AS "sealedKey", key_version AS "keyVersion" FROM api_keys WHERE subscription_id = ${subscriptionId}::uuid FOR UPDATE`;
  return row ?? null;
}

/** From the commit on, the key before it opens nothing. */
export async function putApiKey(tx: Tx, _proof: VerifiedProof<"api-key.show" | "api-key.rotate">, key: NewApiKey): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO api_keys (subscription_id, key_hash, sealed_key, key_version, ending, created_at)
    VALUES (${key.subscriptionId}::uuid, ${key.keyHash}, ${key.sealedKey}, ${key.keyVersion}, ${key.ending}, ${key.createdAt})
    ON CONFLICT (subscription_id) DO UPDATE SET key_hash = EXCLUDED.key_hash, sealed_key = EXCLUDED.sealed_key, key_version = EXCLUDED.key_version,
      ending = EXCLUDED.ending, created_at = EXCLUDED.created_at`;
}

/** Keys that were not sealed with this version, their rows locked; another process's are passed by. */
export async function lockApiKeysNotSealedWith(tx: Tx, version: number, limit: number): Promise<SealedApiKey[]> {
  return tx.$queryRaw<SealedApiKey[]>`
    SELECT subscription_id AS "subscriptionId", sealed_key AS "sealedKey", key_version AS "keyVersion" FROM api_keys WHERE key_version <> ${version} ORDER BY subscription_id LIMIT ${limit} FOR UPDATE`;
}

export async function resealApiKey(tx: Tx, subscriptionId: string, sealedKey: Uint8Array<ArrayBuffer>, keyVersion: number): Promise<void> {
  await tx.apiKey.update({ where: { subscriptionId }, data: { sealedKey, keyVersion } });
}
