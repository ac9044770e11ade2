/** Who has to sign in again, and by when: worked out from the sign-ins themselves, so that nothing has to be kept up to date with them. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import { FIRST_DAYS } from "@/lib/core/sign-in-again";
import type { Tx } from "./client";
import { Prisma } from "./generated/client";
import { notification } from "./wakeups";

/** Asks at least this often from now on; open pages are told. @returns whether it was asked less often before */
export async function askForSignIns(tx: Tx, subscriptionId: string, days: number, now: Date): Promise<boolean> {
  const changed = await tx.$queryRaw<object[]>`
    UPDATE subscriptions SET sign_in_days = ${days}, sign_in_set_at = ${now} WHERE id = ${subscriptionId}::uuid AND (sign_in_days IS NULL OR sign_in_days > ${days})
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told, ${notification("sign-ins")}::text AS woken`;
  return changed.length > 0;
}

/** @param days null: never. @returns whether it was asked more often until now */
export async function askForFewerSignIns(tx: Tx, _proof: VerifiedProof<"policy.relax">, subscriptionId: string, days: number | null): Promise<boolean> {
  const changed = await tx.$queryRaw<object[]>`
    UPDATE subscriptions SET sign_in_days = ${days}::smallint, sign_in_set_at = CASE WHEN ${days}::smallint IS NULL THEN NULL ELSE sign_in_set_at END
    WHERE id = ${subscriptionId}::uuid AND sign_in_days IS NOT NULL AND (${days}::smallint IS NULL OR sign_in_days < ${days}::smallint)
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told, ${notification("sign-ins")}::text AS woken`;
  return changed.length > 0;
}

/**
 * Beside `subscriptions s` and `memberships m`. Of an account that a provider vouches for, the provider's word counts and nothing else: who is gone
 * there can still have a password here. Of others any sign-in does.
 */
const SIGNED_IN = Prisma.sql`
  CROSS JOIN LATERAL (
    SELECT COALESCE((SELECT max(x.last_used_at) FROM identities x WHERE x.user_id = m.user_id), (SELECT max(x.created_at) FROM sessions x WHERE x.user_id = m.user_id), m.created_at) AS at,
      EXISTS (SELECT FROM identities x WHERE x.user_id = m.user_id) AS "withProvider") signed
  CROSS JOIN LATERAL (
    SELECT GREATEST(signed.at + make_interval(hours => 24 * s.sign_in_days), s.sign_in_set_at + make_interval(hours => ${24 * FIRST_DAYS}::int)) AS due_at) due`;

export interface MemberAtTime {
  subscriptionId: string;
  subscriptionName: string;
  userId: string;
  email: string | null;
  name: string;
  /** null: nobody is asked to sign in again. */
  days: number | null;
  dueAt: Date | null;
  withProvider: boolean;
  lapsedAt: Date | null;
}

/** A member whose access doesn't fit their sign-ins any more, either way, the subscription's row locked; another process's are passed by. null: there is none. */
export async function lockNextMisfit(tx: Tx, now: Date): Promise<MemberAtTime | null> {
  const one = Prisma.sql`ORDER BY m.subscription_id, m.user_id LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED`;
  const [found] = await tx.$queryRaw<{ subscriptionId: string; userId: string }[]>`
    SELECT m.subscription_id AS "subscriptionId", m.user_id AS "userId" FROM subscriptions s JOIN memberships m ON m.subscription_id = s.id ${SIGNED_IN}
    WHERE s.sign_in_days IS NOT NULL AND (m.lapsed_at IS NULL) = (due.due_at <= ${now}) ${one}`;
  const [left] = found
    ? [found]
    : await tx.$queryRaw<{ subscriptionId: string; userId: string }[]>`
        SELECT m.subscription_id AS "subscriptionId", m.user_id AS "userId" FROM memberships m JOIN subscriptions s ON s.id = m.subscription_id
        WHERE m.lapsed_at IS NOT NULL AND s.sign_in_days IS NULL ${one}`;
  // A statement of its own: the one above may have waited, and would not see a sign-in of meanwhile.
  return left ? readMember(tx, left) : null;
}

