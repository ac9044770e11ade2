/** Making an account with an address and a password: address → mailed code → password. */
import { attemptOver, finishWithTicket, requireAttempt, startAttempt, type SignInRequest } from "@/lib/auth/attempts";
import { takeTry } from "@/lib/auth/limits";
import { hashPassword } from "@/lib/auth/password";
import { displayName } from "@/lib/auth/sign-in";
import { parseEmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { parsePassword } from "@/lib/core/password-policy";
import { appendAudit } from "@/lib/db/audit";
import { noteShown } from "@/lib/db/attempts";
import { findPasswordHolder, insertUserWithPassword } from "@/lib/db/passwords";
import type { Ports } from "@/lib/ports";
import { codeStep, peekAttempt, queueAttemptMail, requirePasswordLogin, tryOf, type NextStep, type Started } from "./steps";

/** Answers alike whether or not the address has an account: its owner learns it from the mail. @throws bad_request, password_login_off, too_many_tries */
export async function startRegistration(ports: Ports, request: SignInRequest, input: { email: string }): Promise<Started> {
  return startWithMail(ports, request, "register", input.email);
}

/** Starts what a mail to the address goes on with. */
export async function startWithMail(ports: Ports, request: SignInRequest, purpose: "register" | "reset", text: string): Promise<Started> {
  requirePasswordLogin(ports);
  const email = parseEmailAddress(text);
  await takeTry(ports, await tryOf(ports, request, "mail", email));
  return ports.db.transaction(async (tx) => {
    const holder = await findPasswordHolder(tx, email);
    const resettable = holder !== null && holder.hash !== null && !holder.deactivated;
    const userId = holder !== null && (purpose === "register" || resettable) ? holder.userId : null;
    const started = await startAttempt(ports, tx, request, { purpose, email, userId, shown: [], sends: 1 });
    const mailed = { id: started.id, purpose, email, expiresAt: started.expiresAt };
    await queueAttemptMail(ports, tx, request, mailed);
    return { step: codeStep(mailed), attemptToken: started.token };
  });
}

/** @throws attempt_over, password_weak, address_taken when an account was made with the address meanwhile */
export async function finishRegistration(ports: Ports, request: SignInRequest, input: { password: string; name: string }): Promise<NextStep> {
  requirePasswordLogin(ports);
  const { email, shown } = await peekAttempt(ports, request, ["register"]);
  if (email === null || !shown.includes("code")) throw attemptOver();
  const name = displayName(input.name || email);
  const hash = await hashPassword(parsePassword(input.password, [email, name]));
  return ports.db.transaction(async (tx) => {
    const attempt = await requireAttempt(ports, tx, request, ["register"]);
    const now = ports.clock.now();
    const userId = ports.newId();
    const made = await insertUserWithPassword(tx, { id: userId, email, name, hash, now });
    // Said to somebody who has proved that the address is theirs.
    if (!made) throw new PortcullisError("address_taken", "An account with this address was made meanwhile. Sign in to it.");
    await noteShown(tx, attempt.id, "password", 1);
    const ticket = await finishWithTicket(ports, tx, attempt, userId);
    const actor = { kind: "user", id: userId, label: email, operator: false } as const;
    await appendAudit(tx, [{ chain: userId, at: now, action: "account.created", actor, subject: { kind: "user", id: userId }, sourceAddress: request.source.address, data: { with: "password", email } }]);
    return ticket;
  });
}
