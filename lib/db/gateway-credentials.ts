/** Whose credential this is; replacing one, and ending one at once. */
import { violatedUnique, type Tx } from "./client";
import type { GatewayIdentity } from "./gateways";
import { notification } from "./wakeups";

export interface CredentialOwner extends GatewayIdentity {
  /** In use; to take over by this use; the one before; or one before that. */
  which: "current" | "next" | "retired" | "old";
  madeAt: Date | null;
  rotationAskedAt: Date | null;
  retiredAt: Date | null;
}

export interface CurrentOwner extends GatewayIdentity {
  madeAt: Date | null;
  rotationAskedAt: Date | null;
  /** The latest of what it is to hold. */
  revision: number;
}

/** Whose these are that are in use, in their order; null: nobody's, or not in use (`findByCredential` says which). @param hashes SHA-256 of credentials */
export async function findCurrentOwners(tx: Tx, hashes: readonly Uint8Array[]): Promise<(CurrentOwner | null)[]> {
  const asked = hashes.map((hash) => Buffer.from(hash).toString("hex"));
  const rows = await tx.$queryRaw<(Omit<CurrentOwner, "revision"> & { hash: string; revision: bigint })[]>`
    SELECT h.hash, g.id, g.name, g.credential_made_at AS "madeAt", g.rotation_asked_at AS "rotationAskedAt", g.revision
    FROM unnest(${asked}::text[]) AS h (hash) JOIN gateways g ON g.credential_hash = decode(h.hash, 'hex')`;
  const owners = new Map(rows.map(({ hash, revision, ...owner }) => [hash, { ...owner, revision: Number(revision) }]));
  return asked.map((hash) => owners.get(hash) ?? null);
}

/** @param hash SHA-256 of the credential */
export async function findByCredential(tx: Tx, hash: Uint8Array<ArrayBuffer>): Promise<CredentialOwner | null> {
  const [row] = await tx.$queryRaw<CredentialOwner[]>`
    SELECT id, name, CASE WHEN credential_hash = ${hash} THEN 'current' WHEN next_credential_hash = ${hash} THEN 'next' ELSE 'retired' END AS which,
      credential_made_at AS "madeAt", rotation_asked_at AS "rotationAskedAt", credential_retired_at AS "retiredAt"
    FROM gateways WHERE credential_hash = ${hash} OR next_credential_hash = ${hash} OR retired_credential_hash = ${hash}`;
  if (row) return row;
  const [old] = await tx.$queryRaw<CredentialOwner[]>`
    SELECT g.id, g.name, 'old' AS which, NULL AS "madeAt", NULL AS "rotationAskedAt", o.retired_at AS "retiredAt" FROM old_credentials o JOIN gateways g ON g.id = o.gateway_id WHERE o.hash = ${hash}`;
  return old ?? null;
}

/**
 * Handed in with the one in use, which must be so still; another that was handed in before and never used is worth nothing from now on.
 *
 * @returns false when it is a credential already, or was, or `using` isn't the one in use
 */
export async function handInCredential(tx: Tx, gatewayId: string, using: Uint8Array<ArrayBuffer>, hash: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    const changed = await tx.$executeRaw`
      UPDATE gateways SET next_credential_hash = ${hash} WHERE id = ${gatewayId}::uuid AND credential_hash = ${using} AND credential_hash <> ${hash} AND retired_credential_hash IS DISTINCT FROM ${hash}
        AND NOT EXISTS (SELECT FROM old_credentials o WHERE o.hash = ${hash})
        AND NOT EXISTS (SELECT FROM gateways o WHERE o.id <> ${gatewayId}::uuid AND (o.credential_hash = ${hash} OR o.next_credential_hash = ${hash} OR o.retired_credential_hash = ${hash}))`;
    return changed === 1;
  } catch (error) {
    if (violatedUnique(error)?.includes("credential_hash")) return false;
    throw error;
  }
}

