/**
 * Attempts: a sign-in, registration or password reset on its way through several requests. Bound to one browser by a cookie, good for
 * as long as a proof is, each factor with its tries anew (lib/core/proof-limits). One for an address without an account looks the same from outside.
 */
import { PortcullisError } from "@/lib/core/errors";
import { CODE_DIGITS, codesEqual, deriveCode, deriveLongCode, LONG_CODE_DIGITS, type CodeDigits } from "@/lib/core/step-up-code";
import { finishAttempt, insertAttempt, lockAttempt, takeTryOfAttempt, type AttemptPurpose, type AttemptRow, type ShownFactor } from "@/lib/db/attempts";
import type { Tx } from "@/lib/db/client";
import type { Ports } from "@/lib/ports";
import type { RequestSource } from "./actor";
import { ATTEMPT_LIFETIME_SECONDS } from "./cookies";
import { newToken, tokenHashOf } from "./tokens";

/** How long a ticket lasts: the browser hands it in at once. */
const TICKET_LIFETIME_MS = 60_000;

/**
 * Digits of the mailed code. Before a code to sign in the right password was shown, and wrong ones are counted for the account as a
 * whole. Who registers or resets has shown nothing.
 */
const DIGITS: Record<AttemptPurpose, CodeDigits> = { sign_in: CODE_DIGITS, register: LONG_CODE_DIGITS, reset: LONG_CODE_DIGITS };
export const codeLengthOf = (purpose: AttemptPurpose): number => DIGITS[purpose];

/** The digits of an attempt's code: derived from the portal's secret, stored nowhere (docs/decisions/0003). */
export function attemptCode(ports: Pick<Ports, "config">, attemptId: string, purpose: AttemptPurpose): string {
  const key = ports.config.deriveKey("sign-in code");
  return DIGITS[purpose] === LONG_CODE_DIGITS ? deriveLongCode(key, attemptId, purpose) : deriveCode(key, attemptId, `${purpose} 1`);
}

/** Who asks, as far as a request without a session can say. */
export interface SignInRequest {
  source: RequestSource;
  /** From the cookie of a browser that was signed in with before. */
  browserToken: string | null;
  /** From the cookie of the attempt. */
  attemptToken: string | null;
  /** From the cookie of a passkey that is asked for by itself, without an address. Apart, so that asking for one ends nothing that another tab is at. */
  passkeyToken: string | null;
}

export interface StartedAttempt {
  id: string;
  expiresAt: Date;
  /** For the browser's cookie. */
  token: string;
}

export async function startAttempt(
  ports: Ports,
  tx: Tx,
  request: SignInRequest,
  attempt: { purpose: AttemptPurpose; email: string | null; userId: string | null; shown: ShownFactor[]; sends: number; webauthnChallenge?: Uint8Array<ArrayBuffer> },
): Promise<StartedAttempt> {
  const now = ports.clock.now();
  const token = newToken(ports);
  const id = ports.newId();
  const expiresAt = new Date(now.getTime() + ATTEMPT_LIFETIME_SECONDS * 1000);
  await insertAttempt(tx, {
    webauthnChallenge: null,
    ...attempt,
    id,
    tokenHash: tokenHashOf(token),
    ipAddress: request.source.address,
    userAgent: request.source.userAgent,
    now,
    expiresAt,
  });
  return { id, expiresAt, token };
}

/** This browser's attempt, locked. @throws attempt_over */
export async function requireAttempt(ports: Ports, tx: Tx, request: SignInRequest, purposes: readonly AttemptPurpose[]): Promise<AttemptRow> {
  const attempt = request.attemptToken === null ? null : await lockAttempt(tx, tokenHashOf(request.attemptToken), ports.clock.now());
  if (!attempt || !purposes.includes(attempt.purpose)) throw attemptOver();
  return attempt;
}

export const attemptOver = (): PortcullisError => new PortcullisError("attempt_over", "This took too long, or too many tries. Please start again.");

/** Whether the code is the one that was mailed for this attempt. Never, where none was. */
export function isAttemptCode(ports: Ports, attempt: AttemptRow, text: string): boolean {
  const typed = text.slice(0, 64).normalize("NFKC").replace(/[\s-]/gu, "");
  const right = codesEqual(typed, attemptCode(ports, attempt.id, attempt.purpose));
  return right && !isDecoy(attempt);
}

/** Made for an address whose owner was sent no code: it is taken, or has no account to reset. */
const isDecoy = (attempt: AttemptRow): boolean => (attempt.purpose === "register" ? attempt.userId !== null : attempt.userId === null);

/** What a wrong try does: counted, to be committed, and then refused. */
export interface WrongTry {
  wrong: PortcullisError;
}

/** @param hint what helps more than "wrong", like that a phone's clock is late */
export async function wrongTry(tx: Tx, attempt: AttemptRow, hint: string | null = null): Promise<WrongTry> {
  const triesLeft = await takeTryOfAttempt(tx, attempt.id);
  const left = triesLeft === 0 ? "It was the last try: start again." : `${triesLeft} ${triesLeft === 1 ? "try" : "tries"} left.`;
  return { wrong: new PortcullisError("code_wrong", `${hint ?? "That code is not right."} ${left}`, { triesLeft, field: "code" }) };
}

/** Ends the attempt. @returns the ticket that becomes a session in this browser, once, within a minute */
export async function finishWithTicket(ports: Ports, tx: Tx, attempt: Pick<AttemptRow, "id">, userId: string): Promise<{ ticket: string }> {
  const ticket = newToken(ports);
  await finishAttempt(tx, attempt.id, { userId, ticketHash: tokenHashOf(ticket), now: ports.clock.now() });
  return { ticket };
}

export const ticketNotBefore = (ports: Ports): Date => new Date(ports.clock.now().getTime() - TICKET_LIFETIME_MS);
