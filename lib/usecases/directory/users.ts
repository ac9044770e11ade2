/**
 * What a company's directory does to the people of a subscription, by SCIM: invites them, turns them off and on, and removes them. Turned off is no
 * part in the subscription, and every machine of theirs off the device: one transaction and one revision. On again, the same keys work.
 */
import type { RequestSource } from "@/lib/auth/actor";
import { invitationToken } from "@/lib/auth/account-links";
import { takeTry } from "@/lib/auth/limits";
import { tokenHashOf } from "@/lib/auth/tokens";
import type { AuditAction } from "@/lib/core/audit-actions";
import type { AuditActor } from "@/lib/core/audit-chain";
import { parseEmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { INVITATION_DAYS, INVITATION_MAILS } from "@/lib/core/members";
import { can } from "@/lib/core/policy";
import { ScimError, type ScimChange, type ScimFilter, type ScimPage, type ScimUser } from "@/lib/core/scim";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { findDirectoryUser, findSubscriptionOfToken, listDirectoryUsers, lockCaller, markReactivated, markSuspended, setExternalId, toScim, type DirectoryCaller, type DirectoryUser } from "@/lib/db/directory";
import { countInvitationMails, endInvitation, insertInvitation } from "@/lib/db/invitations";
import { findMember, hasMemberWithAddress, removeMembership } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { revokeClientsOf } from "@/lib/usecases/account/revoke-all-clients";
import { endWhatTheyBegan } from "@/lib/usecases/members/end-begun";
import { holdMember, releaseMember, type HeldClients } from "@/lib/usecases/members/hold-clients";
import { membersUrl, requireRoom } from "@/lib/usecases/members/manage";

/** As the log, and mails, call it. */
const DIRECTORY = "the company’s directory";
const DIRECTORY_ACTOR: AuditActor = { kind: "portal", id: null, label: DIRECTORY, operator: false };
const DAY_MS = 24 * 3_600_000;

/** Who asks, once the token was found to be right for the address it was used at. */
export interface DirectoryRequest {
  subscriptionId: string;
  tokenHash: Uint8Array<ArrayBuffer>;
  source: RequestSource;
  requestedAt: Date;
}

/** One answer for a token that never was, one that was replaced, another subscription's, and none at all. */
const unknown = (): PortcullisError => new PortcullisError("credential_unknown", "This token isn't known here. The subscription's owner makes one in the portal, under Members.");
const notThere = (): ScimError => new ScimError(404, "There is no such user in this subscription.");

/** Only what is wrong is counted, so that no stranger on the same network slows a directory with the right token. @throws credential_unknown, too_many_tries */
export async function requireDirectory(ports: Ports, input: { subscriptionId: string; credential: string | null; source: RequestSource }): Promise<DirectoryRequest> {
  const now = ports.clock.now();
  const tokenHash = tokenHashOf(input.credential ?? "");
  const subscriptionId = await findSubscriptionOfToken(ports.db.read, tokenHash, now);
  if (input.credential !== null && subscriptionId !== null && subscriptionId === input.subscriptionId) return { subscriptionId, tokenHash, source: input.source, requestedAt: now };
  await takeTry(ports, { kind: "scimToken", source: input.source.address, knownBrowser: false });
  throw unknown();
}

export async function listUsers(ports: Ports, { subscriptionId }: DirectoryRequest, filter: ScimFilter | null, page: ScimPage): Promise<{ users: ScimUser[]; total: number }> {
  const { users, total } = await listDirectoryUsers(ports.db.read, subscriptionId, filter, page, ports.clock.now());
  return { users: users.map(toScim), total };
}

/** @throws ScimError 404 */
export async function getUser(ports: Ports, { subscriptionId }: DirectoryRequest, id: string): Promise<ScimUser> {
  return toScim(await requireUser(ports.db.read, subscriptionId, id, ports.clock.now()));
}

async function requireUser(tx: Tx, subscriptionId: string, id: string, now: Date): Promise<DirectoryUser> {
  const user = isId(id) ? await findDirectoryUser(tx, subscriptionId, id, now) : null;
  if (!user) throw notThere();
  return user;
}

/** Runs under the lock of the subscription's row. @throws credential_unknown when the token was replaced meanwhile */
function change<T>(ports: Ports, request: DirectoryRequest, work: (tx: Tx, caller: DirectoryCaller, now: Date) => Promise<T>): Promise<T> {
  return ports.db.transaction(async (tx) => {
    const caller = await lockCaller(tx, request.subscriptionId, request.tokenHash);
    if (!caller) throw unknown();
    return work(tx, caller, ports.clock.now());
  });
}

/**
 * Invites by mail, as a plain member, in the name of who made the token; whether or not the address has an account here. The person is a user of the
 * directory's from now on, and a member once they accept.
 *
 * @throws ScimError 400 for an address that is none, 409 for one that is in already, 429 for one that was invited often enough, 403 when who made the token may invite no longer; plan_limit_reached, too_many_tries
 */
export async function createUser(ports: Ports, request: DirectoryRequest, input: ScimChange & { userName: string }): Promise<ScimUser> {
  const email = addressIn(input.userName);
  if (input.active === false) throw new ScimError(400, "Somebody who isn't active is not invited: create the user when they are.", "invalidValue");
  await takeTry(ports, { kind: "scimInvite", account: request.subscriptionId, source: null, knownBrowser: false });
  const created = await change(ports, request, async (tx, caller, now) => {
    const maker = await findMember(tx, caller.subscriptionId, caller.madeById);
    if (caller.madeByEmail === null || !maker || maker.deactivated || maker.suspended || !can(maker.role, "member.invite")) {
      throw new ScimError(403, "Whoever made this token may invite nobody any more. The owner of the subscription has to make another.");
    }
    if (await hasMemberWithAddress(tx, caller.subscriptionId, email)) throw taken(email);
    await requireRoom(tx, caller.subscriptionId, "invited", now);
    if ((await countInvitationMails(tx, caller.madeById, email, new Date(now.getTime() - DAY_MS))) >= INVITATION_MAILS) throw new ScimError(429, `${email} was invited often enough for a day.`);
    const [id, linkId] = [ports.newId(), ports.newId()];
    const expiresAt = new Date(now.getTime() + INVITATION_DAYS * DAY_MS);
    const row = { id, subscriptionId: caller.subscriptionId, email, role: "member" as const, tokenHash: tokenHashOf(invitationToken(ports, linkId)), invitedById: caller.madeById, externalId: input.externalId ?? null, now, expiresAt };
    if (!(await insertInvitation(tx, caller, row))) throw taken(email);
    await queueMail(tx, {
      id: ports.newId(),
      recipient: email,
      now,
      staleAt: expiresAt,
      content: { template: "member-invited", subscriptionName: caller.subscriptionName, role: "member", fromEmail: caller.madeByEmail, expiresAt: iso(expiresAt), invitationLink: linkId },
    });
    await appendAudit(tx, [event(request, now, "member.invited", { kind: "invitation", id }, { email, role: "member" })]);
    return requireUser(tx, caller.subscriptionId, id, now);
  });
  return toScim(created);
}

const taken = (email: string): ScimError => new ScimError(409, `${email} is in this subscription, or invited to it, already.`, "uniqueness");

/** @throws ScimError */
function addressIn(userName: string): string {
  try {
    return parseEmailAddress(userName);
  } catch {
    throw new ScimError(400, "userName is no e-mail address: it is where the person is invited.", "invalidValue");
  }
}

/**
 * Of who is invited and not here yet, turning off withdraws the invitation.
 *
 * @throws ScimError 404; 409 for an owner, who can't be turned off; 400 for another userName, unless it turns them off
 */
export async function updateUser(ports: Ports, request: DirectoryRequest, id: string, input: ScimChange): Promise<ScimUser> {
  const updated = await change(ports, request, async (tx, caller, now) => {
    const user = await requireUser(tx, caller.subscriptionId, id, now);
    // Not of who is to be turned off: whoever changed their address in the portal would otherwise stay in.
    if (input.active !== false && input.userName !== undefined && input.userName.toLowerCase() !== user.userName) throw new ScimError(400, "userName can't be changed here: people change their address in the portal, by proving it.", "mutability");
    if (input.externalId !== undefined && input.externalId !== user.externalId) await setExternalId(tx, caller, user, input.externalId);
    const externalId = input.externalId === undefined ? user.externalId : input.externalId;
    if (input.active === undefined || input.active === user.active) return { ...user, externalId };
    if (user.userId === null) await withdraw(request, tx, caller, user, now);
    else await (input.active ? turnOn : turnOff)(ports, request, tx, caller, { ...user, userId: user.userId }, now);
    return { ...user, externalId, active: input.active };
  });
  return toScim(updated);
}

type Member = DirectoryUser & { userId: string };

async function turnOff(ports: Ports, request: DirectoryRequest, tx: Tx, caller: DirectoryCaller, user: Member, now: Date): Promise<void> {
  refuseOwner(user, "turned off");
  if (!(await markSuspended(tx, caller, user.userId, now))) return;
  await endWhatTheyBegan(tx, user.userId, caller.subscriptionId, now);
  const held = await holdMember(tx, { subscriptionId: caller.subscriptionId, userId: user.userId }, { requestedAt: request.requestedAt, now });
  await tell(ports, tx, caller, user, held, now, "member-suspended");
  await appendAudit(tx, [memberEvent(request, now, "member.suspended", user, held)]);
}

async function turnOn(ports: Ports, request: DirectoryRequest, tx: Tx, caller: DirectoryCaller, user: Member, now: Date): Promise<void> {
  const warrant = await markReactivated(tx, caller, user.userId);
  if (warrant === null) return;
  const held = await releaseMember(tx, warrant, { requestedAt: request.requestedAt, now });
  await tell(ports, tx, caller, user, held, now, "member-reactivated");
  await appendAudit(tx, [memberEvent(request, now, "member.reactivated", user, held)]);
}

/** Removes a member, whose clients are revoked with it; or withdraws the invitation. @throws ScimError 404; 409 for an owner */
export async function deleteUser(ports: Ports, request: DirectoryRequest, id: string): Promise<void> {
  await change(ports, request, async (tx, caller, now) => {
    const user = await requireUser(tx, caller.subscriptionId, id, now);
    if (user.userId === null) return withdraw(request, tx, caller, user, now);
    const { userId, userName: email } = user;
    refuseOwner(user, "removed");
    await endWhatTheyBegan(tx, userId, caller.subscriptionId, now);
    const by = { userId: null, audit: DIRECTORY_ACTOR, requestedAt: request.requestedAt, sourceAddress: request.source.address };
    const revoked = await revokeClientsOf(ports, tx, by, { ownerId: userId, subscriptionId: caller.subscriptionId });
    await removeMembership(tx, caller.subscriptionId, userId);
    if (email !== "") {
      const content = { template: "member-removed" as const, subscriptionName: caller.subscriptionName, memberEmail: email, byEmail: "Your company’s directory", byOperator: false, clients: revoked.length, at: iso(now), url: membersUrl(ports, caller.subscriptionId) };
      await queueMail(tx, { id: ports.newId(), recipient: email, now, content });
    }
    await appendAudit(tx, [...revoked, event(request, now, "member.removed", { kind: "user", id: userId }, { email, role: user.role, clients: revoked.length })]);
  });
}

async function withdraw(request: DirectoryRequest, tx: Tx, caller: DirectoryCaller, { id, userName }: DirectoryUser, now: Date): Promise<void> {
  if (!(await endInvitation(tx, caller.subscriptionId, id, now))) throw notThere();
  await appendAudit(tx, [event(request, now, "member.invitation_withdrawn", { kind: "invitation", id }, { email: userName })]);
}

function refuseOwner({ role }: DirectoryUser, what: string): void {
  if (role === "owner") throw new ScimError(409, `An owner can't be ${what} by a directory: the subscription would be left without one who answers for it. They hand it over in the portal first.`);
}

async function tell(ports: Ports, tx: Tx, caller: DirectoryCaller, { userName }: DirectoryUser, { clients }: HeldClients, now: Date, template: "member-suspended" | "member-reactivated"): Promise<void> {
  if (userName === "") return;
  const url = new URL(`/subscriptions/${caller.subscriptionId}`, ports.config.url).href;
  await queueMail(tx, { id: ports.newId(), recipient: userName, now, content: { template, subscriptionName: caller.subscriptionName, clients: clients.length, at: iso(now), url } });
}

const memberEvent = (request: DirectoryRequest, now: Date, action: AuditAction, { userId, userName }: Member, { clients, revision }: HeldClients): NewAuditEvent =>
  event(request, now, action, { kind: "user", id: userId }, { email: userName, clients: clients.length, revision: revision === null ? null : Number(revision) });

const event = (request: DirectoryRequest, now: Date, action: AuditAction, subject: { kind: "user" | "invitation"; id: string }, data: NewAuditEvent["data"]): NewAuditEvent => ({
  chain: request.subscriptionId,
  at: now,
  action,
  actor: DIRECTORY_ACTOR,
  subject,
  sourceAddress: request.source.address,
  data,
});
