/** Preparing a client for a colleague: with a proof; the mail's link leads to a page where the colleague adds it. Mailed again, and withdrawn, without one. */
import type { Actor } from "@/lib/auth/actor";
import { enrolmentToken } from "@/lib/auth/account-links";
import { FACTOR_WORDS, requestProof, wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { tokenHashOf } from "@/lib/auth/tokens";
import { allowedExpiry, parseExpiry } from "@/lib/core/client-expiry";
import { parseEmailAddress } from "@/lib/core/email-address";
import { ENROLMENT_MAILS, ENROLMENT_MAILS_A_DAY, ENROLMENT_RESEND_SECONDS, linkEnd } from "@/lib/core/enrolment";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { parseNickname, type Nickname } from "@/lib/core/nickname";
import { can } from "@/lib/core/policy";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { countClientsOfOwner } from "@/lib/db/clients";
import { countEnrolmentMails, countEnrolments, findEnrolment, insertEnrolment, listEnrolments, renewEnrolmentLink, withdrawEnrolment, type EnrolmentRow } from "@/lib/db/enrolments";
import { findMemberByAddress, type MemberRow } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { clientPrepareAct, instantText } from "@/lib/usecases/client-acts";
import type { EnrolmentView } from "@/lib/usecases/enrolments-view";
import { lockMembers, memberEvent } from "@/lib/usecases/members/manage";
import { requireNotedAccess } from "@/lib/usecases/note-operator-view";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { ownerScope, requireAccess, requireId, requireReadyInstance } from "@/lib/usecases/subscription-access";
import type { StepUpView } from "@/lib/usecases/views";

const DAY_MS = 24 * 3_600_000;

export interface PrepareInput {
  subscriptionId: string;
  /** The colleague's address. */
  email: string;
  nickname: string;
  /** ISO 8601; null or left out: no end, or as late as it may be. */
  expiresAt?: string | null;
}

interface Wish {
  email: string;
  nickname: Nickname;
  requested: Date | null;
}

/** @throws bad_request for an address that is none, nickname_invalid, expiry_invalid */
const parseWish = ({ email, nickname, expiresAt }: PrepareInput): Wish => ({ email: parseEmailAddress(email), nickname: parseNickname(nickname), requested: parseExpiry(expiresAt ?? null) });

/** @throws subscription_inactive, instance_not_ready, expiry_invalid, not_a_member, bad_request for oneself, member_limit_reached, too_many_tries */
async function requirePreparable(ports: Ports, tx: Tx, actor: Actor, access: SubscriptionAccess, { email, requested }: Wish): Promise<{ member: MemberRow; clientEndsAt: Date | null; instanceName: string }> {
  const now = ports.clock.now();
  const instance = requireReadyInstance(access);
  const clientEndsAt = requested === null ? null : allowedExpiry(requested, now, access.maxClientDays);
  if (email === actor.email) throw new PortcullisError("bad_request", "For a machine of your own, add a client yourself.", { field: "email" });
  const member = await findMemberByAddress(tx, access.id, email);
  if (!member || member.deactivated || member.suspended) {
    throw new PortcullisError("not_a_member", `${email} is not in ${access.name}${member ? " for now: the account is turned off, or suspended here" : ". Invite them first; once they joined, a client can be prepared for them"}.`, { field: "email" });
  }
  await requireColleaguesRoom(tx, access, member, now);
  await requireFewMails(tx, access, { userId: member.userId, email }, now);
  return { member, clientEndsAt, instanceName: instance.name };
}

/** With those that wait for them. @throws member_limit_reached */
async function requireColleaguesRoom(tx: Tx, access: SubscriptionAccess, { userId, email }: MemberRow, now: Date): Promise<void> {
  const most = access.limits.clientsPerMember;
  if (most === null) return;
  const [used, waiting] = [await countClientsOfOwner(tx, access.id, userId), await countEnrolments(tx, access.id, userId, now)];
  if (used + waiting < most) return;
  const prepared = waiting === 0 ? "" : ` and ${waiting} prepared`;
  throw new PortcullisError("member_limit_reached", `${access.name} allows each member ${most} ${most === 1 ? "client" : "clients"}, and ${email} has ${used}${prepared}. One that isn't needed has to go first, or the limit.`);
}

/** Against flooding a mailbox. @throws too_many_tries */
async function requireFewMails(tx: Tx, access: SubscriptionAccess, { userId, email }: { userId: string; email: string }, now: Date): Promise<void> {
  if ((await countEnrolmentMails(tx, access.id, userId, new Date(now.getTime() - DAY_MS))) < ENROLMENT_MAILS_A_DAY) return;
  throw new PortcullisError("too_many_tries", `${email} was mailed often enough for a day. Ask whether the mails arrive, and try again tomorrow.`, { field: "email", retryAfterSeconds: DAY_MS / 1000 });
}

/** Asks for the proof that preparing a client takes. @throws not_found, forbidden, two_factor_required, and what `prepareClient` throws but step_up_*; step_up_too_many */
export async function requestPreparation(ports: Ports, actor: Actor, input: PrepareInput): Promise<StepUpView> {
  const wish = parseWish(input);
  return ports.db.transaction(async (tx) => {
    const access = await requireAccess(tx, actor, input.subscriptionId, "client.prepare");
    const { member, clientEndsAt, instanceName } = await requirePreparable(ports, tx, actor, access, wish);
    const details = [
      { label: "Client", value: wish.nickname },
      { label: "For", value: wish.email },
      { label: "Instance", value: `${instanceName} (${access.name})` },
      ...(clientEndsAt === null ? [] : [{ label: "Access ends", value: instantText(clientEndsAt) }]),
      { label: "What this means", value: "They get a link. With it, and a proof that it's them, they add this client in their own browser." },
    ];
    const act = clientPrepareAct(access.id, member.userId, wish.nickname, wish.requested);
    return stepUpView(await requestProof(ports, tx, actor, act, actor.email, { act: `prepare the client “${wish.nickname}” for ${wish.email}`, details }));
  });
}

/** Mails the link. @throws bad_request for an address that is none, nickname_invalid, expiry_invalid, not_found, forbidden, two_factor_required, subscription_inactive, instance_not_ready, not_a_member, member_limit_reached, step_up_* */
export async function prepareClient(ports: Ports, actor: Actor, input: PrepareInput, proof: PresentedProof): Promise<void> {
  const wish = parseWish(input);
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const access = await lockMembers(tx, actor, input.subscriptionId, "client.prepare");
      const found = await requirePreparable(ports, tx, actor, access, wish);
      return { act: clientPrepareAct(access.id, found.member.userId, wish.nickname, wish.requested), access, ...found };
    },
    async (tx, verified, { access, member, clientEndsAt }) => {
      const now = ports.clock.now();
      const { email, nickname } = wish;
      const [id, linkId] = [ports.newId(), ports.newId()];
      const expiresAt = linkEnd(now, clientEndsAt);
      const tokenHash = tokenHashOf(enrolmentToken(ports, linkId));
      await insertEnrolment(tx, verified, { id, subscriptionId: access.id, userId: member.userId, preparedById: actor.userId, nickname, clientEndsAt, tokenHash, now, expiresAt });
      await mail(ports, tx, { linkId, email, nickname, clientEndsAt, expiresAt }, actor, access, now);
      await appendAudit(tx, [memberEvent(actor, access, now, "client.prepared", { kind: "enrolment", id }, { nickname, email, expiresAt: isoOrNull(clientEndsAt), proof: FACTOR_WORDS[verified.factor] })]);
    },
  );
}

