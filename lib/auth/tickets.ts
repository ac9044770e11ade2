/** From a finished attempt's ticket to a session, in the browser that the attempt belongs to. */
import { PortcullisError } from "@/lib/core/errors";
import { isToken } from "@/lib/core/ids";
import { isSecondFactor } from "@/lib/core/policy";
import { noteAttemptSession, spendTicket, type ShownFactor } from "@/lib/db/attempts";
import type { Ports } from "@/lib/ports";
import { ticketNotBefore, type SignInRequest } from "./attempts";
import { openSession, type OpenedSession } from "./open-session";
import { tokenHashOf } from "./tokens";

/** RFC 8176's names for what was shown here. */
const METHODS: Record<ShownFactor, string[]> = { password: ["pwd"], code: ["mail"], totp: ["otp"], recovery: ["otp"], passkey: ["hwk", "user"] };

/** @param replaces the session that the browser has so far; null when it has none. @throws ticket_invalid, account_deactivated */
export async function redeemTicket(ports: Ports, ticket: string, request: SignInRequest, replaces: string | null = null): Promise<OpenedSession> {
  const invalid = () => new PortcullisError("ticket_invalid", "Signing in took too long. Please start again.");
  const tokenHashes = [request.attemptToken, request.passkeyToken].filter((token) => token !== null).map(tokenHashOf);
  if (!isToken(ticket)) throw invalid();
  return ports.db.transaction(async (tx) => {
    const spent = await spendTicket(tx, { ticketHash: tokenHashOf(ticket), tokenHashes, notBefore: ticketNotBefore(ports) });
    if (!spent) throw invalid();
    const opened = await openSession(ports, tx, {
      userId: spent.userId,
      identityId: null,
      method: spent.shown.includes("password") ? "password" : "passkey",
      twoFactor: spent.shown.some(isSecondFactor),
      amr: [...new Set(spent.shown.flatMap((factor) => METHODS[factor]))],
      acr: null,
      authTime: ports.clock.now(),
      providerSid: null,
      source: request.source,
      browserToken: request.browserToken,
      replaces,
    });
    await noteAttemptSession(tx, spent.attemptId, opened.sessionId);
    return opened;
  });
}
