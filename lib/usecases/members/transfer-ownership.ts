/** Handing a subscription over: its owner offers it to a member with a proof, who takes it with a proof of their own, or leaves it. */
import type { Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { OWNERSHIP_OFFER_DAYS } from "@/lib/core/members";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { endAdminInvitationsBy } from "@/lib/db/invitations";
import { findMember, handSubscriptionOver, type MemberRow } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { endOwnershipOffer, findOwnershipOffer, insertOwnershipOffer, takeOwnershipOffer, type OwnershipOfferRow } from "@/lib/db/ownership";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess, requireId } from "@/lib/usecases/subscription-access";
import type { StepUpView } from "@/lib/usecases/views";
import { lockMembers, memberEvent, membersUrl, nameOf, type MemberInput } from "./manage";

const DAY_MS = 24 * 3_600_000;

const offerAct = (subscriptionId: string, userId: string): Act<"ownership.offer"> => ({ action: "ownership.offer", objectId: subscriptionId, parameters: { userId } });
const acceptAct = (offerId: string): Act<"ownership.accept"> => ({ action: "ownership.accept", objectId: offerId, parameters: {} });

/** @throws not_found; member_exists for another owner, oneself included */
async function requireTaker(tx: Tx, access: SubscriptionAccess, userId: string): Promise<MemberRow> {
  const member = await findMember(tx, access.id, userId);
  if (!member || member.deactivated || member.suspended) throw notFound();
  if (member.role === "owner") throw new PortcullisError("member_exists", `${nameOf(member)} is an owner of ${access.name} already.`);
  return member;
}

const isCharged = ({ card: { account } }: SubscriptionAccess): boolean => account !== null && ["paid", "due", "stopped"].includes(account.standing) && !account.over;

/** Asks for the proof that offering takes. @throws not_found, forbidden, member_exists, step_up_too_many */
export async function requestOwnershipOffer(ports: Ports, actor: Actor, input: MemberInput): Promise<StepUpView> {
  const userId = requireId(input.userId);
  return ports.db.transaction(async (tx) => {
    const access = await requireAccess(tx, actor, input.subscriptionId, "ownership.give");
    const who = nameOf(await requireTaker(tx, access, userId));
    const details = [
      { label: "Subscription", value: access.name },
      { label: "To", value: who },
      { label: "What this means", value: "Once they accept, they own it, and you become an admin. Your clients stay." },
      ...(isCharged(access) ? [{ label: "The card", value: "It goes on being charged, and they manage it and see its receipts. If it is yours, change or remove it first, by the billing page." }] : []),
    ];
    return stepUpView(await requestProof(ports, tx, actor, offerAct(access.id, userId), actor.email, { act: `hand ${access.name} over to ${who}`, details }));
  });
}

/** @throws not_found, forbidden, member_exists, ownership_offered when an offer stands, step_up_* */
export async function offerOwnership(ports: Ports, actor: Actor, input: MemberInput, proof: PresentedProof): Promise<void> {
  const userId = requireId(input.userId);
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const access = await lockMembers(tx, actor, input.subscriptionId, "ownership.give");
      return { act: offerAct(access.id, userId), access, member: await requireTaker(tx, access, userId) };
    },
    async (tx, verified, { access, member }) => {
      const now = ports.clock.now();
      const expiresAt = new Date(now.getTime() + OWNERSHIP_OFFER_DAYS * DAY_MS);
      if (!(await insertOwnershipOffer(tx, verified, { id: ports.newId(), subscriptionId: access.id, fromUserId: actor.userId, toUserId: userId, now, expiresAt }))) {
        throw new PortcullisError("ownership_offered", `${access.name} is offered to somebody already. Withdraw that offer first.`);
      }
      if (member.email !== null) {
        await queueMail(tx, { id: ports.newId(), recipient: member.email, now, content: { template: "ownership-offered", subscriptionName: access.name, fromEmail: actor.email, expiresAt: iso(expiresAt), url: membersUrl(ports, access.id) } });
      }
      await appendAudit(tx, [memberEvent(actor, access, now, "ownership.offered", { kind: "user", id: userId }, { email: nameOf(member), proof: FACTOR_WORDS[verified.factor] })]);
    },
  );
}

/** By an owner. @throws not_found when none stands, forbidden */
export async function withdrawOwnershipOffer(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<void> {
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const access = await lockMembers(tx, actor, input.subscriptionId, "ownership.give");
    const offer = await findOwnershipOffer(tx, access.id, now);
    if (!offer || !(await endOwnershipOffer(tx, access.id, now))) throw notFound();
    await appendAudit(tx, [memberEvent(actor, access, now, "ownership.offer_withdrawn", { kind: "user", id: offer.toUserId }, { email: offer.toEmail })]);
  });
}

/** One that was made to somebody else is none. @throws not_found */
async function requireOffer(tx: Tx, access: SubscriptionAccess, actor: Actor, now: Date): Promise<OwnershipOfferRow> {
  const offer = await findOwnershipOffer(tx, access.id, now);
  if (offer?.toUserId !== actor.userId) throw notFound();
  return offer;
}

/** Asks for the proof that taking it takes. @throws not_found, forbidden, step_up_too_many */
export async function requestOwnership(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<StepUpView> {
  return ports.db.transaction(async (tx) => {
    const access = await requireAccess(tx, actor, input.subscriptionId, "ownership.take");
    const offer = await requireOffer(tx, access, actor, ports.clock.now());
    const details = [
      { label: "Subscription", value: access.name },
      { label: "From", value: offer.fromEmail ?? "" },
      { label: "What this means", value: "You own it: you answer for its members, its instance and what it costs." },
    ];
    return stepUpView(await requestProof(ports, tx, actor, acceptAct(offer.id), actor.email, { act: `become the owner of ${access.name}`, details }));
  });
}

/** @throws not_found, forbidden, step_up_* */
export async function acceptOwnership(ports: Ports, actor: Actor, input: { subscriptionId: string }, proof: PresentedProof): Promise<void> {
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const access = await lockMembers(tx, actor, input.subscriptionId, "ownership.take");
      const offer = await requireOffer(tx, access, actor, ports.clock.now());
      return { act: acceptAct(offer.id), access, offer };
    },
    async (tx, verified, { access, offer }) => {
      const now = ports.clock.now();
      const giver = await findMember(tx, access.id, offer.fromUserId);
      const taken = await takeOwnershipOffer(tx, verified, offer.id, actor.userId, now);
      if (giver?.role !== "owner" || !taken) throw notFound();
      await handSubscriptionOver(tx, verified, taken);
      await endAdminInvitationsBy(tx, taken.fromUserId, access.id, now);
      if (offer.fromEmail !== null) {
        await queueMail(tx, { id: ports.newId(), recipient: offer.fromEmail, now, content: { template: "ownership-taken", subscriptionName: access.name, toEmail: actor.email, at: iso(now), url: membersUrl(ports, access.id) } });
      }
      await appendAudit(tx, [memberEvent(actor, access, now, "ownership.transferred", { kind: "user", id: actor.userId }, { from: offer.fromEmail, to: actor.email, proof: FACTOR_WORDS[verified.factor] })]);
    },
  );
}
