/** Opens a session, whichever way somebody signed in: remembers the browser, and tells the account's owner of one that is new. */
import { PortcullisError } from "@/lib/core/errors";
import { SESSION_LIFETIME_SECONDS } from "@/lib/core/session-lifetime";
import { insertSession, lockSigningInUser, type SignInMethod } from "@/lib/db/accounts";
import { appendAudit } from "@/lib/db/audit";
import { isBrowserToken, noteBrowser } from "@/lib/db/browsers";
import type { Tx } from "@/lib/db/client";
import { tellOfSignIn } from "@/lib/db/sign-in-again";
import type { Ports } from "@/lib/ports";
import type { RequestSource } from "./actor";
import { endSessionIn } from "./end-session";
import { tellOwner } from "./notices";
import { newToken, tokenHashOf } from "./tokens";

export interface SessionOpening {
  userId: string;
  /** null for a password or a passkey. */
  identityId: string | null;
  method: SignInMethod;
  twoFactor: boolean;
  /** As the provider said (RFC 8176), or the factors shown here. */
  amr: string[];
  acr: string | null;
  authTime: Date | null;
  /** The provider's own session that it begins with; null where there is none. */
  providerSid: string | null;
  source: RequestSource;
  /** From the browser's cookie; null when it has none. */
  browserToken: string | null;
  /** The session that the browser has so far: it ends, since the browser forgets it (ASVS 7.2.4). null when it has none. */
  replaces: string | null;
}

export interface OpenedSession {
  sessionId: string;
  /** For the browser's cookie; null when it keeps the one it has. */
  newBrowserToken: string | null;
}

/** An account made less than this ago is still being made: its first browser is no news. */
const JUST_MADE_MS = 15 * 60_000;

/** @throws account_deactivated */
export async function openSession(ports: Ports, tx: Tx, opening: SessionOpening): Promise<OpenedSession> {
  const now = ports.clock.now();
  const user = await lockSigningInUser(tx, opening.userId);
  if (!user || user.deactivated) throw new PortcullisError("account_deactivated", "This account was deactivated. Ask the operator of this portal.");
  // A token that the portal never gave out may be one that somebody else chose.
  const keeps = opening.browserToken !== null && (await isBrowserToken(tx, tokenHashOf(opening.browserToken)));
  const browserToken = keeps && opening.browserToken !== null ? opening.browserToken : newToken(ports);
  const browser = await noteBrowser(tx, { id: ports.newId(), userId: opening.userId, tokenHash: tokenHashOf(browserToken), userAgent: opening.source.userAgent, now });
  if (opening.replaces !== null) await endSessionIn(ports, tx, opening.replaces, "replaced");
  const sessionId = ports.newId();
  await insertSession(tx, {
    id: sessionId,
    userId: opening.userId,
    identityId: opening.identityId,
    method: opening.method,
    twoFactor: opening.twoFactor,
    browserId: browser.id,
    now,
    expiresAt: new Date(now.getTime() + SESSION_LIFETIME_SECONDS * 1000),
    ipAddress: opening.source.address,
    userAgent: opening.source.userAgent,
    amr: opening.amr,
    acr: opening.acr,
    authTime: opening.authTime,
    providerSid: opening.providerSid,
  });
  const isNews = browser.isNew && (browser.hasOthers || now.getTime() - user.createdAt.getTime() > JUST_MADE_MS);
  if (isNews) await tellOwner(ports, tx, { userId: opening.userId, email: user.email, name: user.name }, { template: "new-browser", method: opening.method }, opening.source);
  await appendAudit(tx, [
    {
      chain: opening.userId,
      at: now,
      action: "session.started",
      actor: { kind: "user", id: opening.userId, label: user.email ?? user.name, operator: false },
      subject: { kind: "session", id: sessionId },
      sourceAddress: opening.source.address,
      data: { method: opening.method, browser: opening.source.browser, newBrowser: browser.isNew, twoFactor: opening.twoFactor, amr: opening.amr, acr: opening.acr },
    },
  ]);
  await tellOfSignIn(tx, opening.userId);
  return { sessionId, newBrowserToken: keeps ? null : browserToken };
}
