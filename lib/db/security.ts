/** What the security page shows and changes: who can sign in as a person, and who is. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import { violatedUnique, type Tx } from "./client";
import type { SignInMethod } from "./accounts";
import { liveSession } from "./live-sessions";
import { setPasswordHash } from "./passwords";

export interface OwnIdentity {
  id: string;
  /** The provider's issuer identifier. */
  issuer: string;
  email: string | null;
  createdAt: Date;
  lastUsedAt: Date;
}

/** Oldest first. */
export async function listIdentities(tx: Tx, userId: string): Promise<OwnIdentity[]> {
  const rows = await tx.identity.findMany({ where: { userId }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
  return rows.map(({ id, provider, email, createdAt, lastUsedAt }) => ({ id, issuer: provider, email, createdAt, lastUsedAt }));
}

export interface OwnSession {
  id: string;
  method: SignInMethod;
  /** Of the provider that it began at; null for none, or one that was removed since. */
  issuer: string | null;
  twoFactor: boolean;
  amr: string[];
  acr: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  address: string | null;
  userAgent: string;
}

const SESSION = { id: true, method: true, twoFactor: true, amr: true, acr: true, createdAt: true, lastSeenAt: true, ipAddress: true, userAgent: true, identity: { select: { provider: true } } } as const;

/** Those that still count, most recently seen first. */
export async function listLiveSessions(tx: Tx, userId: string, now: Date): Promise<OwnSession[]> {
  const rows = await tx.session.findMany({ where: { userId, ...liveSession(now) }, select: SESSION, orderBy: [{ lastSeenAt: "desc" }, { id: "asc" }], take: 200 });
  return rows.map(({ identity, ipAddress, ...row }) => ({ ...row, issuer: identity?.provider ?? null, address: ipAddress }));
}

/** @returns the browser's user agent, when this call ended the person's session; null when it isn't theirs, or was over */
export async function endOwnSession(tx: Tx, userId: string, id: string, now: Date): Promise<{ userAgent: string } | null> {
  const [ended] = await tx.session.updateManyAndReturn({ where: { id, userId, ...liveSession(now) }, data: { revokedAt: now }, select: { userAgent: true } });
  return ended ?? null;
}

/**
 * Removes a way to sign in, and ends what was begun with it; the session at hand goes on.
 *
 * @returns false when it isn't this person's
 */
export async function deleteIdentity(tx: Tx, _proof: VerifiedProof<"identity.unlink">, identity: { id: string; userId: string; keepSessionId: string }, now: Date): Promise<boolean> {
  const { id, userId, keepSessionId } = identity;
  if ((await tx.identity.count({ where: { id, userId } })) === 0) return false;
  await tx.session.updateMany({ where: { identityId: id, revokedAt: null, id: { not: keepSessionId } }, data: { revokedAt: now } });
  // Sessions would go with the identity, and the one at hand with them.
  await tx.session.updateMany({ where: { identityId: id }, data: { identityId: null } });
  await tx.identity.delete({ where: { id } });
  return true;
}

/** A password that the person chose while signed in. */
export async function setOwnPassword(tx: Tx, _proof: VerifiedProof<"password.set">, userId: string, hash: string, now: Date): Promise<void> {
  await setPasswordHash(tx, userId, hash, now);
}

/** @returns false when another account has the address; the transaction can then only be rolled back */
export async function changeAddress(tx: Tx, _proof: VerifiedProof<"address.change">, userId: string, email: string): Promise<boolean> {
  try {
    await tx.user.update({ where: { id: userId }, data: { email } });
    return true;
  } catch (error) {
    if (violatedUnique(error)?.includes("email")) return false;
    throw error;
  }
}

/** Proofs that were asked for and not given yet are worth nothing from now on. */
export async function expireChallengesOf(tx: Tx, userId: string, now: Date): Promise<void> {
  // A challenge that is over ends not before it began (a check constraint): the one made this very millisecond is moved by one.
  await tx.$executeRaw`
    UPDATE step_up_challenges SET expires_at = GREATEST(${now}, created_at + interval '1 millisecond'), continuation = NULL
    WHERE user_id = ${userId}::uuid AND (used_at IS NULL AND expires_at > ${now} OR continuation IS NOT NULL)`;
}
