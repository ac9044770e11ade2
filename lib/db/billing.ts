/** A subscription's billing state, what falls due in it, and what it does to the clients of its instance. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { Billing, BillingTerms } from "@/lib/core/billing";
import type { BillingState } from "@/lib/core/vocabulary";
import type { PaidByCard } from "./cards";
import type { Tx } from "./client";
import type { SpentLicense } from "./licenses";
import { Prisma } from "./generated/client";
import { notification } from "./wakeups";

export interface LockedBilling {
  id: string;
  name: string;
  planId: string;
  planName: string;
  billing: Billing;
  terms: BillingTerms;
}

interface Row {
  id: string;
  name: string;
  planId: string;
  planName: string;
  state: BillingState;
  until: Date | null;
  cancelsAtEnd: boolean;
  graceDays: number;
  retentionDays: number;
}

const SELECT = Prisma.sql`
  SELECT s.id, s.name, p.id AS "planId", p.name AS "planName", s.billing_state AS state, s.billing_until AS until, s.cancels_at_end AS "cancelsAtEnd",
    p.grace_days AS "graceDays", p.retention_days AS "retentionDays"
  FROM subscriptions s JOIN plans p ON p.id = s.plan_id`;

const fromRow = ({ id, name, planId, planName, state, until, cancelsAtEnd, graceDays, retentionDays }: Row): LockedBilling => ({
  id,
  name,
  planId,
  planName,
  billing: { state, until, cancelsAtEnd },
  terms: { graceDays, retentionDays },
});

/** Locks the subscription's row until the transaction ends, before any other lock. @returns null when there is no such subscription */
export async function lockBilling(tx: Tx, subscriptionId: string): Promise<LockedBilling | null> {
  const [row] = await tx.$queryRaw<Row[]>`${SELECT} WHERE s.id = ${subscriptionId}::uuid FOR NO KEY UPDATE OF s`;
  return row ? fromRow(row) : null;
}

/** One whose time is over, its row locked; another process's are passed by. null: there is none. */
export async function lockNextDue(tx: Tx, now: Date): Promise<LockedBilling | null> {
  const [row] = await tx.$queryRaw<Row[]>`
    ${SELECT} WHERE s.billing_until <= ${now} ORDER BY s.billing_until LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED`;
  return row ? fromRow(row) : null;
}

/** When the next one's time is over; null: none has an end. */
export async function nextBillingEnd(tx: Tx): Promise<Date | null> {
  const [row] = await tx.$queryRaw<{ at: Date | null }[]>`SELECT min(billing_until) AS at FROM subscriptions WHERE billing_until IS NOT NULL`;
  return row?.at ?? null;
}

export interface BillingToRemind extends LockedBilling {
  setAt: Date;
  reminded: number | null;
}

/** Those that may be due a reminder, their rows locked; another process's are passed by. */
export async function lockBillingEnding(tx: Tx, span: { now: Date; until: Date; limit: number; after: string }): Promise<BillingToRemind[]> {
  const rows = await tx.$queryRaw<(Row & { setAt: Date; reminded: number | null })[]>`
    SELECT s.id, s.name, p.id AS "planId", p.name AS "planName", s.billing_state AS state, s.billing_until AS until, s.cancels_at_end AS "cancelsAtEnd",
      p.grace_days AS "graceDays", p.retention_days AS "retentionDays", COALESCE(s.billing_set_at, s.created_at) AS "setAt", s.billing_reminded AS reminded
    FROM subscriptions s JOIN plans p ON p.id = s.plan_id
    WHERE s.billing_until > ${span.now} AND s.billing_until <= ${span.until} AND s.billing_reminded IS DISTINCT FROM 1 AND s.id > ${span.after}::uuid
      -- A card that is to be charged then asks for nothing.
      AND NOT (s.billing_state = 'active' AND EXISTS (SELECT FROM card_accounts c WHERE c.subscription_id = s.id AND c.governs AND c.renews))
    ORDER BY s.id LIMIT ${span.limit} FOR NO KEY UPDATE OF s SKIP LOCKED`;
  return rows.map(({ setAt, reminded, ...row }) => ({ ...fromRow(row), setAt, reminded }));
}

export async function markBillingReminded(tx: Tx, subscriptionId: string, days: number): Promise<void> {
  await tx.$executeRaw`UPDATE subscriptions SET billing_reminded = ${days} WHERE id = ${subscriptionId}::uuid`;
}

/** Open pages are told. */
export async function writeBilling(tx: Tx, subscriptionId: string, { state, until, cancelsAtEnd }: Billing, now: Date): Promise<void> {
  await tx.$queryRaw`
    UPDATE subscriptions SET billing_state = ${state}::billing_state, billing_until = ${until}, billing_set_at = ${now}, billing_reminded = NULL, cancels_at_end = ${cancelsAtEnd}
    WHERE id = ${subscriptionId}::uuid RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
}

/** All of the instance's clients are off the device as of this revision, each with its state as it is. @param revision null: none was on it */
export async function holdClients(tx: Tx, instanceId: string, revision: bigint | null): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET billing_held = true, revision = CASE WHEN state = 'active' AND NOT owner_held THEN COALESCE(${revision}::bigint, revision) ELSE revision END
    WHERE instance_id = ${instanceId}::uuid AND state <> 'revoked' AND NOT billing_held`;
}

/** What lets a subscription give access again: an operator's proof, a license that was just used up, or a payment by card. */
export type BillingWarrant = VerifiedProof<"billing.activate"> | SpentLicense | PaidByCard;

/** Each client is as its own state, and its owner's membership, say again. Follow it with `markReleased`, once the gateway's revision is known. */
export async function releaseClients(tx: Tx, _warrant: BillingWarrant, instanceId: string): Promise<void> {
  await tx.$executeRaw`UPDATE access_clients SET billing_held = false WHERE instance_id = ${instanceId}::uuid AND state <> 'revoked' AND billing_held`;
}

/** Those that are on the device again are so as of this revision. */
export async function markReleased(tx: Tx, instanceId: string, revision: bigint): Promise<void> {
  await tx.$executeRaw`UPDATE access_clients SET revision = ${revision} WHERE instance_id = ${instanceId}::uuid AND state = 'active' AND NOT held`;
}
