/** Signing in with an address and a password, and what is asked for after it. */
import { startAttempt, type SignInRequest } from "@/lib/auth/attempts";
import { factorsOf } from "@/lib/auth/factors/factors-of";
import { forgiveTries, takeTry } from "@/lib/auth/limits";
import { checkPassword } from "@/lib/auth/password";
import { parseEmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { findPasswordHolder, replaceHash } from "@/lib/db/passwords";
import { log } from "@/lib/log";
import type { Ports } from "@/lib/ports";
import { codeStep, queueAttemptMail, requirePasswordLogin, secondFactorsOf, tryOf, type Started } from "./steps";

/**
 * The same work and the same answer for a wrong password, an account without one, and no account.
 *
 * @throws bad_request, password_login_off, too_many_tries, credentials_wrong, account_deactivated (after the right password alone)
 */
export async function signInWithPassword(ports: Ports, request: SignInRequest, input: { email: string; password: string }): Promise<Started> {
  requirePasswordLogin(ports);
  const email = parseEmailAddress(input.email);
  const attempt = await tryOf(ports, request, "password", email);
  await takeTry(ports, attempt);
  const holder = await findPasswordHolder(ports.db.read, email);
  const { right, rehashed } = await checkPassword(holder?.hash ?? null, input.password);
  if (!right || !holder) {
    // Not the address: people type passwords into that field.
    log("info", "password refused", "A password was wrong, or there is no such account.", { source: request.source.address ?? "unknown" });
    throw new PortcullisError("credentials_wrong", "The address or the password is not right.", { field: "password" });
  }
  await forgiveTries(ports, attempt);
  if (holder.deactivated) throw new PortcullisError("account_deactivated", "This account was deactivated. Ask the operator of this portal.");
  if (rehashed !== null && holder.hash !== null) await replaceHash(ports.db.read, holder.userId, holder.hash, rehashed);
  const factors = secondFactorsOf(await factorsOf(ports.db.read, holder.userId));
  if (factors.length === 0) await takeTry(ports, { ...attempt, kind: "codeMail" });
  return ports.db.transaction(async (tx) => {
    const started = await startAttempt(ports, tx, request, { purpose: "sign_in", email, userId: holder.userId, shown: ["password"], sends: factors.length > 0 ? 0 : 1 });
    if (factors.length > 0) return { step: { next: "factor", factors }, attemptToken: started.token };
    const mailed = { id: started.id, purpose: "sign_in", email, expiresAt: started.expiresAt } as const;
    await queueAttemptMail(ports, tx, request, mailed);
    return { step: codeStep(mailed), attemptToken: started.token };
  });
}
