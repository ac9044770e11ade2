/** Asking somebody to join, by address: with a proof; the mail's link leads to a page with a button. Mailed again, and withdrawn, without one. */
import type { Actor } from "@/lib/auth/actor";
import { invitationToken } from "@/lib/auth/account-links";
import { FACTOR_WORDS, requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { tokenHashOf } from "@/lib/auth/tokens";
import { parseEmailAddress } from "@/lib/core/email-address";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { invitable, INVITATION_DAYS, INVITATION_MAILS, INVITATION_RESEND_SECONDS, type InvitedRole } from "@/lib/core/members";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { countInvitationMails, endInvitation, findInvitation, insertInvitation, renewInvitationLink } from "@/lib/db/invitations";
import { hasMemberWithAddress } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess, requireId } from "@/lib/usecases/subscription-access";
import type { StepUpView } from "@/lib/usecases/views";
import { lockMembers, memberEvent, requireRoom } from "./manage";

const DAY_MS = 24 * 3_600_000;

export interface InviteInput {
  subscriptionId: string;
  email: string;
  role: InvitedRole;
}

export const ROLE_MEANS: Record<InvitedRole, string> = {
  member: "A member adds clients for machines of their own.",
  admin: "An admin adds clients for machines of their own, prepares some for colleagues, sees and revokes everybody's, and invites members.",
};

const inviteAct = (subscriptionId: string, email: string, role: InvitedRole): Act<"member.invite"> => ({ action: "member.invite", objectId: subscriptionId, parameters: { email, role } });

/** @throws forbidden */
function requireInvitable(access: SubscriptionAccess, role: InvitedRole): void {
  if (!invitable(access.standing).includes(role)) throw new PortcullisError("forbidden", "Only the owner makes admins. You can invite members.");
}

/** @throws member_exists */
async function requireNoMember(tx: Tx, access: SubscriptionAccess, email: string): Promise<void> {
  if (await hasMemberWithAddress(tx, access.id, email)) throw new PortcullisError("member_exists", `${email} is in ${access.name} already.`, { field: "email" });
}

/** Against flooding a mailbox, whoever's it is. @throws too_many_tries */
async function requireFewMails(tx: Tx, actor: Actor, email: string, now: Date): Promise<void> {
  if ((await countInvitationMails(tx, actor.userId, email, new Date(now.getTime() - DAY_MS))) < INVITATION_MAILS) return;
  throw new PortcullisError("too_many_tries", `You invited ${email} often enough for a day. Ask whether the address is right, and try again tomorrow.`, { field: "email", retryAfterSeconds: DAY_MS / 1000 });
}

/** Asks for the proof that inviting takes. @throws bad_request for an address that is none, not_found, forbidden, member_exists, plan_limit_reached, too_many_tries, step_up_too_many */
export async function requestInvitation(ports: Ports, actor: Actor, input: InviteInput): Promise<StepUpView> {
  const email = parseEmailAddress(input.email);
  return ports.db.transaction(async (tx) => {
    const access = await requireAccess(tx, actor, input.subscriptionId, "member.invite");
    requireInvitable(access, input.role);
    await requireNoMember(tx, access, email);
    await requireRoom(tx, access.id, "invited", ports.clock.now());
    await requireFewMails(tx, actor, email, ports.clock.now());
    const details = [
      { label: "Whom", value: email },
      { label: "As", value: input.role },
      { label: "What this means", value: ROLE_MEANS[input.role] },
    ];
    return stepUpView(await requestProof(ports, tx, actor, inviteAct(access.id, email, input.role), actor.email, { act: `invite ${email} to ${access.name}`, details }));
  });
}

