/** Suspending, resuming, ending and extending clients. What widens access takes a spent proof. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { ClientCondition } from "@/lib/core/client-state";
import type { Tx } from "./client";
import { MAIL_TO } from "./owner-holds";

/** A client after a change; `revision` is null when nothing changed for the gateway. */
interface Changed {
  clientId: string;
  condition: ClientCondition;
  revision: bigint | null;
}

/** @param byUserId null: the portal */
export async function markSuspended(tx: Tx, { clientId, condition, revision }: Changed, byUserId: string | null, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET state = ${condition.state}::client_state, suspended_at = ${now}, suspended_by_id = ${byUserId}::uuid, revision = COALESCE(${revision}::bigint, revision)
    WHERE id = ${clientId}::uuid`;
}

export async function markResumed(tx: Tx, _proof: VerifiedProof<"client.resume">, { clientId, condition, revision }: Changed): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET state = ${condition.state}::client_state, suspended_at = NULL, suspended_by_id = NULL, revision = COALESCE(${revision}::bigint, revision)
    WHERE id = ${clientId}::uuid`;
}

export async function markExpired(tx: Tx, { clientId, condition, revision }: Changed): Promise<void> {
  await tx.$executeRaw`UPDATE access_clients SET state = ${condition.state}::client_state, revision = COALESCE(${revision}::bigint, revision) WHERE id = ${clientId}::uuid`;
}

/** Less time than before. */
export async function shortenExpiry(tx: Tx, { clientId, revision }: Omit<Changed, "condition">, expiresAt: Date, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET expires_at = LEAST(${expiresAt}, expires_at), expiry_set_at = ${now}, reminded_days = NULL, revision = COALESCE(${revision}::bigint, revision)
    WHERE id = ${clientId}::uuid`;
}

/** @param expiresAt null: no end */
export async function extendExpiry(tx: Tx, _proof: VerifiedProof<"client.extend">, { clientId, condition, revision }: Changed, expiresAt: Date | null, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET state = ${condition.state}::client_state, expires_at = ${expiresAt}, expiry_set_at = ${expiresAt === null ? null : now}, reminded_days = NULL,
      revision = COALESCE(${revision}::bigint, revision)
    WHERE id = ${clientId}::uuid`;
}

export interface EndingClient {
  id: string;
  subscriptionId: string;
}

/** A client whose time is over, its row locked; another process's are passed by. null: there is none. */
export async function lockNextOver(tx: Tx, now: Date): Promise<EndingClient | null> {
  const [row] = await tx.$queryRaw<EndingClient[]>`
    SELECT id, subscription_id AS "subscriptionId" FROM access_clients
    WHERE state IN ('active', 'suspended') AND expires_at <= ${now} ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
  return row ?? null;
}

/** When the next client's time is over; null: no client has an end. */
export async function nextEnd(tx: Tx): Promise<Date | null> {
  const [row] = await tx.$queryRaw<{ at: Date | null }[]>`SELECT min(expires_at) AS at FROM access_clients WHERE state IN ('active', 'suspended') AND expires_at IS NOT NULL`;
  return row?.at ?? null;
}

export interface ClientToRemind extends EndingClient {
  nickname: string;
  instanceName: string;
  mailTo: string | null;
  expiresAt: Date;
  expirySetAt: Date;
  remindedDays: number | null;
}

/** Clients that end before `until` and may be due a reminder, their rows locked; another process's are passed by. */
export async function lockEnding(tx: Tx, span: { now: Date; until: Date; limit: number; after: string }): Promise<ClientToRemind[]> {
  return tx.$queryRaw<ClientToRemind[]>`
    SELECT c.id, c.subscription_id AS "subscriptionId", c.nickname, i.name AS "instanceName", ${MAIL_TO} AS "mailTo", c.expires_at AS "expiresAt",
      c.expiry_set_at AS "expirySetAt", c.reminded_days AS "remindedDays"
    FROM access_clients c JOIN instances i ON i.id = c.instance_id JOIN users o ON o.id = c.owner_id
    WHERE c.state IN ('active', 'suspended') AND c.expires_at > ${span.now} AND c.expires_at <= ${span.until} AND c.reminded_days IS DISTINCT FROM 1
      AND c.id > ${span.after}::uuid
    ORDER BY c.id LIMIT ${span.limit} FOR UPDATE OF c SKIP LOCKED`;
}

export async function markReminded(tx: Tx, clientId: string, days: number): Promise<void> {
  await tx.$executeRaw`UPDATE access_clients SET reminded_days = ${days} WHERE id = ${clientId}::uuid`;
}
