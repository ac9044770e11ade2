/** Users, identities and sessions. */
import { violatedUnique, type Tx } from "./client";
import { sessionIsLive } from "./live-sessions";

export interface SessionRow {
  sessionId: string;
  userId: string;
  identityEmail: string | null;
  email: string | null;
  name: string;
  isOperator: boolean;
  method: SignInMethod;
  /** Two factors were shown when it began, or a second one since. */
  twoFactor: boolean;
  lastSeenAt: Date;
}

export type SignInMethod = "provider" | "password" | "passkey";

/** A session that still counts; null: ended, expired, left unused for too long, or its account is deactivated. */
export async function findLiveSession(tx: Tx, sessionId: string, now: Date): Promise<SessionRow | null> {
  const [row] = await tx.$queryRaw<{ user_id: string; identity_email: string | null; email: string | null; name: string; is_operator: boolean; method: SignInMethod; two_factor: boolean; last_seen_at: Date }[]>`
    SELECT s.user_id, i.email AS identity_email, u.email, u.name, u.is_operator, s.method, s.two_factor, s.last_seen_at
    FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN identities i ON i.id = s.identity_id
    WHERE s.id = ${sessionId}::uuid AND ${sessionIsLive(now)} AND u.deactivated_at IS NULL`;
  if (!row) return null;
  return {
    sessionId,
    userId: row.user_id,
    identityEmail: row.identity_email,
    email: row.email,
    name: row.name,
    isOperator: row.is_operator,
    method: row.method,
    twoFactor: row.two_factor,
    lastSeenAt: row.last_seen_at,
  };
}

export async function touchSession(tx: Tx, sessionId: string, now: Date): Promise<void> {
  await tx.session.updateMany({ where: { id: sessionId, lastSeenAt: { lt: now } }, data: { lastSeenAt: now } });
}

export interface NewSession {
  id: string;
  userId: string;
  /** null: with a password or a passkey. */
  identityId: string | null;
  method: SignInMethod;
  twoFactor: boolean;
  browserId: string;
  now: Date;
  expiresAt: Date;
  ipAddress: string | null;
  userAgent: string;
  amr: string[];
  acr: string | null;
  authTime: Date | null;
  providerSid: string | null;
}

export async function insertSession(tx: Tx, { now, ...session }: NewSession): Promise<void> {
  await tx.session.create({ data: { ...session, createdAt: now, lastSeenAt: now } });
}

/** @returns the session's user when this call ended it, null when it was over already */
export async function endSession(tx: Tx, sessionId: string, now: Date): Promise<string | null> {
  const ended = await tx.session.updateManyAndReturn({ where: { id: sessionId, revokedAt: null }, data: { revokedAt: now }, select: { userId: true } });
  return ended[0]?.userId ?? null;
}

/** Those left unused too, which count no more: so they stay over, however long a session may be left one day. @returns ids of the sessions that this ended */
export async function endSessionsOf(tx: Tx, userId: string, exceptId: string | null, now: Date): Promise<string[]> {
  const ended = await tx.session.updateManyAndReturn({
    where: { userId, revokedAt: null, expiresAt: { gt: now }, ...(exceptId === null ? {} : { id: { not: exceptId } }) },
    data: { revokedAt: now },
    select: { id: true },
  });
  return ended.map(({ id }) => id);
}

export interface SigningInUser {
  email: string | null;
  name: string;
  createdAt: Date;
  deactivated: boolean;
}

/** The account that a session is about to be opened for. Locked until the transaction ends, so that none is opened while it is being deactivated (T12). */
export async function lockSigningInUser(tx: Tx, userId: string): Promise<SigningInUser | null> {
  const [row] = await tx.$queryRaw<{ email: string | null; name: string; created_at: Date; deactivated_at: Date | null }[]>`
    SELECT email, name, created_at, deactivated_at FROM users WHERE id = ${userId}::uuid FOR SHARE`;
  return row ? { email: row.email, name: row.name, createdAt: row.created_at, deactivated: row.deactivated_at !== null } : null;
}

export interface IdentityRow {
  id: string;
  userId: string;
  userEmail: string | null;
  deactivated: boolean;
}

/** Makes sign-ins of one identity wait for one another until the transaction ends, so that the first of two at once makes the account. */
export async function lockIdentity(tx: Tx, provider: string, subject: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${provider} ${subject}`}, 0))`;
}

export async function findIdentity(tx: Tx, provider: string, subject: string): Promise<IdentityRow | null> {
  const identity = await tx.identity.findUnique({ where: { provider_subject: { provider, subject } }, include: { user: true } });
  return identity && { id: identity.id, userId: identity.userId, userEmail: identity.user.email, deactivated: identity.user.deactivatedAt !== null };
}

export async function insertUserWithIdentity(
  tx: Tx,
  user: { id: string; name: string; identityId: string; provider: string; subject: string; identityEmail: string | null; now: Date },
): Promise<void> {
  await tx.user.create({
    data: {
      id: user.id,
      name: user.name,
      createdAt: user.now,
      identities: {
        create: { id: user.identityId, provider: user.provider, subject: user.subject, email: user.identityEmail, createdAt: user.now, lastUsedAt: user.now },
      },
    },
  });
}

export async function noteIdentityUse(tx: Tx, identityId: string, email: string | null, now: Date): Promise<void> {
  await tx.identity.update({ where: { id: identityId }, data: { email, lastUsedAt: now } });
}

/** Whether an account with this proved address exists. */
export async function isAddressTaken(tx: Tx, email: string): Promise<boolean> {
  return (await tx.user.count({ where: { email } })) > 0;
}

/** Gives an account its proved address. @returns false when another account has it; the transaction can then only be rolled back */
export async function setProvedAddress(tx: Tx, userId: string, email: string): Promise<boolean> {
  try {
    const { count } = await tx.user.updateMany({ where: { id: userId, email: null }, data: { email } });
    return count === 1;
  } catch (error) {
    if (violatedUnique(error)?.includes("email")) return false;
    throw error;
  }
}

export async function findUserByEmail(tx: Tx, email: string): Promise<{ id: string; email: string; name: string; isOperator: boolean } | null> {
  const user = await tx.user.findUnique({ where: { email } });
  return user?.email ? { id: user.id, email: user.email, name: user.name, isOperator: user.isOperator } : null;
}

export async function setOperator(tx: Tx, userId: string, isOperator: boolean): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { isOperator } });
}
