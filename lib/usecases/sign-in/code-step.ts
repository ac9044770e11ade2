/** The code that was mailed for a sign-in, a registration or a reset; and mailing it again. */
import { attemptOver, finishWithTicket, isAttemptCode, requireAttempt, wrongTry, type SignInRequest, type WrongTry } from "@/lib/auth/attempts";
import { factorsOf } from "@/lib/auth/factors/factors-of";
import { forgiveTries, takeTry } from "@/lib/auth/limits";
import { PortcullisError } from "@/lib/core/errors";
import { PROOF_TRIES, RESEND_AFTER_SECONDS } from "@/lib/core/proof-limits";
import { appendAudit } from "@/lib/db/audit";
import { noteSent, noteShown, type AttemptPurpose, type AttemptRow } from "@/lib/db/attempts";
import type { Tx } from "@/lib/db/client";
import type { Ports } from "@/lib/ports";
import { codeStep, peekAttempt, queueAttemptMail, secondFactorsOf, tryOf, type NextStep } from "./steps";

const MAX_SENDS = 4;

/** A code was mailed for it, and not shown yet. @throws attempt_over */
function requireAwaitedCode(attempt: AttemptRow): void {
  if (attempt.sends === 0 || attempt.email === null || attempt.shown.includes("code")) throw attemptOver();
}

/** @throws attempt_over, too_many_tries, code_wrong (with triesLeft) */
export async function showCode(ports: Ports, request: SignInRequest, purpose: AttemptPurpose, input: { code: string }): Promise<NextStep> {
  const peeked = await peekAttempt(ports, request, [purpose]);
  requireAwaitedCode(peeked);
  // Codes of registrations and resets are counted by attempt and source alone: a stranger must not use up an owner's tries.
  const attempt = await tryOf(ports, request, "factor", purpose === "sign_in" ? peeked.email : null);
  await takeTry(ports, attempt);
  const result = await ports.db.transaction(async (tx): Promise<NextStep | WrongTry> => {
    const locked = await requireAttempt(ports, tx, request, [purpose]);
    requireAwaitedCode(locked);
    if (!isAttemptCode(ports, locked, input.code)) {
      const wrong = await wrongTry(tx, locked);
      await noteWrongFactor(ports, tx, request, locked, "mailed code");
      return wrong;
    }
    await noteShown(tx, locked.id, "code", PROOF_TRIES);
    return afterCode(ports, tx, locked);
  });
  if ("wrong" in result) throw result.wrong;
  await forgiveTries(ports, attempt);
  return result;
}

async function afterCode(ports: Ports, tx: Tx, attempt: AttemptRow): Promise<NextStep> {
  if (attempt.purpose === "register" || attempt.userId === null) return { next: "password" };
  const factors = secondFactorsOf(await factorsOf(tx, attempt.userId));
  // Also at a sign-in: the first factor may have been added since the code was mailed.
  if (factors.length > 0) return { next: "factor", factors };
  return attempt.purpose === "sign_in" ? finishWithTicket(ports, tx, attempt, attempt.userId) : { next: "password" };
}

/** The owner should see that somebody knew the password. Of resets, which any stranger can start, nothing is written. */
export async function noteWrongFactor(ports: Ports, tx: Tx, request: SignInRequest, attempt: AttemptRow, factor: string): Promise<void> {
  if (attempt.userId === null || !attempt.shown.includes("password")) return;
  await appendAudit(tx, [
    {
      chain: attempt.userId,
      at: ports.clock.now(),
      action: "sign_in.wrong_factor",
      actor: { kind: "user", id: attempt.userId, label: attempt.email ?? "", operator: false },
      subject: { kind: "user", id: attempt.userId },
      sourceAddress: request.source.address,
      data: { factor, browser: request.source.browser },
    },
  ]);
}

/** Mails the same code again. @throws attempt_over, too_many_tries with retryAfterSeconds */
export async function resendCode(ports: Ports, request: SignInRequest): Promise<NextStep> {
  const now = ports.clock.now();
  return ports.db.transaction(async (tx) => {
    const attempt = await requireAttempt(ports, tx, request, ["sign_in", "register", "reset"]);
    requireAwaitedCode(attempt);
    if (attempt.email === null || attempt.lastSentAt === null) throw attemptOver();
    if (attempt.sends >= MAX_SENDS) throw new PortcullisError("too_many_tries", "This code was sent several times already. Look in your spam folder, or start again.");
    const waitSeconds = Math.ceil((attempt.lastSentAt.getTime() - now.getTime()) / 1000) + RESEND_AFTER_SECONDS;
    if (waitSeconds > 0) throw new PortcullisError("too_many_tries", `The code was just sent. You can ask for it again in ${waitSeconds} s.`, { retryAfterSeconds: waitSeconds });
    await noteSent(tx, attempt.id, now);
    const mailed = { ...attempt, email: attempt.email };
    await queueAttemptMail(ports, tx, request, mailed);
    return codeStep(mailed);
  });
}