/** Those that wait: everybody's, or the reader's. @throws not_found, two_factor_required */
export async function viewEnrolments(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<{ items: EnrolmentView[] }> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "client.read");
  const rows = await listEnrolments(ports.db.read, access.id, ownerScope(access, actor, "client.read"), ports.clock.now());
  return { items: rows.map((row) => enrolmentView(row, access, actor)) };
}

const enrolmentView = (row: EnrolmentRow, { standing }: SubscriptionAccess, actor: Actor): EnrolmentView => ({
  id: row.id,
  nickname: row.nickname,
  email: row.email ?? "",
  mine: row.userId === actor.userId,
  preparedByEmail: row.preparedByEmail ?? "",
  createdAt: iso(row.createdAt),
  lastSentAt: iso(row.lastSentAt),
  expiresAt: iso(row.expiresAt),
  endsAt: isoOrNull(row.clientEndsAt),
  may: { resend: can(standing, "client.prepare"), withdraw: can(standing, "client.revoke", row.userId === actor.userId) },
});

export interface EnrolmentInput {
  subscriptionId: string;
  enrolmentId: string;
}

/** Mails it again, with another link: those in earlier mails open nothing from now on. Its end stays. @throws not_found, forbidden, two_factor_required, too_many_tries */
export async function resendEnrolment(ports: Ports, actor: Actor, input: EnrolmentInput): Promise<void> {
  const id = requireId(input.enrolmentId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const access = await lockMembers(tx, actor, input.subscriptionId, "client.prepare");
    const row = await findEnrolment(tx, access.id, id, now);
    if (!row || row.email === null) throw notFound();
    const { email, nickname } = row;
    await requireFewMails(tx, access, { userId: row.userId, email }, now);
    const linkId = ports.newId();
    const mailedBefore = new Date(now.getTime() - ENROLMENT_RESEND_SECONDS * 1000);
    if (!(await renewEnrolmentLink(tx, access.id, id, { tokenHash: tokenHashOf(enrolmentToken(ports, linkId)), mailedBefore, now }))) {
      if (row.sends >= ENROLMENT_MAILS) throw new PortcullisError("too_many_tries", "This link was mailed often enough. Withdraw it and prepare the client anew, or ask whether the mails arrive.");
      const retryAfterSeconds = Math.max(1, Math.ceil((row.lastSentAt.getTime() - mailedBefore.getTime()) / 1000));
      throw new PortcullisError("too_many_tries", "This link was mailed a moment ago. Give it a minute to arrive.", { retryAfterSeconds });
    }
    await mail(ports, tx, { ...row, email, linkId }, actor, access, now);
    await appendAudit(tx, [memberEvent(actor, access, now, "client.link_resent", { kind: "enrolment", id }, { nickname, email })]);
  });
}

