/** Takes somebody out of a subscription, or down to a plain member: their clients are revoked in the same transaction. It is finished when the gateway confirms it. */
import type { Actor } from "@/lib/auth/actor";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { mayDemote, mayRemove } from "@/lib/core/members";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { findClient } from "@/lib/db/clients";
import { findMember, makePlainMember, managersOf, removeMembership, type MemberRow } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { revokeAllClients } from "@/lib/usecases/account/revoke-all-clients";
import type { MemberCutView } from "@/lib/usecases/members-view";
import { clientView } from "@/lib/usecases/present";
import { requireId } from "@/lib/usecases/subscription-access";
import { endWhatTheyBegan } from "./end-begun";
import { lockMembers, memberEvent, membersUrl, nameOf, reachesOthers, requireOtherOwner, type MemberInput } from "./manage";

const SHOWN = 50;

interface Cut {
  access: SubscriptionAccess;
  member: MemberRow;
  revoked: NewAuditEvent[];
}

/** Of oneself: leaves. @throws not_found, forbidden, two_factor_required, sole_owner */
export async function removeMember(ports: Ports, actor: Actor, input: MemberInput): Promise<MemberCutView> {
  const userId = requireId(input.userId);
  const leaving = userId === actor.userId;
  const cut = await ports.db.transaction(async (tx): Promise<Cut> => {
    const access = await lockMembers(tx, actor, input.subscriptionId, "member.remove");
    if (!leaving && !reachesOthers(access, "member.remove")) throw notFound();
    const member = await findMember(tx, access.id, userId);
    if (!member) throw notFound();
    if (!leaving && !mayRemove(access.standing, member.role)) throw new PortcullisError("forbidden", "Only the owner can remove an admin or another owner.");
    await requireOtherOwner(tx, access, member);
    const revoked = await cutClients(ports, tx, actor, access, member);
    await removeMembership(tx, access.id, userId);
    const now = ports.clock.now();
    await tell(ports, tx, actor, access, member, revoked.length, leaving ? "left" : "removed");
    const who = { kind: "user", id: userId } as const;
    await appendAudit(tx, [...revoked, memberEvent(actor, access, now, leaving ? "member.left" : "member.removed", who, { email: nameOf(member), role: member.role, clients: revoked.length })]);
    return { access, member, revoked };
  });
  return view(ports, actor, cut, leaving);
}

/** An admin, or another owner, becomes a plain member. Doing it to one changes nothing. @throws not_found, forbidden, two_factor_required, sole_owner */
export async function demoteMember(ports: Ports, actor: Actor, input: MemberInput): Promise<MemberCutView> {
  const userId = requireId(input.userId);
  const cut = await ports.db.transaction(async (tx): Promise<Cut> => {
    const access = await lockMembers(tx, actor, input.subscriptionId, "member.role");
    const member = await findMember(tx, access.id, userId);
    if (!member) throw notFound();
    if (!mayDemote(access.standing, member.role)) return { access, member, revoked: [] };
    await requireOtherOwner(tx, access, member);
    const revoked = await cutClients(ports, tx, actor, access, member);
    await makePlainMember(tx, access.id, userId);
    const now = ports.clock.now();
    await tell(ports, tx, actor, access, member, revoked.length, "demoted");
    await appendAudit(tx, [...revoked, memberEvent(actor, access, now, "member.demoted", { kind: "user", id: userId }, { email: nameOf(member), from: member.role, clients: revoked.length })]);
    return { access, member, revoked };
  });
  return view(ports, actor, cut, userId === actor.userId);
}

/** With their clients goes what they had begun for others. */
async function cutClients(ports: Ports, tx: Tx, actor: Actor, access: SubscriptionAccess, { userId }: MemberRow): Promise<NewAuditEvent[]> {
  const now = ports.clock.now();
  await endWhatTheyBegan(tx, userId, access.id, now);
  return revokeAllClients(ports, tx, actor, { ownerId: userId, subscriptionId: access.id, operator: access.standing === "operator" });
}

/** Who it happened to; of one who left, those who answer for the subscription. */
async function tell(ports: Ports, tx: Tx, actor: Actor, access: SubscriptionAccess, member: MemberRow, clients: number, how: "left" | "removed" | "demoted"): Promise<void> {
  const now = ports.clock.now();
  const byOperator = access.standing === "operator";
  const recipients = how === "left" ? (await managersOf(tx, access.id)).filter((email) => email !== member.email) : member.email === null ? [] : [member.email];
  for (const recipient of recipients) {
    await queueMail(tx, {
      id: ports.newId(),
      recipient,
      now,
      content: { template: `member-${how}`, subscriptionName: access.name, memberEmail: nameOf(member), byEmail: actor.email, byOperator, clients, at: iso(now), url: membersUrl(ports, access.id) },
    });
  }
}

async function view(ports: Ports, actor: Actor, { access, member, revoked }: Cut, self: boolean): Promise<MemberCutView> {
  const ids = self ? [] : revoked.slice(0, SHOWN).flatMap(({ subject }) => subject?.id ?? []);
  const rows = await Promise.all(ids.map((id) => findClient(ports.db.read, access.id, id, null)));
  const now = ports.clock.now();
  return { email: nameOf(member), count: revoked.length, clients: rows.flatMap((row) => (row ? [clientView(row, actor, access.standing, now)] : [])) };
}
