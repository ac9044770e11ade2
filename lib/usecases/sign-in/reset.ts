/** A new password for who forgot theirs: address → mailed code → their second factor, if they have one → password. */
import { attemptOver, finishWithTicket, requireAttempt, type SignInRequest } from "@/lib/auth/attempts";
import { factorsOf } from "@/lib/auth/factors/factors-of";
import { liftBlocksOf } from "@/lib/auth/limits";
import { tellOwner } from "@/lib/auth/notices";
import { hashPassword } from "@/lib/auth/password";
import { parsePassword } from "@/lib/core/password-policy";
import { isSecondFactor, type SecondFactor } from "@/lib/core/policy";
import { endSessionsOf, lockSigningInUser } from "@/lib/db/accounts";
import { appendAudit } from "@/lib/db/audit";
import { endAttemptsOf, noteShown, type AttemptRow } from "@/lib/db/attempts";
import type { Tx } from "@/lib/db/client";
import { setPasswordHash } from "@/lib/db/passwords";
import type { Ports } from "@/lib/ports";
import { startWithMail } from "./register";
import { peekAttempt, requirePasswordLogin, secondFactorsOf, type NextStep, type Started } from "./steps";

/** Answers alike whether or not the address has an account: its owner learns it from the mail. @throws bad_request, password_login_off, too_many_tries */
export async function startReset(ports: Ports, request: SignInRequest, input: { email: string }): Promise<Started> {
  return startWithMail(ports, request, "reset", input.email);
}

/** The second factors still to be shown: a stolen mailbox alone gives no new password to who has one. */
async function missingFactors(tx: Tx, userId: string, attempt: Pick<AttemptRow, "shown">): Promise<SecondFactor[]> {
  // What was shown counts also when it is gone since: a recovery code is used up by showing it, and may be the last one.
  if (attempt.shown.some(isSecondFactor)) return [];
  return secondFactorsOf(await factorsOf(tx, userId));
}

/**
 * Sets the password, ends every session and every other attempt, and tells the owner.
 *
 * @returns the ticket; or, with nothing changed, that a second factor comes first
 * @throws attempt_over, password_weak
 */
export async function finishReset(ports: Ports, request: SignInRequest, input: { password: string }): Promise<NextStep> {
  requirePasswordLogin(ports);
  const { email, userId, shown } = await peekAttempt(ports, request, ["reset"]);
  if (email === null || userId === null || !shown.includes("code")) throw attemptOver();
  const first = await missingFactors(ports.db.read, userId, { shown });
  if (first.length > 0) return { next: "factor", factors: first };
  const hash = await hashPassword(parsePassword(input.password, [email]));
  const step = await ports.db.transaction(async (tx): Promise<NextStep> => {
    const attempt = await requireAttempt(ports, tx, request, ["reset"]);
    const user = await lockSigningInUser(tx, userId);
    // The mail went to this address; a new one of the account knows nothing of it.
    if (!user || user.deactivated || user.email !== email) throw attemptOver();
    const missing = await missingFactors(tx, userId, attempt);
    if (missing.length > 0) return { next: "factor", factors: missing };
    const now = ports.clock.now();
    await setPasswordHash(tx, userId, hash, now);
    const ended = await endSessionsOf(tx, userId, null, now);
    await endAttemptsOf(tx, userId, attempt.id, now);
    await noteShown(tx, attempt.id, "password", 1);
    const ticket = await finishWithTicket(ports, tx, attempt, userId);
    await tellOwner(ports, tx, { userId, email, name: user.name }, { template: "password-reset" }, request.source);
    const actor = { kind: "user", id: userId, label: email, operator: false } as const;
    const data = { by: "mailed code", factors: attempt.shown, sessionsEnded: ended.length, browser: request.source.browser };
    await appendAudit(tx, [{ chain: userId, at: now, action: "password.reset", actor, subject: { kind: "user", id: userId }, sourceAddress: request.source.address, data }]);
    return ticket;
  });
  // Whoever guessed at the old password has nothing to go on with.
  if ("ticket" in step) await liftBlocksOf(ports, email);
  return step;
}
