/** Accounts as a whole: their settings, their end, and what operators see and do. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import { PROOF_TRIES } from "@/lib/core/proof-limits";
import type { Tx } from "./client";
import { Prisma } from "./generated/client";
import { sessionIsLive } from "./live-sessions";

export interface Profile {
  name: string;
  locale: string;
  timeZone: string;
}

export async function readProfile(tx: Tx, userId: string): Promise<Profile & { createdAt: Date }> {
  return tx.user.findUniqueOrThrow({ where: { id: userId }, select: { name: true, locale: true, timeZone: true, createdAt: true } });
}

export async function writeProfile(tx: Tx, userId: string, profile: Partial<Profile>): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: profile });
}

/** A person's clients that are not revoked. */
export async function countOwnClients(tx: Tx, userId: string): Promise<number> {
  return tx.accessClient.count({ where: { ownerId: userId, state: { not: "revoked" } } });
}

/** Subscriptions that would be left without an owner, by name. */
export async function listSoleOwned(tx: Tx, userId: string): Promise<{ id: string; name: string }[]> {
  return tx.$queryRaw`
    SELECT s.id, s.name FROM subscriptions s JOIN memberships m ON m.subscription_id = s.id AND m.user_id = ${userId}::uuid AND m.role = 'owner'
    WHERE s.billing_state NOT IN ('cancelled', 'ended')
      AND NOT EXISTS (SELECT FROM memberships o JOIN users u ON u.id = o.user_id
        WHERE o.subscription_id = s.id AND o.role = 'owner' AND o.user_id <> ${userId}::uuid AND u.deactivated_at IS NULL)
    ORDER BY s.name, s.id`;
}

