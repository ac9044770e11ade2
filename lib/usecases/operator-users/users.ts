/** People, as operators see them; and turning an account off. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { spendAccountLinksOf } from "@/lib/db/account-links";
import { endSessionsOf, findLiveSession } from "@/lib/db/accounts";
import { endAttemptsOf } from "@/lib/db/attempts";
import { appendAudit } from "@/lib/db/audit";
import { lockUser } from "@/lib/db/factors";
import { queueMail } from "@/lib/db/outbox";
import { expireChallengesOf } from "@/lib/db/security";
import { endLinkIntentsOf, lockUserState, markDeactivated, searchUsers, type UserRow } from "@/lib/db/users";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { endWhatTheyBegan } from "@/lib/usecases/members/end-begun";
import { requireOperator } from "@/lib/usecases/search-clients";
import { requireId } from "@/lib/usecases/subscription-access";
import type { Page, UserView } from "@/lib/usecases/views";

const AT_MOST = 50;

const userView = (ports: Ports, row: UserRow): UserView => ({
  id: row.id,
  email: row.email,
  name: row.name,
  isOperator: row.isOperator || (row.email !== null && ports.config.operators.has(row.email)),
  createdAt: iso(row.createdAt),
  lastSeenAt: isoOrNull(row.lastSeenAt),
  deactivatedAt: isoOrNull(row.deactivatedAt),
  subscriptions: row.subscriptions,
  factors: { totp: row.totp, passkeys: row.passkeys, password: row.password, identities: row.identities },
  sessions: row.sessions,
  clients: row.clients,
});

/** Newest accounts first, at most fifty: who looks for one types part of its address or name. @throws forbidden */
export async function listUsers(ports: Ports, actor: Actor, input: { query?: string | null }): Promise<Page<UserView>> {
  requireOperator(actor);
  // PostgreSQL's text holds no NUL.
  const term = (input.query ?? "").replace(/\p{Cc}/gu, " ").trim().slice(0, 100);
  const rows = await searchUsers(ports.db.read, term, AT_MOST, ports.clock.now());
  return { items: rows.map((row) => userView(ports, row)), nextCursor: null };
}

/**
 * Turns an account off: sessions, sign-ins under way, their tickets, links in mails and proofs asked for end at once (T12). Clients stay
 * as they are: whoever should lose access to an instance loses it there. Doing it twice changes nothing.
 *
 * @throws forbidden, not_found, bad_request (one's own account), not_signed_in when the session ended while the request was under way
 */
export async function deactivateUser(ports: Ports, actor: Actor, input: { userId: string }): Promise<void> {
  requireOperator(actor);
  const userId = requireId(input.userId);
  if (userId === actor.userId) throw new PortcullisError("bad_request", "You can't deactivate your own account. Ask another operator, or delete it on the account page.");
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    // In the order of locks: proofs and attempts before the account. What is begun until the account is locked finds it turned off.
    await expireChallengesOf(tx, userId, now);
    await endAttemptsOf(tx, userId, null, now);
    // Two operators who turn each other off take turns: the second is none any more.
    for (const id of [actor.userId, userId].toSorted()) await lockUser(tx, id);
    if (!(await findLiveSession(tx, actor.sessionId, now))) throw new PortcullisError("not_signed_in", "Your session has ended. Sign in and try again.");
    const user = await lockUserState(tx, userId);
    if (!user) throw notFound();
    if (user.deactivatedAt !== null) return;
    await markDeactivated(tx, userId, now);
    const ended = await endSessionsOf(tx, userId, null, now);
    await endLinkIntentsOf(tx, userId, now);
    await spendAccountLinksOf(tx, userId, now);
    await endWhatTheyBegan(tx, userId, null, now);
    if (user.email !== null) await queueMail(tx, { id: ports.newId(), recipient: user.email, now, content: { template: "account-deactivated", byEmail: actor.email, at: iso(now) } });
    await appendAudit(tx, [
      { chain: userId, at: now, action: "account.deactivated", actor: auditActor(actor, true), subject: { kind: "user", id: userId }, sourceAddress: actor.source.address, data: { email: user.email, sessionsEnded: ended.length } },
    ]);
  });
}