/** At its first use. @param forgetBefore what was replaced earlier needs no remembering. @returns whether it was this call that did it: of two at the same time, one */
export async function promoteCredential(tx: Tx, gatewayId: string, hash: Uint8Array<ArrayBuffer>, { now, forgetBefore }: { now: Date; forgetBefore: Date }): Promise<boolean> {
  const changed = await tx.$executeRaw`
    WITH before AS (SELECT id, retired_credential_hash AS hash, credential_retired_at AS retired_at FROM gateways WHERE id = ${gatewayId}::uuid AND next_credential_hash = ${hash} FOR UPDATE),
    kept AS (INSERT INTO old_credentials (hash, gateway_id, retired_at) SELECT hash, id, retired_at FROM before WHERE hash IS NOT NULL),
    forgotten AS (DELETE FROM old_credentials o USING before WHERE o.gateway_id = before.id AND o.retired_at < ${forgetBefore})
    UPDATE gateways g SET retired_credential_hash = g.credential_hash, credential_retired_at = ${now}, retired_alerted_at = NULL, credential_hash = g.next_credential_hash, credential_made_at = ${now},
      next_credential_hash = NULL, rotation_asked_at = NULL
    FROM before WHERE g.id = before.id`;
  return changed === 1;
}

/** @returns whether to tell: not again until `since` */
export async function noteRetiredUse(tx: Tx, gatewayId: string, now: Date, since: Date): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE gateways SET retired_alerted_at = ${now} WHERE id = ${gatewayId}::uuid AND (retired_alerted_at IS NULL OR retired_alerted_at < ${since})`;
  return changed === 1;
}

/** @returns null when there is no such gateway, or it has no credential to replace */
export async function askRotation(tx: Tx, gatewayId: string, now: Date): Promise<{ name: string } | null> {
  const [row] = await tx.$queryRaw<{ name: string }[]>`
    UPDATE gateways SET rotation_asked_at = ${now} WHERE id = ${gatewayId}::uuid AND credential_hash IS NOT NULL RETURNING name`;
  return row ?? null;
}

/** Ends its credential, whatever it is doing: a request that waits is woken, and finds out. @returns null when there is none, or it has no credential */
export async function cutOff(tx: Tx, gatewayId: string, now: Date): Promise<{ name: string } | null> {
  const [row] = await tx.$queryRaw<{ name: string }[]>`
    UPDATE gateways SET credential_hash = NULL, credential_made_at = NULL, next_credential_hash = NULL, retired_credential_hash = NULL, credential_retired_at = NULL, rotation_asked_at = NULL,
      enrol_token_hash = NULL, enrol_token_expires = NULL, enrolled_at = NULL, cut_off_at = ${now}
    WHERE id = ${gatewayId}::uuid AND credential_hash IS NOT NULL
    RETURNING name, ${notification(`gateway:${gatewayId}`)}::text AS woken`;
  return row ?? null;
}

/** Subscriptions with an instance on it that stands. */
export async function subscriptionsOn(tx: Tx, gatewayId: string): Promise<{ subscriptionId: string; instanceId: string; name: string }[]> {
  return tx.instance.findMany({ where: { gatewayId, status: { not: "deprovisioned" } }, select: { subscriptionId: true, id: true, name: true } }).then((rows) => rows.map(({ id, ...rest }) => ({ ...rest, instanceId: id })));
}

/** Enrolled again on a host that has another box key: nothing that was sealed to the old one opens there, and its interfaces have other keys. @returns how many clients need a new file */
export async function forgetSealedKeys(tx: Tx, gatewayId: string, now: Date): Promise<number> {
  return tx.$executeRaw`
    UPDATE access_clients SET sealed_preshared_key = NULL, next_sealed_preshared_key = NULL, moved_at = ${now} WHERE gateway_id = ${gatewayId}::uuid AND state <> 'revoked'`;
}

/** Where every element may have changed at once. @param digest "0" and "1", most significant bit first */
export async function setWantedDigest(tx: Tx, gatewayId: string, bits: string): Promise<void> {
  await tx.$executeRaw`UPDATE gateways SET wanted_digest = ${bits}::bit(256) WHERE id = ${gatewayId}::uuid`;
}

