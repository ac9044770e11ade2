/** Who is in a subscription. Callers of what changes it hold the lock of the subscription's row. Open pages are told. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { Role } from "@/lib/core/vocabulary";
import type { Tx } from "./client";
import { Prisma } from "./generated/client";
import type { SpentInvitation } from "./invitations";
import type { SpentOffer } from "./ownership";
import { notification } from "./wakeups";

export interface MemberRow {
  userId: string;
  /** null: the account was never proved. */
  email: string | null;
  name: string;
  role: Role;
  since: Date;
  deactivated: boolean;
  /** The company's directory turned them off here. */
  suspended: boolean;
  /** They have to sign in again first. */
  lapsed: boolean;
  /** Not revoked. */
  clients: number;
}

const LISTED_AT_MOST = 1000;
const MEMBER = Prisma.sql`
  SELECT m.user_id AS "userId", u.email, u.name, m.role, m.created_at AS since, u.deactivated_at IS NOT NULL AS deactivated, m.deactivated_at IS NOT NULL AS suspended, m.lapsed_at IS NOT NULL AS lapsed,
    (SELECT count(*)::int FROM access_clients c WHERE c.subscription_id = m.subscription_id AND c.owner_id = m.user_id AND c.state <> 'revoked') AS clients
  FROM memberships m JOIN users u ON u.id = m.user_id`;

/** Owners first, then admins; by address. */
export async function listMembers(tx: Tx, subscriptionId: string): Promise<MemberRow[]> {
  return tx.$queryRaw<MemberRow[]>`${MEMBER} WHERE m.subscription_id = ${subscriptionId}::uuid ORDER BY m.role, u.email, u.id LIMIT ${LISTED_AT_MOST}`;
}

export async function findMember(tx: Tx, subscriptionId: string, userId: string): Promise<MemberRow | null> {
  const [row] = await tx.$queryRaw<MemberRow[]>`${MEMBER} WHERE m.subscription_id = ${subscriptionId}::uuid AND m.user_id = ${userId}::uuid`;
  return row ?? null;
}

export async function findMemberByAddress(tx: Tx, subscriptionId: string, email: string): Promise<MemberRow | null> {
  const [row] = await tx.$queryRaw<MemberRow[]>`${MEMBER} WHERE m.subscription_id = ${subscriptionId}::uuid AND u.email = ${email}`;
  return row ?? null;
}

/** Who answers for a subscription: its owners and admins. */
export async function managersOf(tx: Tx, subscriptionId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ email: string }[]>`
    SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id
    WHERE m.subscription_id = ${subscriptionId}::uuid AND m.role IN ('owner', 'admin') AND u.email IS NOT NULL AND u.deactivated_at IS NULL AND m.deactivated_at IS NULL ORDER BY u.email`;
  return rows.map(({ email }) => email);
}

export async function hasMemberWithAddress(tx: Tx, subscriptionId: string, email: string): Promise<boolean> {
  return (await tx.membership.count({ where: { subscriptionId, user: { email } } })) > 0;
}

/** Whether somebody else owns the subscription, with an account that is not turned off. */
export async function hasOtherOwner(tx: Tx, subscriptionId: string, userId: string): Promise<boolean> {
  return (await tx.membership.count({ where: { subscriptionId, role: "owner", userId: { not: userId }, user: { deactivatedAt: null } } })) > 0;
}

export interface MemberRoom {
  members: number;
  /** Invitations that stand. */
  invited: number;
  /** As the plan allows; null: any number. */
  maxMembers: number | null;
  planName: string;
}

export async function readMemberRoom(tx: Tx, subscriptionId: string, now: Date): Promise<MemberRoom> {
  const [row] = await tx.$queryRaw<[MemberRoom]>`
    SELECT (SELECT count(*)::int FROM memberships WHERE subscription_id = s.id) AS members,
      (SELECT count(*)::int FROM invitations WHERE subscription_id = s.id AND ended_at IS NULL AND expires_at > ${now}) AS invited,
      p.max_members AS "maxMembers", p.name AS "planName"
    FROM subscriptions s JOIN plans p ON p.id = s.plan_id WHERE s.id = ${subscriptionId}::uuid`;
  return row;
}

/** A directory knows them by the invitation from here on. @returns false when they are in it already */
export async function joinAsInvited(tx: Tx, { id, subscriptionId, role }: SpentInvitation, userId: string, now: Date): Promise<boolean> {
  const joined = await tx.$queryRaw<unknown[]>`
    INSERT INTO memberships (subscription_id, user_id, role, created_at, directory_id, external_id)
    SELECT ${subscriptionId}::uuid, ${userId}::uuid, ${role}::role, ${now}, i.id, i.external_id FROM invitations i WHERE i.id = ${id}::uuid
    ON CONFLICT DO NOTHING RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return joined.length > 0;
}

export async function removeMembership(tx: Tx, subscriptionId: string, userId: string): Promise<void> {
  await tx.$queryRaw`DELETE FROM memberships WHERE subscription_id = ${subscriptionId}::uuid AND user_id = ${userId}::uuid RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
}

const setRole = (tx: Tx, subscriptionId: string, userId: string, role: Role): Promise<unknown> =>
  tx.$queryRaw`
    UPDATE memberships SET role = ${role}::role WHERE subscription_id = ${subscriptionId}::uuid AND user_id = ${userId}::uuid
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;

export async function makeAdmin(tx: Tx, _proof: VerifiedProof<"member.promote">, subscriptionId: string, userId: string): Promise<void> {
  await setRole(tx, subscriptionId, userId, "admin");
}

export async function makePlainMember(tx: Tx, subscriptionId: string, userId: string): Promise<void> {
  await setRole(tx, subscriptionId, userId, "member");
}

/** The one becomes the owner; the other, who was it, an admin. */
export async function handSubscriptionOver(tx: Tx, _proof: VerifiedProof<"ownership.accept">, { subscriptionId, fromUserId, toUserId }: SpentOffer): Promise<void> {
  await setRole(tx, subscriptionId, toUserId, "owner");
  await setRole(tx, subscriptionId, fromUserId, "admin");
}
