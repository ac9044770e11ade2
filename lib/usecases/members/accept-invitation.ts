/** Joining by an invitation's link: for who signed in with the address that it was mailed to. Looking spends nothing. */
import type { Actor } from "@/lib/auth/actor";
import { tokenHashOf } from "@/lib/auth/tokens";
import { maskEmailAddress, parseEmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { isToken } from "@/lib/core/ids";
import { findLiveSession } from "@/lib/db/accounts";
import { appendAudit } from "@/lib/db/audit";
import { lockUser } from "@/lib/db/factors";
import { findInvitationByToken, spendInvitation, type InvitationRow } from "@/lib/db/invitations";
import { joinAsInvited } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { findAccess, lockSubscription } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { Tx } from "@/lib/db/client";
import type { InvitationOfferView } from "@/lib/usecases/members-view";
import { membersUrl, memberEvent, requireRoom } from "./manage";

interface TokenInput {
  token: string;
}

const over = (): PortcullisError => new PortcullisError("link_invalid", "This invitation stands no longer: it was accepted, withdrawn or mailed again since, or is too old. Ask whoever invited you for another.");

/** @throws link_invalid */
async function requireInvitation(tx: Tx, { token }: TokenInput, now: Date): Promise<InvitationRow> {
  const row = isToken(token) ? await findInvitationByToken(tx, tokenHashOf(token), now) : null;
  if (!row) throw over();
  return row;
}

/** @throws link_invalid */
export async function viewInvitation(ports: Ports, actor: Actor, input: TokenInput): Promise<InvitationOfferView> {
  const row = await requireInvitation(ports.db.read, input, ports.clock.now());
  return {
    subscriptionName: row.subscriptionName,
    role: row.role,
    invitedByEmail: row.invitedByEmail ?? "",
    sentTo: maskEmailAddress(parseEmailAddress(row.email)),
    forYou: row.email === actor.email,
    expiresAt: iso(row.expiresAt),
  };
}

/** @throws link_invalid, invitation_not_yours, plan_limit_reached; not_signed_in when the session ended, or the account was turned off, while the request was under way */
export async function acceptInvitation(ports: Ports, actor: Actor, input: TokenInput): Promise<{ subscriptionId: string }> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const { subscriptionId, subscriptionName, email, role, invitedByEmail } = await requireInvitation(tx, input, now);
    if (email !== actor.email) {
      throw new PortcullisError("invitation_not_yours", `This invitation was mailed to ${maskEmailAddress(parseEmailAddress(email))}, and you are signed in as ${actor.email}. Sign in with the address it was mailed to.`);
    }
    await lockSubscription(tx, subscriptionId);
    // Whoever is turned off, or deletes their account, at this moment joins before that or not at all.
    await lockUser(tx, actor.userId);
    if (!(await findLiveSession(tx, actor.sessionId, now))) throw new PortcullisError("not_signed_in", "Your session has ended. Sign in and try again.");
    const spent = await spendInvitation(tx, tokenHashOf(input.token), actor.email, now);
    if (!spent) throw over();
    await requireRoom(tx, subscriptionId, "members", now);
    // Who is in it already, whichever way, stays what they are.
    if (!(await joinAsInvited(tx, spent, actor.userId, now))) return { subscriptionId };
    const access = await findAccess(tx, { userId: actor.userId, isOperator: false }, subscriptionId);
    if (!access) throw over();
    if (invitedByEmail !== null) {
      await queueMail(tx, { id: ports.newId(), recipient: invitedByEmail, now, content: { template: "member-joined", subscriptionName, memberEmail: actor.email, role, at: iso(now), url: membersUrl(ports, subscriptionId) } });
    }
    await appendAudit(tx, [memberEvent(actor, access, now, "member.joined", { kind: "user", id: actor.userId }, { email: actor.email, role, invitedBy: invitedByEmail })]);
    return { subscriptionId };
  });
}