async function readMember(tx: Tx, { subscriptionId, userId }: { subscriptionId: string; userId: string }): Promise<MemberAtTime | null> {
  const [row] = await tx.$queryRaw<MemberAtTime[]>`
    SELECT s.id AS "subscriptionId", s.name AS "subscriptionName", m.user_id AS "userId", u.email, u.name, s.sign_in_days AS days,
      CASE WHEN s.sign_in_days IS NOT NULL THEN due.due_at END AS "dueAt", signed."withProvider", m.lapsed_at AS "lapsedAt"
    FROM subscriptions s JOIN memberships m ON m.subscription_id = s.id JOIN users u ON u.id = m.user_id ${SIGNED_IN}
    WHERE s.id = ${subscriptionId}::uuid AND m.user_id = ${userId}::uuid`;
  return row ?? null;
}

/** Open pages are told. */
export async function markLapsed(tx: Tx, { subscriptionId, userId }: MemberAtTime, now: Date): Promise<void> {
  await setLapsed(tx, subscriptionId, userId, now);
}

declare const returned: unique symbol;
/** What lets a member's clients back on the device: they signed in, or nobody has to any more. Nothing but `markReturned` makes one. */
export interface SignInWarrant {
  readonly subscriptionId: string;
  readonly userId: string;
  readonly [returned]: true;
}

/** @returns null when they have to sign in still */
export async function markReturned(tx: Tx, member: MemberAtTime, now: Date): Promise<SignInWarrant | null> {
  const { subscriptionId, userId } = member;
  const current = await readMember(tx, member);
  if (!current || (current.dueAt !== null && current.dueAt <= now)) return null;
  await setLapsed(tx, subscriptionId, userId, null);
  return { subscriptionId, userId } as SignInWarrant;
}

const setLapsed = (tx: Tx, subscriptionId: string, userId: string, at: Date | null): Promise<unknown> =>
  tx.$queryRaw`
    UPDATE memberships SET lapsed_at = ${at} WHERE subscription_id = ${subscriptionId}::uuid AND user_id = ${userId}::uuid
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;

/** Somebody signed in: wakes who brings their clients back, where there are any to bring back, once the transaction commits. */
export async function tellOfSignIn(tx: Tx, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT ${notification("sign-ins")}::text AS woken WHERE EXISTS (SELECT FROM memberships WHERE user_id = ${userId}::uuid AND lapsed_at IS NOT NULL)`;
}

export interface SignInToRemind extends MemberAtTime {
  dueAt: Date;
  /** When the time that ends then began. */
  since: Date;
  reminded: number | null;
  clients: number;
}

/** Members who may be due a reminder, and have clients to lose, their rows locked; another process's are passed by. */
export async function lockSignInsEnding(tx: Tx, span: { now: Date; until: Date; limit: number; after: { subscriptionId: string; userId: string } }): Promise<SignInToRemind[]> {
  return tx.$queryRaw<SignInToRemind[]>`
    SELECT s.id AS "subscriptionId", s.name AS "subscriptionName", m.user_id AS "userId", u.email, u.name, s.sign_in_days AS days, due.due_at AS "dueAt", signed."withProvider",
      m.lapsed_at AS "lapsedAt", CASE WHEN due.due_at > signed.at + make_interval(hours => 24 * s.sign_in_days) THEN s.sign_in_set_at ELSE signed.at END AS since,
      CASE WHEN m.sign_in_reminded_for = due.due_at THEN m.sign_in_reminded END AS reminded,
      (SELECT count(*)::int FROM access_clients c WHERE c.owner_id = m.user_id AND c.subscription_id = s.id AND c.state = 'active' AND NOT c.held) AS clients
    FROM subscriptions s JOIN memberships m ON m.subscription_id = s.id JOIN users u ON u.id = m.user_id ${SIGNED_IN}
    WHERE s.sign_in_days IS NOT NULL AND m.lapsed_at IS NULL AND m.deactivated_at IS NULL AND due.due_at > ${span.now} AND due.due_at <= ${span.until}
      AND NOT (m.sign_in_reminded IS NOT DISTINCT FROM 1 AND m.sign_in_reminded_for IS NOT DISTINCT FROM due.due_at)
      AND (m.subscription_id, m.user_id) > (${span.after.subscriptionId}::uuid, ${span.after.userId}::uuid)
    ORDER BY m.subscription_id, m.user_id LIMIT ${span.limit} FOR NO KEY UPDATE OF m SKIP LOCKED`;
}

export async function markSignInReminded(tx: Tx, { subscriptionId, userId, dueAt }: SignInToRemind, days: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE memberships SET sign_in_reminded = ${days}, sign_in_reminded_for = ${dueAt} WHERE subscription_id = ${subscriptionId}::uuid AND user_id = ${userId}::uuid`;
}