/** Holds a person's memberships as they are until the transaction ends: whoever changes one locks its subscription's row. */
export async function lockOwnSubscriptions(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM subscriptions WHERE id IN (SELECT subscription_id FROM memberships WHERE user_id = ${userId}::uuid) ORDER BY id FOR NO KEY UPDATE`;
  return rows.map(({ id }) => id);
}

/**
 * Takes everything about a person out of the database but the row that their revoked clients name. Their log stays: it is never changed.
 * Clients must be revoked by now.
 */
export async function deleteUser(tx: Tx, _proof: VerifiedProof<"account.delete">, userId: string, now: Date): Promise<void> {
  // With sessions go the proofs asked for in them, and what was begun to add a way to sign in.
  const whose = { where: { userId } };
  await tx.session.deleteMany(whose);
  await tx.signInAttempt.deleteMany(whose);
  await tx.accountLink.deleteMany(whose);
  await tx.identity.deleteMany(whose);
  await tx.password.deleteMany(whose);
  await tx.totpDevice.deleteMany(whose);
  await tx.passkey.deleteMany(whose);
  await tx.recoveryCode.deleteMany(whose);
  await tx.knownBrowser.deleteMany(whose);
  await tx.membership.deleteMany(whose);
  await tx.user.update({
    where: { id: userId },
    data: { email: null, name: "Deleted account", locale: "en", timeZone: "UTC", isOperator: false, deactivatedAt: now, deletedAt: now },
  });
}

/** @returns when; null: active */
export async function lockUserState(tx: Tx, userId: string): Promise<{ email: string | null; name: string; deactivatedAt: Date | null } | null> {
  const [row] = await tx.$queryRaw<{ email: string | null; name: string; deactivatedAt: Date | null }[]>`
    SELECT email, name, deactivated_at AS "deactivatedAt" FROM users WHERE id = ${userId}::uuid AND deleted_at IS NULL FOR NO KEY UPDATE`;
  return row ?? null;
}

export async function markDeactivated(tx: Tx, userId: string, now: Date): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { deactivatedAt: now } });
}

export async function markReactivated(tx: Tx, _proof: VerifiedProof<"user.reactivate">, userId: string): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { deactivatedAt: null } });
}

/** Additions to an account that wait for a provider's answer are over. */
export async function endLinkIntentsOf(tx: Tx, userId: string, now: Date): Promise<void> {
  await tx.linkIntent.updateMany({ where: { userId, usedAt: null }, data: { usedAt: now } });
}

export interface UserRow {
  id: string;
  email: string | null;
  name: string;
  isOperator: boolean;
  createdAt: Date;
  lastSeenAt: Date | null;
  deactivatedAt: Date | null;
  subscriptions: { id: string; name: string; role: string }[];
  totp: number;
  passkeys: number;
  password: boolean;
  identities: number;
  sessions: number;
  clients: number;
}

const like = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

const USER = (now: Date): Prisma.Sql => Prisma.sql`
  SELECT u.id, u.email, u.name, u.is_operator AS "isOperator", u.created_at AS "createdAt", u.deactivated_at AS "deactivatedAt",
    (SELECT max(last_seen_at) FROM sessions WHERE user_id = u.id) AS "lastSeenAt",
    COALESCE((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'role', m.role) ORDER BY s.name, s.id)
      FROM memberships m JOIN subscriptions s ON s.id = m.subscription_id WHERE m.user_id = u.id), '[]') AS subscriptions,
    (SELECT count(*)::int FROM totp_devices WHERE user_id = u.id AND confirmed_at IS NOT NULL) AS totp,
    (SELECT count(*)::int FROM passkeys WHERE user_id = u.id) AS passkeys,
    EXISTS (SELECT FROM passwords WHERE user_id = u.id) AS password,
    (SELECT count(*)::int FROM identities WHERE user_id = u.id) AS identities,
    (SELECT count(*)::int FROM sessions s WHERE s.user_id = u.id AND ${sessionIsLive(now)}) AS sessions,
    (SELECT count(*)::int FROM access_clients WHERE owner_id = u.id AND state <> 'revoked') AS clients
  FROM users u`;

/** Newest first. @param term part of an address or a name; empty: all */
export async function searchUsers(tx: Tx, term: string, limit: number, now: Date): Promise<UserRow[]> {
  const matching = term === "" ? Prisma.empty : Prisma.sql`AND (u.email LIKE ${like(term.toLowerCase())} OR lower(u.name) LIKE ${like(term.toLowerCase())})`;
  return tx.$queryRaw<UserRow[]>`${USER(now)} WHERE u.deleted_at IS NULL ${matching} ORDER BY u.created_at DESC, u.id DESC LIMIT ${limit}`;
}

export async function findUserRow(tx: Tx, id: string, now: Date): Promise<UserRow | null> {
  const [row] = await tx.$queryRaw<UserRow[]>`${USER(now)} WHERE u.deleted_at IS NULL AND u.id = ${id}::uuid`;
  return row ?? null;
}

/** For help from the portal's server alone: whoever else removes a factor proves that it's them. */
export async function removeSecondFactors(tx: Tx, userId: string): Promise<{ apps: number; passkeys: number; recoveryCodes: number }> {
  const whose = { where: { userId } };
  const apps = await tx.totpDevice.deleteMany(whose);
  const passkeys = await tx.passkey.deleteMany(whose);
  const codes = await tx.recoveryCode.deleteMany(whose);
  return { apps: apps.count, passkeys: passkeys.count, recoveryCodes: codes.count };
}

/** Wrong answers to proofs asked for count no longer against the account. */
export async function forgiveProofTries(tx: Tx, userId: string): Promise<void> {
  await tx.stepUpChallenge.updateMany({ where: { userId, triesLeft: { lt: PROOF_TRIES } }, data: { triesLeft: PROOF_TRIES } });
}

/** @param named addresses that the settings make operators */
export async function operatorsOf(tx: Tx, named: ReadonlySet<string>): Promise<string[]> {
  const rows = await tx.$queryRaw<{ email: string }[]>`
    SELECT email FROM users WHERE (is_operator OR email = ANY(${[...named]}::text[])) AND email IS NOT NULL AND deactivated_at IS NULL ORDER BY email`;
  return rows.map(({ email }) => email);
}