/** Mails an invitation, whether or not the address has an account here. @throws bad_request for an address that is none, not_found, forbidden, member_exists, invitation_exists, plan_limit_reached, too_many_tries, step_up_* */
export async function inviteMember(ports: Ports, actor: Actor, input: InviteInput, proof: PresentedProof): Promise<void> {
  const email = parseEmailAddress(input.email);
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const access = await lockMembers(tx, actor, input.subscriptionId, "member.invite");
      requireInvitable(access, input.role);
      return { act: inviteAct(access.id, email, input.role), access };
    },
    async (tx, verified, { access }) => {
      const now = ports.clock.now();
      await requireNoMember(tx, access, email);
      await requireRoom(tx, access.id, "invited", now);
      await requireFewMails(tx, actor, email, now);
      const [id, linkId] = [ports.newId(), ports.newId()];
      const expiresAt = new Date(now.getTime() + INVITATION_DAYS * DAY_MS);
      const row = { id, subscriptionId: access.id, email, role: input.role, tokenHash: tokenHashOf(invitationToken(ports, linkId)), invitedById: actor.userId, now, expiresAt };
      if (!(await insertInvitation(tx, verified, row))) {
        throw new PortcullisError("invitation_exists", `${email} is invited already. Mail the invitation again, or withdraw it first.`, { field: "email" });
      }
      await mail(ports, tx, { linkId, email, role: input.role, fromEmail: actor.email, subscriptionName: access.name, expiresAt }, now);
      await appendAudit(tx, [memberEvent(actor, access, now, "member.invited", { kind: "invitation", id }, { email, role: input.role, proof: FACTOR_WORDS[verified.factor] })]);
    },
  );
}

export interface InvitationInput {
  subscriptionId: string;
  invitationId: string;
}

/** Mails it again, with another link: those in earlier mails open nothing from now on. Its end stays. @throws not_found, forbidden, too_many_tries */
export async function resendInvitation(ports: Ports, actor: Actor, input: InvitationInput): Promise<void> {
  const id = requireId(input.invitationId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const access = await lockMembers(tx, actor, input.subscriptionId, "member.invite");
    const invitation = await findInvitation(tx, access.id, id, now);
    if (!invitation) throw notFound();
    requireInvitable(access, invitation.role);
    const linkId = ports.newId();
    const mailedBefore = new Date(now.getTime() - INVITATION_RESEND_SECONDS * 1000);
    if (!(await renewInvitationLink(tx, access.id, id, { tokenHash: tokenHashOf(invitationToken(ports, linkId)), mailedBefore, now }))) {
      if (invitation.sends >= INVITATION_MAILS) throw new PortcullisError("too_many_tries", "This invitation was mailed often enough. Ask whether the address is right; or withdraw it, and invite anew tomorrow.");
      const retryAfterSeconds = Math.max(1, Math.ceil((invitation.lastSentAt.getTime() - mailedBefore.getTime()) / 1000));
      throw new PortcullisError("too_many_tries", "This invitation was mailed a moment ago. Give it a minute to arrive.", { retryAfterSeconds });
    }
    await mail(ports, tx, { ...invitation, linkId, fromEmail: actor.email }, now);
    await appendAudit(tx, [memberEvent(actor, access, now, "member.invitation_resent", { kind: "invitation", id }, { email: invitation.email })]);
  });
}

/** @throws not_found, forbidden */
export async function withdrawInvitation(ports: Ports, actor: Actor, input: InvitationInput): Promise<void> {
  const id = requireId(input.invitationId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const access = await lockMembers(tx, actor, input.subscriptionId, "member.invite");
    const invitation = await findInvitation(tx, access.id, id, now);
    if (!invitation || !(await endInvitation(tx, access.id, id, now))) throw notFound();
    await appendAudit(tx, [memberEvent(actor, access, now, "member.invitation_withdrawn", { kind: "invitation", id }, { email: invitation.email })]);
  });
}

async function mail(ports: Ports, tx: Tx, what: { linkId: string; email: string; role: InvitedRole; fromEmail: string; subscriptionName: string; expiresAt: Date }, now: Date): Promise<void> {
  const { linkId, email, role, fromEmail, subscriptionName, expiresAt } = what;
  await queueMail(tx, {
    id: ports.newId(),
    recipient: email,
    now,
    staleAt: expiresAt,
    content: { template: "member-invited", subscriptionName, role, fromEmail, expiresAt: iso(expiresAt), invitationLink: linkId },
  });
}
