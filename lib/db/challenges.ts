/** Step-up challenges: a proof asked for one act, spent at most once. */
import type { StepUpAction } from "@/lib/core/policy";
import { PROOF_TRIES } from "@/lib/core/proof-limits";
import type { Tx } from "./client";
import { lockUser } from "./factors";
import { Prisma } from "./generated/client";
import { sessionIsLive } from "./live-sessions";

export interface ChallengeText {
  /** What is approved, to follow "to", like: add the client "laptop" to Atlas. */
  act: string;
  details: { label: string; value: string }[];
}

export interface NewChallenge {
  id: string;
  userId: string;
  sessionId: string;
  action: StepUpAction;
  objectId: string;
  parametersHash: Uint8Array<ArrayBuffer>;
  recipient: string;
  text: ChallengeText;
  /** Whether its code is mailed at once. */
  mailed: boolean;
  now: Date;
  expiresAt: Date;
}

export async function insertChallenge(tx: Tx, challenge: NewChallenge): Promise<void> {
  const { now, text, mailed, ...row } = challenge;
  await tx.stepUpChallenge.create({ data: { ...row, text: { ...text }, createdAt: now, sends: mailed ? 1 : 0, lastSentAt: mailed ? now : null, triesLeft: PROOF_TRIES } });
}

/** Holds the user's row until the transaction ends, so that parallel requests can't each count the others out. */
export async function countChallengesSince(tx: Tx, userId: string, since: Date): Promise<number> {
  await lockUser(tx, userId);
  return tx.stepUpChallenge.count({ where: { userId, createdAt: { gt: since } } });
}

/** Everything that a proof is bound to. */
export interface Binding {
  userId: string;
  sessionId: string;
  action: StepUpAction;
  objectId: string;
  parametersHash: Uint8Array<ArrayBuffer>;
}

const sessionLives = (now: Date): Prisma.Sql => Prisma.sql`EXISTS (
    SELECT FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = step_up_challenges.session_id AND ${sessionIsLive(now)} AND u.deactivated_at IS NULL)`;

/** What a factor is checked against. */
export interface OpenChallenge {
  id: string;
  /** Whether its code was mailed. */
  mailed: boolean;
  webauthnChallenge: Uint8Array | null;
  /** Whether a fresh sign-in at the provider came back for it. */
  fresh: boolean;
}

/**
 * Locks a challenge that can still be spent, until the transaction ends; null unless everything it is bound to matches, the session has
 * not ended, and the account was not deactivated: a request that was under way by then comes too late. Of any number of parallel
 * requests, each waits here for the one before, and then sees what that one left.
 */
export async function lockOpenChallenge(tx: Tx, challengeId: string, bound: Binding, now: Date): Promise<OpenChallenge | null> {
  const [row] = await tx.$queryRaw<OpenChallenge[]>`
    SELECT id, sends > 0 AS mailed, webauthn_challenge AS "webauthnChallenge", fresh_at IS NOT NULL AS fresh FROM step_up_challenges
    WHERE id = ${challengeId}::uuid AND user_id = ${bound.userId}::uuid AND session_id = ${bound.sessionId}::uuid AND action = ${bound.action}
      AND object_id = ${bound.objectId}::uuid AND parameters_hash = ${bound.parametersHash}
      AND used_at IS NULL AND tries_left > 0 AND expires_at > ${now} AND ${sessionLives(now)}
    FOR UPDATE`;
  return row ?? null;
}

/** For a challenge locked by `lockOpenChallenge`. */
export async function markSpent(tx: Tx, challengeId: string, now: Date): Promise<void> {
  await tx.stepUpChallenge.update({ where: { id: challengeId }, data: { usedAt: now, webauthnChallenge: null } });
}

/** For a challenge locked by `lockOpenChallenge`. @returns how many tries remain */
export async function takeTry(tx: Tx, challengeId: string): Promise<number> {
  const { triesLeft } = await tx.stepUpChallenge.update({ where: { id: challengeId }, data: { triesLeft: { decrement: 1 } }, select: { triesLeft: true } });
  return triesLeft;
}

/** Wrong answers of one session, and of all of an account's, to challenges made since then. */
export async function countWrongTries(tx: Tx, who: { userId: string; sessionId: string }, sessionSince: Date, accountSince: Date): Promise<{ session: number; account: number }> {
  const [row] = await tx.$queryRaw<{ session: number; account: number }[]>`
    SELECT coalesce(sum(${PROOF_TRIES}::int - tries_left) FILTER (WHERE session_id = ${who.sessionId}::uuid AND created_at > ${sessionSince}), 0)::int AS session,
      coalesce(sum(${PROOF_TRIES}::int - tries_left), 0)::int AS account
    FROM step_up_challenges WHERE user_id = ${who.userId}::uuid AND created_at > ${accountSince}`;
  return row ?? { session: 0, account: 0 };
}

