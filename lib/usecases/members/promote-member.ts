/** Makes a member an admin: with a proof, by the owner. */
import type { Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { mayPromote } from "@/lib/core/members";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { findMember, makeAdmin, type MemberRow } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess, requireId } from "@/lib/usecases/subscription-access";
import type { StepUpView } from "@/lib/usecases/views";
import { ROLE_MEANS } from "./invite";
import { lockMembers, memberEvent, membersUrl, nameOf, type MemberInput } from "./manage";

const promoteAct = (subscriptionId: string, userId: string): Act<"member.promote"> => ({ action: "member.promote", objectId: subscriptionId, parameters: { userId } });

/** @throws not_found, member_exists when they are more than a member */
async function requirePromotable(tx: Tx, access: SubscriptionAccess, userId: string): Promise<MemberRow> {
  const member = await findMember(tx, access.id, userId);
  if (!member || member.deactivated || member.suspended) throw notFound();
  if (!mayPromote(access.standing, member.role)) throw new PortcullisError("member_exists", `${nameOf(member)} is an ${member.role} already.`);
  return member;
}

/** Asks for the proof that it takes. @throws not_found, forbidden, member_exists, step_up_too_many */
export async function requestPromotion(ports: Ports, actor: Actor, input: MemberInput): Promise<StepUpView> {
  const userId = requireId(input.userId);
  return ports.db.transaction(async (tx) => {
    const access = await requireAccess(tx, actor, input.subscriptionId, "member.role");
    const who = nameOf(await requirePromotable(tx, access, userId));
    const details = [
      { label: "Whom", value: who },
      { label: "What this means", value: ROLE_MEANS.admin },
    ];
    return stepUpView(await requestProof(ports, tx, actor, promoteAct(access.id, userId), actor.email, { act: `make ${who} an admin of ${access.name}`, details }));
  });
}

/** @throws not_found, forbidden, member_exists, step_up_* */
export async function promoteMember(ports: Ports, actor: Actor, input: MemberInput, proof: PresentedProof): Promise<void> {
  const userId = requireId(input.userId);
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const access = await lockMembers(tx, actor, input.subscriptionId, "member.role");
      return { act: promoteAct(access.id, userId), access, member: await requirePromotable(tx, access, userId) };
    },
    async (tx, verified, { access, member }) => {
      const now = ports.clock.now();
      await makeAdmin(tx, verified, access.id, userId);
      if (member.email !== null) {
        await queueMail(tx, { id: ports.newId(), recipient: member.email, now, content: { template: "member-promoted", subscriptionName: access.name, byEmail: actor.email, at: iso(now), url: membersUrl(ports, access.id) } });
      }
      await appendAudit(tx, [memberEvent(actor, access, now, "member.promoted", { kind: "user", id: userId }, { email: nameOf(member), proof: FACTOR_WORDS[verified.factor] })]);
    },
  );
}