/** Takes away: whoever may revoke the client that it would become. @throws not_found, two_factor_required */
export async function withdrawPrepared(ports: Ports, actor: Actor, input: EnrolmentInput): Promise<void> {
  const id = requireId(input.enrolmentId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const access = await lockMembers(tx, actor, input.subscriptionId, "client.revoke");
    const row = await findEnrolment(tx, access.id, id, now);
    if (!row || !can(access.standing, "client.revoke", row.userId === actor.userId)) throw notFound();
    if (!(await withdrawEnrolment(tx, access.id, id, now))) throw notFound();
    await appendAudit(tx, [memberEvent(actor, access, now, "client.link_withdrawn", { kind: "enrolment", id }, { nickname: row.nickname, email: row.email })]);
  });
}

interface Mailed {
  linkId: string;
  email: string;
  nickname: string;
  clientEndsAt: Date | null;
  expiresAt: Date;
}

async function mail(ports: Ports, tx: Tx, { linkId, email, nickname, clientEndsAt, expiresAt }: Mailed, actor: Actor, access: SubscriptionAccess, now: Date): Promise<void> {
  const content = { template: "client-prepared", nickname, subscriptionName: access.name, fromEmail: actor.email, endsAt: isoOrNull(clientEndsAt), expiresAt: iso(expiresAt), enrolmentLink: linkId } as const;
  await queueMail(tx, { id: ports.newId(), recipient: email, now, staleAt: expiresAt, content });
}
