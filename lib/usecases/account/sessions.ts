/** Ending sessions: one's own, one by one or all others, and all of an account's by the link in a mail. */
import { auditActor, type Actor, type RequestSource } from "@/lib/auth/actor";
import { tokenHashOf } from "@/lib/auth/tokens";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { isToken } from "@/lib/core/ids";
import { spendAccountLink } from "@/lib/db/account-links";
import { endSessionsOf } from "@/lib/db/accounts";
import { endAttemptsOf } from "@/lib/db/attempts";
import { appendAudit } from "@/lib/db/audit";
import { readOwner } from "@/lib/db/factors";
import { endOwnSession } from "@/lib/db/security";
import { describeBrowser } from "@/lib/auth/source";
import type { Ports } from "@/lib/ports";
import { requireId } from "@/lib/usecases/subscription-access";

/** From the next request on its cookie is worth nothing. @throws not_found when it isn't the actor's, or is over */
export async function endSession(ports: Ports, actor: Actor, input: { sessionId: string }): Promise<void> {
  const id = requireId(input.sessionId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const ended = await endOwnSession(tx, actor.userId, id, now);
    if (!ended) throw notFound();
    await appendAudit(tx, [
      { chain: actor.userId, at: now, action: "session.ended_by_owner", actor: auditActor(actor), subject: { kind: "session", id }, sourceAddress: actor.source.address, data: { browser: describeBrowser(ended.userAgent) } },
    ]);
  });
}

/** @returns how many there were */
export async function endOtherSessions(ports: Ports, actor: Actor): Promise<{ ended: number }> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const ended = await endSessionsOf(tx, actor.userId, actor.sessionId, now);
    if (ended.length > 0) {
      await appendAudit(tx, [
        { chain: actor.userId, at: now, action: "sessions.ended", actor: auditActor(actor), subject: { kind: "user", id: actor.userId }, sourceAddress: actor.source.address, data: { ended: ended.length, by: "owner" } },
      ]);
    }
    return { ended: ended.length };
  });
}

/**
 * Ends every session of the account that a mail's link is for, and sign-ins that are under way. The link is used up; whoever holds it
 * gets in nowhere.
 *
 * @throws link_invalid
 */
export async function endSessionsByLink(ports: Ports, source: RequestSource, input: { token: string }): Promise<void> {
  const invalid = () => new PortcullisError("link_invalid", "This link was used already, or is older than a week. Sign in, and end sessions on the security page.");
  if (!isToken(input.token)) throw invalid();
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const link = await spendAccountLink(tx, tokenHashOf(input.token), now);
    if (!link) throw invalid();
    await endAttemptsOf(tx, link.userId, null, now);
    const ended = await endSessionsOf(tx, link.userId, null, now);
    const owner = await readOwner(tx, link.userId);
    const actor = { kind: "user", id: link.userId, label: owner.email ?? owner.name, operator: false } as const;
    await appendAudit(tx, [
      { chain: link.userId, at: now, action: "sessions.ended", actor, subject: { kind: "user", id: link.userId }, sourceAddress: source.address, data: { ended: ended.length, by: "mail", browser: source.browser } },
    ]);
  });
}
