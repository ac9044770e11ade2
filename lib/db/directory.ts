/** A company's directory: the token it speaks SCIM with, and the people of a subscription as it sees them: members, and who is invited. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { ScimFilter, ScimPage, ScimUser } from "@/lib/core/scim";
import type { Tx } from "./client";
import { Prisma } from "./generated/client";
import { lockSubscription } from "./subscriptions";
import { iso } from "./values";
import { notification } from "./wakeups";

type Bytes = Uint8Array<ArrayBuffer>;

export interface DirectoryRow {
  ending: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  madeByEmail: string | null;
}

/** null: none is connected. */
export async function findDirectory(tx: Tx, subscriptionId: string): Promise<DirectoryRow | null> {
  const row = await tx.scimToken.findUnique({ where: { subscriptionId }, select: { ending: true, createdAt: true, lastUsedAt: true, madeBy: { select: { email: true } } } });
  return row && { ending: row.ending, createdAt: row.createdAt, lastUsedAt: row.lastUsedAt, madeByEmail: row.madeBy.email };
}

/** From the commit on, the token before it opens nothing. Callers hold the lock of the subscription's row. */
export async function putDirectoryToken(tx: Tx, _proof: VerifiedProof<"directory.token">, token: { subscriptionId: string; tokenHash: Bytes; ending: string; madeById: string; createdAt: Date }): Promise<void> {
  const { subscriptionId, ...rest } = token;
  await tx.scimToken.upsert({ where: { subscriptionId }, create: token, update: { ...rest, lastUsedAt: null } });
}

/** @returns whether there was one */
export async function deleteDirectoryToken(tx: Tx, subscriptionId: string): Promise<boolean> {
  return (await tx.scimToken.deleteMany({ where: { subscriptionId } })).count > 0;
}

/** Notes the use, at most once a minute. @returns the subscription that the token is of; null: of none */
export async function findSubscriptionOfToken(tx: Tx, tokenHash: Bytes, now: Date): Promise<string | null> {
  const row = await tx.scimToken.findUnique({ where: { tokenHash }, select: { subscriptionId: true, lastUsedAt: true } });
  if (!row) return null;
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > 60_000) await tx.scimToken.updateMany({ where: { tokenHash }, data: { lastUsedAt: now } });
  return row.subscriptionId;
}

const caller: unique symbol = Symbol("directory caller");
/** A directory whose token was right in the transaction that it changes something in. Nothing but `lockCaller` makes one. */
export interface DirectoryCaller {
  readonly [caller]: true;
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  readonly madeById: string;
  readonly madeByEmail: string | null;
}

/** Holds the subscription's members as they are until the transaction ends. @returns null when the token was replaced since */
export async function lockCaller(tx: Tx, subscriptionId: string, tokenHash: Bytes): Promise<DirectoryCaller | null> {
  await lockSubscription(tx, subscriptionId);
  const row = await tx.scimToken.findFirst({ where: { subscriptionId, tokenHash }, select: { madeById: true, madeBy: { select: { email: true } }, subscription: { select: { name: true } } } });
  return row && { [caller]: true, subscriptionId, subscriptionName: row.subscription.name, madeById: row.madeById, madeByEmail: row.madeBy.email };
}

export interface DirectoryUser extends Omit<ScimUser, "created"> {
  createdAt: Date;
  /** null: invited, and not here yet. */
  userId: string | null;
}

export const toScim = ({ createdAt, userId: _userId, ...user }: DirectoryUser): ScimUser => ({ ...user, created: iso(createdAt) });

const people = (subscriptionId: string, now: Date): Prisma.Sql => Prisma.sql`
  SELECT m.directory_id AS id, m.external_id AS "externalId", COALESCE(u.email, '') AS "userName", u.name, m.deactivated_at IS NULL AS active, m.role::text AS role,
    m.created_at AS "createdAt", m.user_id AS "userId"
  FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.subscription_id = ${subscriptionId}::uuid
  UNION ALL
  SELECT i.id, i.external_id, i.email, '', true, i.role::text, i.created_at, NULL
  FROM invitations i WHERE i.subscription_id = ${subscriptionId}::uuid AND i.ended_at IS NULL AND i.expires_at > ${now}`;

export async function findDirectoryUser(tx: Tx, subscriptionId: string, id: string, now: Date): Promise<DirectoryUser | null> {
  const [row] = await tx.$queryRaw<DirectoryUser[]>`SELECT * FROM (${people(subscriptionId, now)}) p WHERE p.id = ${id}::uuid`;
  return row ?? null;
}

function matching(filter: ScimFilter | null): Prisma.Sql {
  switch (filter?.attribute) {
    case undefined:
      return Prisma.sql`true`;
    case "userName":
      // Addresses are kept in lower case.
      return Prisma.sql`p."userName" = ${filter.value.trim().toLowerCase()}`;
    case "externalId":
      return Prisma.sql`p."externalId" = ${filter.value}`;
    case "id":
      return Prisma.sql`p.id::text = ${filter.value}`;
  }
}

/** The oldest first. */
export async function listDirectoryUsers(tx: Tx, subscriptionId: string, filter: ScimFilter | null, { startIndex, count }: ScimPage, now: Date): Promise<{ users: DirectoryUser[]; total: number }> {
  if (filter?.value.includes("\0")) return { users: [], total: 0 };
  const where = matching(filter);
  const [total] = await tx.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM (${people(subscriptionId, now)}) p WHERE ${where}`;
  const users = count === 0 ? [] : await tx.$queryRaw<DirectoryUser[]>`SELECT * FROM (${people(subscriptionId, now)}) p WHERE ${where} ORDER BY p."createdAt", p.id OFFSET ${startIndex - 1}::bigint LIMIT ${count}`;
  return { users, total: total?.count ?? 0 };
}

/** Open pages are told. @returns whether they were on */
export async function markSuspended(tx: Tx, { subscriptionId }: DirectoryCaller, userId: string, now: Date): Promise<boolean> {
  const changed = await tx.$queryRaw<object[]>`
    UPDATE memberships SET deactivated_at = ${now} WHERE subscription_id = ${subscriptionId}::uuid AND user_id = ${userId}::uuid AND deactivated_at IS NULL
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return changed.length > 0;
}

declare const reactivated: unique symbol;
/** What lets a member's clients back on the device: the directory turned them on again. Nothing but `markReactivated` makes one. */
export interface DirectoryWarrant {
  readonly subscriptionId: string;
  readonly userId: string;
  readonly [reactivated]: true;
}

/** @returns null when they were on already */
export async function markReactivated(tx: Tx, { subscriptionId }: DirectoryCaller, userId: string): Promise<DirectoryWarrant | null> {
  const changed = await tx.$queryRaw<object[]>`
    UPDATE memberships SET deactivated_at = NULL WHERE subscription_id = ${subscriptionId}::uuid AND user_id = ${userId}::uuid AND deactivated_at IS NOT NULL
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return changed.length > 0 ? ({ subscriptionId, userId } as DirectoryWarrant) : null;
}

export async function setExternalId(tx: Tx, { subscriptionId }: DirectoryCaller, { id, userId }: DirectoryUser, externalId: string | null): Promise<void> {
  if (userId === null) await tx.invitation.updateMany({ where: { id, subscriptionId }, data: { externalId } });
  else await tx.membership.updateMany({ where: { directoryId: id, subscriptionId }, data: { externalId } });
}