/** What a passkey is to sign for this challenge; the latest one counts. @returns whether the challenge was still open */
export async function keepWebauthnChallenge(tx: Tx, challengeId: string, webauthnChallenge: Uint8Array<ArrayBuffer>, now: Date): Promise<boolean> {
  const { count } = await tx.stepUpChallenge.updateMany({
    where: { id: challengeId, usedAt: null, triesLeft: { gt: 0 }, expiresAt: { gt: now } },
    data: { webauthnChallenge },
  });
  return count === 1;
}

/** What a spent proof still has to finish. */
export async function keepContinuation(tx: Tx, challengeId: string, continuation: Uint8Array<ArrayBuffer>): Promise<void> {
  await tx.stepUpChallenge.update({ where: { id: challengeId }, data: { continuation } });
}

/** What a person's spent proofs still had to finish is over. */
export async function dropContinuationsOf(tx: Tx, userId: string): Promise<void> {
  await tx.stepUpChallenge.updateMany({ where: { userId, continuation: { not: null } }, data: { continuation: null } });
}

/** Takes it up again, once, where everything matches. @returns the challenge's id, or null */
export async function takeContinuation(tx: Tx, bound: Binding, continuation: Uint8Array<ArrayBuffer>, spentAfter: Date, now: Date): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    UPDATE step_up_challenges SET continuation = NULL
    WHERE user_id = ${bound.userId}::uuid AND session_id = ${bound.sessionId}::uuid AND action = ${bound.action} AND object_id = ${bound.objectId}::uuid
      AND parameters_hash = ${bound.parametersHash} AND used_at > ${spentAfter} AND continuation = ${continuation} AND ${sessionLives(now)}
    RETURNING id`;
  return row?.id ?? null;
}

export interface ChallengeRow {
  id: string;
  userId: string;
  sessionId: string;
  action: StepUpAction;
  objectId: string;
  parametersHash: Uint8Array;
  recipient: string;
  text: ChallengeText;
  triesLeft: number;
  sends: number;
  /** null: not mailed. */
  lastSentAt: Date | null;
  expiresAt: Date;
  usedAt: Date | null;
}

export async function findChallenge(tx: Tx, id: string): Promise<ChallengeRow | null> {
  const row = await tx.stepUpChallenge.findUnique({ where: { id } });
  return row && { ...row, action: row.action as StepUpAction, text: row.text as unknown as ChallengeText };
}

/** Counts a resend, unless another was counted after `notSince` or the challenge is over. @returns whether this one may go out */
export async function claimResend(tx: Tx, id: string, now: Date, notSince: Date, maxSends: number): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE step_up_challenges SET sends = sends + 1, last_sent_at = ${now}
    WHERE id = ${id}::uuid AND used_at IS NULL AND tries_left > 0 AND expires_at > ${now} AND (last_sent_at IS NULL OR last_sent_at <= ${notSince}) AND sends < ${maxSends}`;
  return changed === 1;
}

/** A browser goes to sign in at the provider again for this challenge; the latest one counts. @returns whether it was still open */
export async function keepFreshToken(tx: Tx, challengeId: string, tokenHash: Uint8Array<ArrayBuffer>, now: Date): Promise<boolean> {
  const { count } = await tx.stepUpChallenge.updateMany({
    where: { id: challengeId, usedAt: null, triesLeft: { gt: 0 }, expiresAt: { gt: now } },
    data: { freshTokenHash: tokenHash, freshAt: null },
  });
  return count === 1;
}

export interface FreshChallenge {
  id: string;
  userId: string;
  sessionId: string;
  createdAt: Date;
}

/** The open challenge that this browser went to the provider for. */
export async function findFreshChallenge(tx: Tx, tokenHash: Uint8Array<ArrayBuffer>, now: Date): Promise<FreshChallenge | null> {
  return tx.stepUpChallenge.findFirst({
    where: { freshTokenHash: tokenHash, usedAt: null, triesLeft: { gt: 0 }, expiresAt: { gt: now } },
    select: { id: true, userId: true, sessionId: true, createdAt: true },
  });
}

/** The sign-in came back: once. @returns whether this call took it */
export async function markFresh(tx: Tx, tokenHash: Uint8Array<ArrayBuffer>, now: Date): Promise<boolean> {
  const { count } = await tx.stepUpChallenge.updateMany({ where: { freshTokenHash: tokenHash, usedAt: null, expiresAt: { gt: now } }, data: { freshTokenHash: null, freshAt: now } });
  return count === 1;
}
