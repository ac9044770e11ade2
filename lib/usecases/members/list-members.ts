import type { Actor } from "@/lib/auth/actor";
import { invitable, mayDemote, mayPromote, mayRemove } from "@/lib/core/members";
import { can } from "@/lib/core/policy";
import { listInvitations, type InvitationRow } from "@/lib/db/invitations";
import { listMembers, type MemberRow } from "@/lib/db/members";
import { findOwnershipOffer } from "@/lib/db/ownership";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { InvitationView, MembersView, MemberView } from "@/lib/usecases/members-view";
import { requireNotedAccess } from "@/lib/usecases/note-operator-view";
import { nameOf, reachesOthers } from "./manage";

/** @throws not_found, two_factor_required */
export async function viewMembers(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<MembersView> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "member.read");
  const now = ports.clock.now();
  const roles = invitable(access.standing);
  const all = reachesOthers(access, "member.read");
  const [members, invitations, offer] = await Promise.all([
    listMembers(ports.db.read, access.id),
    all ? listInvitations(ports.db.read, access.id, now) : [],
    findOwnershipOffer(ports.db.read, access.id, now),
  ]);
  const owners = members.filter(({ role, deactivated }) => role === "owner" && !deactivated).length;
  const seen = all ? members : members.filter(({ userId, role }) => userId === actor.userId || role !== "member");
  const mine = offer !== null && offer.toUserId === actor.userId;
  const me = members.find(({ userId }) => userId === actor.userId);
  return {
    subscription: { id: access.id, name: access.name },
    items: seen.map((member) => memberView(member, access, actor, { all, soleOwner: owners === 1, offered: offer !== null })),
    invitations: invitations.map(invitationView),
    invitable: roles,
    ownershipOffer: offer && (mine || all) ? { id: offer.id, fromEmail: offer.fromEmail ?? "", toEmail: offer.toEmail ?? "", expiresAt: iso(offer.expiresAt), mine } : null,
    limits: { clientsPerMember: access.limits.clientsPerMember, clientDays: access.maxClientDays },
    may: { leave: me !== undefined && !(me.role === "owner" && owners === 1), withdrawOwnership: offer !== null && can(access.standing, "ownership.give"), prepareClient: can(access.standing, "client.prepare") },
  };
}

function memberView(member: MemberRow, access: SubscriptionAccess, actor: Actor, { all, soleOwner, offered }: { all: boolean; soleOwner: boolean; offered: boolean }): MemberView {
  const { userId, role, name, since, deactivated, suspended, lapsed, clients } = member;
  const me = userId === actor.userId;
  const last = role === "owner" && !deactivated && soleOwner;
  return {
    userId,
    email: nameOf(member),
    name,
    role,
    since: iso(since),
    me,
    deactivated,
    suspended,
    lapsed,
    clients: all || me ? clients : null,
    may: {
      remove: !me && !last && mayRemove(access.standing, role),
      promote: mayPromote(access.standing, role) && !deactivated && !suspended,
      demote: !last && mayDemote(access.standing, role),
      offerOwnership: !me && !offered && !deactivated && !suspended && role !== "owner" && can(access.standing, "ownership.give"),
    },
  };
}

const invitationView = (row: InvitationRow): InvitationView => ({
  id: row.id,
  email: row.email,
  role: row.role,
  invitedByEmail: row.invitedByEmail ?? "",
  createdAt: iso(row.createdAt),
  expiresAt: iso(row.expiresAt),
  lastSentAt: iso(row.lastSentAt),
});
