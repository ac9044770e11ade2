/** Sign-ins, registrations and password resets under way. Each belongs to one browser, by its cookie. */
import { PROOF_TRIES } from "@/lib/core/proof-limits";
import type { Tx } from "./client";

type Bytes = Uint8Array<ArrayBuffer>;

export type AttemptPurpose = "sign_in" | "register" | "reset";
/** What has been shown so far. */
export type ShownFactor = "password" | "code" | "totp" | "recovery" | "passkey";

export interface AttemptRow {
  id: string;
  purpose: AttemptPurpose;
  email: string | null;
  userId: string | null;
  shown: ShownFactor[];
  triesLeft: number;
  sends: number;
  lastSentAt: Date | null;
  webauthnChallenge: Bytes | null;
  expiresAt: Date;
  finishedAt: Date | null;
}

export interface NewAttempt {
  id: string;
  tokenHash: Bytes;
  purpose: AttemptPurpose;
  email: string | null;
  userId: string | null;
  shown: ShownFactor[];
  sends: number;
  webauthnChallenge: Bytes | null;
  ipAddress: string | null;
  userAgent: string;
  now: Date;
  expiresAt: Date;
}

export async function insertAttempt(tx: Tx, { now, sends, ...attempt }: NewAttempt): Promise<void> {
  await tx.signInAttempt.create({ data: { ...attempt, sends, lastSentAt: sends > 0 ? now : null, triesLeft: PROOF_TRIES, createdAt: now } });
}

/** The browser's attempt, under its row's lock: of two requests at once, the second sees what the first did. null: none, or over. */
export async function lockAttempt(tx: Tx, tokenHash: Bytes, now: Date): Promise<AttemptRow | null> {
  const [found] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM sign_in_attempts
    WHERE token_hash = ${tokenHash} AND finished_at IS NULL AND tries_left > 0 AND expires_at > ${now} FOR UPDATE`;
  if (!found) return null;
  const row = await tx.signInAttempt.findUniqueOrThrow({ where: { id: found.id } });
  return { ...row, shown: row.shown as ShownFactor[] };
}

/** The browser's attempt as it is, without a lock: to know whose tries to count. */
export async function findAttempt(tx: Tx, tokenHash: Bytes, now: Date): Promise<AttemptRow | null> {
  const row = await tx.signInAttempt.findUnique({ where: { tokenHash } });
  if (!row || row.finishedAt !== null || row.triesLeft <= 0 || row.expiresAt <= now) return null;
  return { ...row, shown: row.shown as ShownFactor[] };
}

export async function takeTryOfAttempt(tx: Tx, id: string): Promise<number> {
  const { triesLeft } = await tx.signInAttempt.update({ where: { id }, data: { triesLeft: { decrement: 1 } }, select: { triesLeft: true } });
  return triesLeft;
}

/** The attempt goes on: a factor was shown, so the next one has all its tries. */
export async function noteShown(tx: Tx, id: string, factor: ShownFactor, tries: number): Promise<void> {
  await tx.signInAttempt.update({ where: { id }, data: { shown: { push: factor }, triesLeft: tries, webauthnChallenge: null } });
}

export async function noteSent(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.signInAttempt.update({ where: { id }, data: { sends: { increment: 1 }, lastSentAt: now } });
}

export async function setAttemptChallenge(tx: Tx, id: string, webauthnChallenge: Bytes | null): Promise<void> {
  await tx.signInAttempt.update({ where: { id }, data: { webauthnChallenge } });
}

/** Ends the attempt with a ticket that becomes a session. */
export async function finishAttempt(tx: Tx, id: string, finished: { userId: string; ticketHash: Bytes; now: Date }): Promise<void> {
  await tx.signInAttempt.update({ where: { id }, data: { userId: finished.userId, ticketHash: finished.ticketHash, finishedAt: finished.now } });
}

export interface SpentTicket {
  attemptId: string;
  userId: string;
  shown: ShownFactor[];
}

/** Spends a ticket in the browser of its attempt, which has one of the tokens. One statement: of any number of requests at once, one gets it (T18). */
export async function spendTicket(tx: Tx, ticket: { ticketHash: Bytes; tokenHashes: Bytes[]; notBefore: Date }): Promise<SpentTicket | null> {
  const [row] = await tx.$queryRaw<{ id: string; user_id: string; shown: ShownFactor[] }[]>`
    UPDATE sign_in_attempts SET ticket_hash = NULL
    WHERE ticket_hash = ${ticket.ticketHash} AND token_hash = ANY(${ticket.tokenHashes}) AND finished_at >= ${ticket.notBefore} AND user_id IS NOT NULL
    RETURNING id, user_id, shown`;
  return row ? { attemptId: row.id, userId: row.user_id, shown: row.shown } : null;
}

export async function noteAttemptSession(tx: Tx, id: string, sessionId: string): Promise<void> {
  await tx.signInAttempt.update({ where: { id }, data: { sessionId } });
}

/** Ends whatever else is under way for this account, and takes back tickets: after a new password, or a deactivation (T12). */
export async function endAttemptsOf(tx: Tx, userId: string, exceptId: string | null, now: Date): Promise<void> {
  await tx.signInAttempt.updateMany({
    where: { userId, ...(exceptId === null ? {} : { id: { not: exceptId } }), OR: [{ finishedAt: null }, { ticketHash: { not: null } }] },
    data: { expiresAt: now, ticketHash: null },
  });
}

/** Attempts that nobody can go on with. */
export async function deleteOldAttempts(tx: Tx, before: Date): Promise<void> {
  await tx.signInAttempt.deleteMany({ where: { expiresAt: { lt: before } } });
}
