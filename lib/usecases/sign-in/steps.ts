/** What the steps of a sign-in share: what comes next, whose tries are counted, and the mail with the code. */
import { attemptOver, codeLengthOf, type SignInRequest } from "@/lib/auth/attempts";
import { hasSecondFactor, type Factors } from "@/lib/auth/factors/factors-of";
import type { Try } from "@/lib/auth/limits";
import { tokenHashOf } from "@/lib/auth/tokens";
import { maskEmailAddress, type EmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import type { TryKind } from "@/lib/core/guessing";
import type { SecondFactor } from "@/lib/core/policy";
import { RESEND_AFTER_SECONDS } from "@/lib/core/proof-limits";
import { findAttempt, type AttemptPurpose, type AttemptRow } from "@/lib/db/attempts";
import { knowsBrowser } from "@/lib/db/browsers";
import type { Tx } from "@/lib/db/client";
import { queueMail } from "@/lib/db/outbox";
import { findPasswordHolder } from "@/lib/db/passwords";
import { iso } from "@/lib/db/values";
import type { SignInMail } from "@/lib/mail/messages";
import type { Ports } from "@/lib/ports";

/** What the page asks for next; or the ticket, when all has been shown. */
export type NextStep =
  | { next: "code"; sentTo: string; codeLength: number; expiresAt: string; resendAfterSeconds: number }
  | { next: "factor"; factors: SecondFactor[] }
  | { next: "password" }
  | { ticket: string };

export interface Started {
  step: NextStep;
  /** For the browser's cookie. */
  attemptToken: string;
}

/** @throws password_login_off */
export function requirePasswordLogin(ports: Ports): void {
  if (!ports.config.passwordLogin) throw new PortcullisError("password_login_off", "This portal doesn't use passwords. Sign in through your identity provider, or with a passkey.");
}

/** Strongest first; none where the person has no second factor of their own. */
export function secondFactorsOf(factors: Factors): SecondFactor[] {
  if (!hasSecondFactor(factors)) return [];
  const all: [SecondFactor, number][] = [["passkey", factors.passkeys.length], ["totp", factors.totp.length], ["recovery", factors.recoveryCodesLeft]];
  return all.filter(([, count]) => count > 0).map(([factor]) => factor);
}

export const codeStep = (attempt: { purpose: AttemptPurpose; email: string; expiresAt: Date }): NextStep => ({
  next: "code",
  sentTo: maskEmailAddress(attempt.email as EmailAddress),
  codeLength: codeLengthOf(attempt.purpose),
  expiresAt: iso(attempt.expiresAt),
  resendAfterSeconds: RESEND_AFTER_SECONDS,
});

/** The try at hand, for the counters. The same queries for every address. */
export async function tryOf(ports: Ports, request: SignInRequest, kind: TryKind, account: string | null): Promise<Try> {
  const knownBrowser = request.browserToken !== null && account !== null && (await knowsBrowser(ports.db.read, account, tokenHashOf(request.browserToken)));
  return { kind, source: request.source.address, knownBrowser, ...(account === null ? {} : { account }) };
}

/** This browser's attempt, to know whose tries to count before it is locked. @throws attempt_over */
export async function peekAttempt(ports: Ports, request: SignInRequest, purposes: readonly AttemptPurpose[]): Promise<AttemptRow> {
  const attempt = request.attemptToken === null ? null : await findAttempt(ports.db.read, tokenHashOf(request.attemptToken), ports.clock.now());
  if (!attempt || !purposes.includes(attempt.purpose)) throw attemptOver();
  return attempt;
}

interface MailedAttempt {
  id: string;
  purpose: AttemptPurpose;
  email: string;
  expiresAt: Date;
}

/** One mail to the address, whatever it is: a code, or why there is none. Who asked sees no difference. */
export async function queueAttemptMail(ports: Ports, tx: Tx, request: SignInRequest, attempt: MailedAttempt): Promise<void> {
  const from = { browser: request.source.browser, sourceAddress: request.source.address ?? "unknown" };
  const signInUrl = new URL("/signin", ports.config.url).href;
  const holder = await findPasswordHolder(tx, attempt.email);
  const code: SignInMail = { template: "sign-in-code", attemptId: attempt.id, purpose: attempt.purpose, expiresAt: iso(attempt.expiresAt), ...from };
  const content = ((): SignInMail => {
    if (attempt.purpose === "register") return holder ? { template: "already-registered", signInUrl, ...from } : code;
    if (attempt.purpose === "sign_in") return code;
    if (!holder) return { template: "no-account", signInUrl, ...from };
    if (holder.deactivated) return { template: "deactivated", signInUrl, ...from };
    return holder.hash === null ? { template: "no-password", signInUrl, ...from } : code;
  })();
  await queueMail(tx, { id: ports.newId(), recipient: attempt.email, now: ports.clock.now(), staleAt: attempt.expiresAt, content });
}
