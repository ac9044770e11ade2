/**
 * Every route of the browsers' API, called as Next calls it and without the proxy in front (T6): who may, and each refused twin
 * (T3, T13). A route that is missing from the table fails this file.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GET as activity } from "@/app/api/v1/subscriptions/[subscriptionId]/activity/route";
import { GET as viewTraffic } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/traffic/route";
import { GET as viewClient } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/route";
import { POST as revoke } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/revoke/route";
import { PUT as setExpiry } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/expiry/route";
import { POST as extensionChallenge } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/extension/challenge/route";
import { POST as extendClient } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/extension/route";
import { POST as keyChallenge } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/key/challenge/route";
import { POST as replaceKey } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/key/route";
import { POST as resumeChallenge } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/resume/challenge/route";
import { POST as resumeClient } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/resume/route";
import { POST as suspend } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/suspend/route";
import { POST as challenge } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/challenge/route";
import { GET as listClients, POST as issue } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/route";
import { GET as events } from "@/app/api/v1/subscriptions/[subscriptionId]/events/route";
import { GET as gatewaysToMoveTo } from "@/app/api/v1/subscriptions/[subscriptionId]/instance/gateways/route";
import { POST as cutOffGateway } from "@/app/api/v1/operator/gateways/[gatewayId]/cut-off/route";
import { POST as rotateCredential } from "@/app/api/v1/operator/gateways/[gatewayId]/rotate-credential/route";
import { PATCH as setPeersReach } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/peers-reach/route";
import { POST as askPeersReach } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/peers-reach/challenge/route";
import { POST as moveInstance } from "@/app/api/v1/subscriptions/[subscriptionId]/instance/move/route";
import { POST as provision } from "@/app/api/v1/subscriptions/[subscriptionId]/instance/route";
import { POST as takeDown } from "@/app/api/v1/subscriptions/[subscriptionId]/instance/take-down/route";
import { GET as viewSubscription } from "@/app/api/v1/subscriptions/[subscriptionId]/route";
import { PATCH as setPolicy } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/route";
import { PATCH as setSharedConfig } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/shared-config/route";
import { POST as relaxSharedConfig } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/shared-config/challenge/route";
import { PATCH as setSignIn } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/sign-in/route";
import { POST as relaxSignIn } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/sign-in/challenge/route";
import { DELETE as disconnectDirectory, POST as makeDirectoryToken } from "@/app/api/v1/subscriptions/[subscriptionId]/directory/token/route";
import { POST as askDirectoryToken } from "@/app/api/v1/subscriptions/[subscriptionId]/directory/token/challenge/route";
import { POST as relaxPolicy } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/challenge/route";
import { POST as askToRotateKey } from "@/app/api/v1/subscriptions/[subscriptionId]/api-key/rotate/challenge/route";
import { POST as rotateKey } from "@/app/api/v1/subscriptions/[subscriptionId]/api-key/rotate/route";
import { POST as askToShowKey } from "@/app/api/v1/subscriptions/[subscriptionId]/api-key/show/challenge/route";
import { POST as showKey } from "@/app/api/v1/subscriptions/[subscriptionId]/api-key/show/route";
import { POST as askToApprove } from "@/app/api/v1/subscriptions/[subscriptionId]/systems/[systemId]/approve/challenge/route";
import { POST as approveSystem } from "@/app/api/v1/subscriptions/[subscriptionId]/systems/[systemId]/approve/route";
import { POST as refuseSystem } from "@/app/api/v1/subscriptions/[subscriptionId]/systems/[systemId]/refuse/route";
import { POST as removeSystem } from "@/app/api/v1/subscriptions/[subscriptionId]/systems/[systemId]/remove/route";
import { GET as viewSystem, PATCH as renameSystem } from "@/app/api/v1/subscriptions/[subscriptionId]/systems/[systemId]/route";
import { GET as listSystems } from "@/app/api/v1/subscriptions/[subscriptionId]/systems/route";
import { GET as pollSystem } from "@/app/api/v1/systems/[systemId]/route";
import { POST as joinSystem } from "@/app/api/v1/systems/route";
import { POST as beginAddress } from "@/app/api/v1/account/address/route";
import { POST as confirmAddress } from "@/app/api/v1/account/address/confirm/route";
import { POST as endByLink } from "@/app/api/v1/account/end-sessions/route";
import { DELETE as unlinkIdentity } from "@/app/api/v1/account/identities/[identityId]/route";
import { PUT as setPassword } from "@/app/api/v1/account/password/route";
import { DELETE as deleteAccount, GET as viewAccount, PATCH as changeAccount } from "@/app/api/v1/account/route";
import { GET as dashboard } from "@/app/api/v1/dashboard/route";
import { POST as enrol } from "@/app/api/v1/enrolments/route";
import { POST as askToEnrol } from "@/app/api/v1/enrolments/challenge/route";
import { POST as lookAtEnrolment } from "@/app/api/v1/enrolments/look/route";
import { GET as listEnrolments, POST as prepare } from "@/app/api/v1/subscriptions/[subscriptionId]/enrolments/route";
import { POST as askToPrepare } from "@/app/api/v1/subscriptions/[subscriptionId]/enrolments/challenge/route";
import { DELETE as withdrawEnrolment } from "@/app/api/v1/subscriptions/[subscriptionId]/enrolments/[enrolmentId]/route";
import { POST as resendEnrolment } from "@/app/api/v1/subscriptions/[subscriptionId]/enrolments/[enrolmentId]/resend/route";
import { PATCH as setLimit } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/limits/route";
import { POST as askForLimit } from "@/app/api/v1/subscriptions/[subscriptionId]/policy/limits/challenge/route";
import { POST as acceptInvitation } from "@/app/api/v1/invitations/accept/route";
import { POST as lookAtInvitation } from "@/app/api/v1/invitations/look/route";
import { POST as invite } from "@/app/api/v1/subscriptions/[subscriptionId]/invitations/route";
import { POST as askToInvite } from "@/app/api/v1/subscriptions/[subscriptionId]/invitations/challenge/route";
import { DELETE as withdrawInvitation } from "@/app/api/v1/subscriptions/[subscriptionId]/invitations/[invitationId]/route";
import { POST as resendInvitation } from "@/app/api/v1/subscriptions/[subscriptionId]/invitations/[invitationId]/resend/route";
import { GET as listMembers } from "@/app/api/v1/subscriptions/[subscriptionId]/members/route";
import { DELETE as removeMember } from "@/app/api/v1/subscriptions/[subscriptionId]/members/[userId]/route";
import { POST as demote } from "@/app/api/v1/subscriptions/[subscriptionId]/members/[userId]/demotion/route";
import { POST as promote } from "@/app/api/v1/subscriptions/[subscriptionId]/members/[userId]/promotion/route";
import { POST as askToPromote } from "@/app/api/v1/subscriptions/[subscriptionId]/members/[userId]/promotion/challenge/route";
import { DELETE as withdrawOwnership, POST as offerOwnership } from "@/app/api/v1/subscriptions/[subscriptionId]/ownership/route";
import { POST as askToOffer } from "@/app/api/v1/subscriptions/[subscriptionId]/ownership/challenge/route";
import { POST as takeOwnership } from "@/app/api/v1/subscriptions/[subscriptionId]/ownership/acceptance/route";
import { POST as askToTake } from "@/app/api/v1/subscriptions/[subscriptionId]/ownership/acceptance/challenge/route";
import { POST as acceptOffer } from "@/app/api/v1/warranties/offers/[offerId]/accept/route";
import { POST as declineOffer } from "@/app/api/v1/warranties/offers/[offerId]/decline/route";
import { GET as listWarranties, POST as registerDevice } from "@/app/api/v1/warranties/route";
import { GET as proveWarranty } from "@/app/api/v1/warranties/[warrantyId]/proof/route";
import { POST as askTransfer } from "@/app/api/v1/warranties/[warrantyId]/transfer/challenge/route";
import { DELETE as withdrawTransfer, POST as offerTransfer } from "@/app/api/v1/warranties/[warrantyId]/transfer/route";
import { GET as warrantyRecords, POST as importWarranties } from "@/app/api/v1/operator/warranties/route";
import { GET as viewSecurity } from "@/app/api/v1/account/security/route";
import { DELETE as endSession } from "@/app/api/v1/account/sessions/[sessionId]/route";
import { POST as endOthers } from "@/app/api/v1/account/sessions/end-others/route";
import { POST as linkIdentity } from "@/app/api/v1/account/identities/link/route";
import { DELETE as removePasskey, PATCH as renamePasskey } from "@/app/api/v1/account/passkeys/[passkeyId]/route";
import { POST as passkeyToMake } from "@/app/api/v1/account/passkeys/options/route";
import { POST as addPasskey } from "@/app/api/v1/account/passkeys/route";
import { POST as recoveryCodes } from "@/app/api/v1/account/recovery-codes/route";
import { POST as confirmTotp } from "@/app/api/v1/account/totp/[deviceId]/confirm/route";
import { DELETE as removeTotp, PATCH as renameTotp } from "@/app/api/v1/account/totp/[deviceId]/route";
import { POST as addTotp } from "@/app/api/v1/account/totp/route";
import { POST as twoFactor } from "@/app/api/v1/account/two-factor/route";
import { POST as requestAddress } from "@/app/api/v1/address/challenge/route";
import { POST as verifyAddress } from "@/app/api/v1/address/verify/route";
import { POST as mailCode } from "@/app/api/v1/challenges/[challengeId]/mail/route";
import { POST as passkeyToShow } from "@/app/api/v1/challenges/[challengeId]/passkey/route";
import { POST as resend } from "@/app/api/v1/challenges/[challengeId]/resend/route";
import { POST as freshSignIn } from "@/app/api/v1/challenges/[challengeId]/provider/route";
import { POST as stepUp } from "@/app/api/v1/step-up/route";
import { DELETE as liftBlock } from "@/app/api/v1/operator/blocks/[key]/route";
import { GET as listBlocks } from "@/app/api/v1/operator/blocks/route";
import { POST as deactivate } from "@/app/api/v1/operator/users/[userId]/deactivate/route";
import { POST as askReactivation } from "@/app/api/v1/operator/users/[userId]/reactivate/challenge/route";
import { POST as reactivate } from "@/app/api/v1/operator/users/[userId]/reactivate/route";
import { GET as listUsers } from "@/app/api/v1/operator/users/route";
import { GET as searchClients } from "@/app/api/v1/operator/clients/route";
import { POST as takeOut } from "@/app/api/v1/subscriptions/route";
import { POST as cancelSubscription } from "@/app/api/v1/subscriptions/[subscriptionId]/cancel/route";
import { PUT as changePlan } from "@/app/api/v1/operator/plans/[planId]/route";
import { POST as retirePlan } from "@/app/api/v1/operator/plans/[planId]/retire/route";
import { GET as listPlans, POST as addPlan } from "@/app/api/v1/operator/plans/route";
import { GET as listSubscriptions } from "@/app/api/v1/operator/subscriptions/route";
import { POST as askActivation } from "@/app/api/v1/operator/subscriptions/[subscriptionId]/activate/challenge/route";
import { POST as activate } from "@/app/api/v1/operator/subscriptions/[subscriptionId]/activate/route";
import { POST as suspendSubscription } from "@/app/api/v1/operator/subscriptions/[subscriptionId]/suspend/route";
import { POST as payByCard } from "@/app/api/v1/subscriptions/[subscriptionId]/card/checkout/route";
import { POST as manageCard } from "@/app/api/v1/subscriptions/[subscriptionId]/card/manage/route";
import { POST as refreshCard } from "@/app/api/v1/subscriptions/[subscriptionId]/card/refresh/route";
import { POST as keepSubscription } from "@/app/api/v1/subscriptions/[subscriptionId]/keep/route";
import { POST as redeemLicense } from "@/app/api/v1/subscriptions/[subscriptionId]/license/route";
import { DELETE as withdrawLicense } from "@/app/api/v1/operator/licenses/[licenseId]/route";
import { POST as askLicense } from "@/app/api/v1/operator/licenses/challenge/route";
import { GET as listLicenses, POST as makeLicense } from "@/app/api/v1/operator/licenses/route";
import { GET as listGateways } from "@/app/api/v1/operator/gateways/route";
import type { Actor, UnprovedActor } from "@/lib/auth/actor";
import { call, serve, type Answer, type Call } from "@/lib/testing/api";
import { openKit, type Kit } from "@/lib/testing/kit";
import { cookieOf, operator, unprovedPerson } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, issueInput, makeTenant, prepareIssue, type Tenant } from "@/lib/testing/tenancy";

const UNKNOWN_ID = "00000000-0000-4000-8000-00000000dead";

let kit: Kit;
let stopServing: () => void;
let acme: Tenant;
let globex: Tenant;
let actors: Record<"nobody" | "unproved" | "stranger" | "member" | "admin" | "owner" | "operator", Actor | UnprovedActor | null>;
let member: Actor;
let membersClient: string;
let colleaguesClient: string;
let globexClient: string;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
  acme = await makeTenant(kit);
  globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
  member = await addMember(kit, acme, "member");
  actors = {
    nobody: null,
    unproved: await unprovedPerson(kit, "una@acme.test"),
    stranger: globex.owner,
    member,
    admin: await addMember(kit, acme, "admin"),
    owner: acme.owner,
    operator: await operator(kit),
  };
  membersClient = (await addClient(kit, member, acme.subscriptionId, "mine")).id;
  colleaguesClient = (await addClient(kit, acme.owner, acme.subscriptionId, "theirs")).id;
  globexClient = (await addClient(kit, globex.owner, globex.subscriptionId, "globex")).id;
});
afterAll(async () => {
  stopServing();
  await kit.close();
});

type Who = keyof typeof actors;
const WHO: Who[] = ["nobody", "unproved", "stranger", "member", "admin", "owner", "operator"];
type Make = (who: Who) => Promise<Answer> | Answer;

const here = (more: Record<string, string> = {}) => ({ subscriptionId: acme.subscriptionId, ...more });
const get = (handler: Parameters<typeof call>[2], what: Omit<Call, "as">) => (who: Who) => call(kit, "GET", handler, { as: actors[who], ...what });
const post = (handler: Parameters<typeof call>[2], what: Omit<Call, "as">) => (who: Who) => call(kit, "POST", handler, { as: actors[who], ...what });
const patch = (handler: Parameters<typeof call>[2], what: Omit<Call, "as">) => (who: Who) => call(kit, "PATCH", handler, { as: actors[who], ...what });
const put = (handler: Parameters<typeof call>[2], what: Omit<Call, "as">) => (who: Who) => call(kit, "PUT", handler, { as: actors[who], ...what });
const remove = (handler: Parameters<typeof call>[2], what: Omit<Call, "as">) => (who: Who) => call(kit, "DELETE", handler, { as: actors[who], ...what });
const codeOf = ({ body }: Answer): string | undefined => (body as { error?: { code: string } } | null)?.error?.code;

/** A stream is not read to its end: it has none. */
async function openStream(who: Who): Promise<Answer> {
  const { NextRequest } = await import("next/server");
  const actor = actors[who];
  const cookie = actor && (await cookieOf(kit, actor.sessionId));
  const leave = new AbortController();
  const request = new NextRequest(`${kit.ports.config.url.origin}/api/v1`, { headers: cookie ? { cookie: `${cookie.name}=${cookie.value}` } : {}, signal: leave.signal });
  const response = await events(request, { params: Promise.resolve(here()) });
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("text/event-stream")) return { status: response.status, headers: response.headers, body: await response.json() };
  leave.abort();
  await response.body?.cancel();
  return { status: response.status, headers: response.headers, body: null };
}

/** Issues with a proof of the actor's own where they can get one; else with one that they can't have got. */
async function tryToIssue(who: Who): Promise<Answer> {
  const actor = actors[who];
  const may = who === "member" || who === "admin" || who === "owner";
  const prepared = may ? await prepareIssue(kit, actor as Actor, acme.subscriptionId, "machine") : await prepareIssue(kit, acme.owner, acme.subscriptionId, "machine");
  return call(kit, "POST", issue, { as: actor, params: here(), body: { ...prepared.input, proof: prepared.proof } });
}

async function tryToRevoke(who: Who, clientOf: Actor): Promise<Answer> {
  const { id } = await addClient(kit, clientOf, acme.subscriptionId, "to be revoked");
  const answer = await call(kit, "POST", revoke, { as: actors[who], params: here({ clientId: id }) });
  const [row] = await kit.sql("SELECT state FROM access_clients WHERE id = $1", [id]);
  expect(row).toEqual({ state: answer.status === 200 ? "revoked" : "active" });
  return answer;
}

async function tryToSuspend(who: Who, own: boolean): Promise<Answer> {
  // Else of somebody who did not yet ask for thirty codes.
  const { id } = await addClient(kit, own ? member : await addMember(kit, acme, "member"), acme.subscriptionId, "to be suspended");
  const answer = await call(kit, "POST", suspend, { as: actors[who], params: here({ clientId: id }) });
  const [row] = await kit.sql("SELECT state FROM access_clients WHERE id = $1", [id]);
  expect(row).toEqual({ state: answer.status === 200 ? "suspended" : "active" });
  return answer;
}

async function tryToShorten(who: Who): Promise<Answer> {
  // Somebody who did not yet ask for thirty codes.
  const { id } = await addClient(kit, await addMember(kit, acme, "member"), acme.subscriptionId, "to end");
  const expiresAt = new Date(kit.clock.now().getTime() + 3_600_000).toISOString();
  const answer = await put(setExpiry, { params: here({ clientId: id }), body: { expiresAt } })(who);
  const [row] = await kit.sql<{ expires_at: Date | null }>("SELECT expires_at FROM access_clients WHERE id = $1", [id]);
  expect(row?.expires_at?.toISOString()).toBe(answer.status === 200 ? expiresAt : undefined);
  return answer;
}

const SIGNED_IN_ONLY = { nobody: "not_signed_in", unproved: "address_not_verified" };
/** One's own account, whoever one is: with nothing that was asked for, proved or owned. */
const everybody = (refusal: number | string) => ({ ...SIGNED_IN_ONLY, stranger: refusal, member: refusal, admin: refusal, owner: refusal, operator: refusal });
const A_PLAN = { name: "Small", price: -1, currency: "EUR", interval: "month", maxClients: null, maxMembers: null, maxSystems: null, instanceSize: "", trialDays: 0, graceDays: 0, retentionDays: 0 };
const MADE_UP = { challengeId: UNKNOWN_ID, code: "123456" };
const operators = (outcome: number | string) => ({ ...everybody("forbidden"), operator: outcome });
const OPERATOR_ONLY = { ...SIGNED_IN_ONLY, stranger: "forbidden", member: "forbidden", admin: "forbidden", owner: "forbidden", operator: 200 };

/** For each route: what each gets, as a status or the code of the refusal. */
const TABLE: { file: string; what: string; make: Make; expected: Record<Who, number | string> }[] = [
  { file: "v1/subscriptions/[subscriptionId]", what: "GET a subscription", make: (who) => get(viewSubscription, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients", what: "GET the clients", make: (who) => get(listClients, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients", what: "POST a client", make: tryToIssue, expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 201, admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/clients/challenge", what: "POST for a code", make: (who) => post(challenge, { params: here(), body: { nickname: "machine" } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 201, admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/traffic", what: "GET the traffic of the member's client", make: (who) => get(viewTraffic, { params: here({ clientId: membersClient }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/traffic", what: "GET the traffic of the owner's client", make: (who) => get(viewTraffic, { params: here({ clientId: colleaguesClient }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]", what: "GET the member's client", make: (who) => get(viewClient, { params: here({ clientId: membersClient }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]", what: "GET the owner's client", make: (who) => get(viewClient, { params: here({ clientId: colleaguesClient }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/revoke", what: "POST to revoke the member's client", make: (who) => tryToRevoke(who, member), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/revoke", what: "POST to revoke the owner's client", make: (who) => tryToRevoke(who, acme.owner), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/key/challenge", what: "POST for a proof to replace the member's key", make: (who) => post(keyChallenge, { params: here({ clientId: membersClient }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 201, admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/key", what: "POST a new key for the member's client", make: (who) => post(replaceKey, { params: here({ clientId: membersClient }), body: { publicKey: "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", sealedPresharedKey: null, proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "step_up_mismatch", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/suspend", what: "POST to suspend the member's client", make: (who) => tryToSuspend(who, true), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/suspend", what: "POST to suspend a colleague's client", make: (who) => tryToSuspend(who, false), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/resume/challenge", what: "POST for a proof to resume", make: (who) => post(resumeChallenge, { params: here({ clientId: membersClient }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "client_not_suspended", admin: "client_not_suspended", owner: "client_not_suspended", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/resume", what: "POST to resume the owner's client", make: (who) => post(resumeClient, { params: here({ clientId: colleaguesClient }), body: { proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: "client_not_suspended", owner: "client_not_suspended", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/expiry", what: "PUT an end", make: (who) => put(setExpiry, { params: here({ clientId: colleaguesClient }), body: { expiresAt: "2099-01-01" } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "expiry_invalid", member: "expiry_invalid", admin: "expiry_invalid", owner: "expiry_invalid", operator: "expiry_invalid" } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/expiry", what: "PUT an earlier end", make: (who) => tryToShorten(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/extension/challenge", what: "POST for a proof of more time", make: (who) => post(extensionChallenge, { params: here({ clientId: colleaguesClient }), body: { expiresAt: null } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/clients/[clientId]/extension", what: "POST for more time", make: (who) => post(extendClient, { params: here({ clientId: colleaguesClient }), body: { expiresAt: null, proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/activity", what: "GET the log", make: (who) => get(activity, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/events", what: "GET the live events", make: openStream, expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  { file: "v1/operator/clients", what: "GET the search", make: (who) => get(searchClients, { query: "?q=mine" })(who), expected: OPERATOR_ONLY },
  { file: "v1/operator/gateways", what: "GET the gateways", make: (who) => get(listGateways, {})(who), expected: OPERATOR_ONLY },
  { file: "v1/address/challenge", what: "POST for an address code", make: (who) => post(requestAddress, {})(who), expected: { nobody: "not_signed_in", unproved: 201, stranger: "bad_request", member: "bad_request", admin: "bad_request", owner: "bad_request", operator: "bad_request" } },
  { file: "v1/address/verify", what: "POST an address code", make: (who) => post(verifyAddress, { body: MADE_UP })(who), expected: { nobody: "not_signed_in", unproved: "step_up_mismatch", stranger: "bad_request", member: "bad_request", admin: "bad_request", owner: "bad_request", operator: "bad_request" } },
  { file: "v1/challenges/[challengeId]/resend", what: "POST to send a code again", make: (who) => post(resend, { params: { challengeId: UNKNOWN_ID } })(who), expected: { nobody: "not_signed_in", unproved: "step_up_mismatch", stranger: "step_up_mismatch", member: "step_up_mismatch", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "step_up_mismatch" } },
  { file: "v1/challenges/[challengeId]/mail", what: "POST to mail a code", make: (who) => post(mailCode, { params: { challengeId: UNKNOWN_ID } })(who), expected: { ...everybody("step_up_mismatch"), unproved: "step_up_mismatch" } },
  { file: "v1/challenges/[challengeId]/passkey", what: "POST for what a passkey signs", make: (who) => post(passkeyToShow, { params: { challengeId: UNKNOWN_ID } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/challenges/[challengeId]/provider", what: "POST to sign in once more", make: (who) => post(freshSignIn, { params: { challengeId: UNKNOWN_ID } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/step-up", what: "POST for a proof about the account", make: (who) => post(stepUp, { body: { action: "totp.add", parameters: { name: "x" } } })(who), expected: everybody(201) },
  { file: "v1/account/totp", what: "POST an app", make: (who) => post(addTotp, { body: { name: "x", proof: MADE_UP } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/account/totp/[deviceId]", what: "PATCH an app's name", make: (who) => patch(renameTotp, { params: { deviceId: UNKNOWN_ID }, body: { name: "x" } })(who), expected: everybody("not_found") },
  { file: "v1/account/totp/[deviceId]", what: "DELETE an app", make: (who) => remove(removeTotp, { params: { deviceId: UNKNOWN_ID }, body: { proof: MADE_UP } })(who), expected: everybody("not_found") },
  { file: "v1/account/totp/[deviceId]/confirm", what: "POST an app's first code", make: (who) => post(confirmTotp, { params: { deviceId: UNKNOWN_ID }, body: { code: "123456" } })(who), expected: everybody("not_found") },
  { file: "v1/account/passkeys/options", what: "POST for a passkey to make", make: (who) => post(passkeyToMake, { body: { name: "x", proof: MADE_UP } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/account/passkeys", what: "POST a passkey", make: (who) => post(addPasskey, { body: { name: "x", response: {} } })(who), expected: everybody("passkey_refused") },
  { file: "v1/account/passkeys/[passkeyId]", what: "PATCH a passkey's name", make: (who) => patch(renamePasskey, { params: { passkeyId: UNKNOWN_ID }, body: { name: "x" } })(who), expected: everybody("not_found") },
  { file: "v1/account/passkeys/[passkeyId]", what: "DELETE a passkey", make: (who) => remove(removePasskey, { params: { passkeyId: UNKNOWN_ID }, body: { proof: MADE_UP } })(who), expected: everybody("not_found") },
  { file: "v1/account/recovery-codes", what: "POST for recovery codes", make: (who) => post(recoveryCodes, { body: { proof: MADE_UP } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/account/two-factor", what: "POST a second factor", make: (who) => post(twoFactor, { body: { proof: MADE_UP } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/account/identities/link", what: "POST to add a provider", make: (who) => post(linkIdentity, { body: { provider: "oidc", proof: MADE_UP } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/account/identities/[identityId]", what: "DELETE a provider", make: (who) => remove(unlinkIdentity, { params: { identityId: UNKNOWN_ID }, body: { proof: MADE_UP } })(who), expected: everybody("not_found") },
  { file: "v1/account", what: "GET the account", make: (who) => get(viewAccount, {})(who), expected: everybody(200) },
  { file: "v1/account", what: "PATCH the account with what nobody may set", make: (who) => patch(changeAccount, { body: { name: "Ada", isOperator: true } })(who), expected: everybody("bad_request") },
  { file: "v1/account", what: "DELETE the account", make: (who) => remove(deleteAccount, { body: { proof: MADE_UP } })(who), expected: { ...everybody("step_up_mismatch"), owner: "sole_owner", stranger: "sole_owner" } },
  { file: "v1/account/security", what: "GET the security page", make: (who) => get(viewSecurity, {})(who), expected: everybody(200) },
  { file: "v1/account/sessions/[sessionId]", what: "DELETE a session", make: (who) => remove(endSession, { params: { sessionId: UNKNOWN_ID } })(who), expected: everybody("not_found") },
  { file: "v1/account/sessions/end-others", what: "POST to end other sessions", make: (who) => post(endOthers, {})(who), expected: everybody(200) },
  { file: "v1/account/password", what: "PUT a password", make: (who) => put(setPassword, { body: { password: "several words that nobody knows", proof: MADE_UP } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/account/address", what: "POST what is no address", make: (who) => post(beginAddress, { body: { email: "a@b@c" } })(who), expected: everybody("bad_request") },
  { file: "v1/account/address/confirm", what: "POST a change of address", make: (who) => post(confirmAddress, { body: { email: "new@acme.test", proof: MADE_UP, newAddress: MADE_UP } })(who), expected: everybody("step_up_mismatch") },
  { file: "v1/account/end-sessions", what: "POST a made-up link", make: (who) => post(endByLink, { body: { token: "A".repeat(43) } })(who), expected: { ...everybody("link_invalid"), unproved: "link_invalid", nobody: "link_invalid" } },
  { file: "v1/subscriptions/[subscriptionId]/instance", what: "POST the instance, where there is one", make: (who) => post(provision, { params: here(), body: { name: "Atlas", subnetV4: "10.73.5.0/24" } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "instance_exists", owner: "instance_exists", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/instance/gateways", what: "GET gateways to move to", make: (who) => get(gatewaysToMoveTo, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/instance/move", what: "POST the instance to a gateway that isn't there", make: (who) => post(moveInstance, { params: here(), body: { gatewayId: UNKNOWN_ID } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "gateway_unusable", owner: "gateway_unusable", operator: "gateway_unusable" } },
  // By who may not; what comes of it is tested where it is made.
  { file: "v1/subscriptions/[subscriptionId]/instance/take-down", what: "POST to take another tenant's instance down", make: (who) => post(takeDown, { params: { subscriptionId: UNKNOWN_ID } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: "not_found", owner: "not_found", operator: "not_found" } },
  { file: "v1/subscriptions/[subscriptionId]/policy", what: "PATCH the policy", make: (who) => patch(setPolicy, { params: here(), body: { twoFactorRequired: false, proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/policy/challenge", what: "POST for a proof to relax the policy", make: (who) => post(relaxPolicy, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/policy/shared-config", what: "PATCH what happens to shared clients", make: (who) => patch(setSharedConfig, { params: here(), body: { sharedConfig: "warn", proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/policy/shared-config/challenge", what: "POST for a proof to only warn of shared clients", make: (who) => post(relaxSharedConfig, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/directory/token/challenge", what: "POST for a proof to make a directory's token", make: (who) => post(askDirectoryToken, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/directory/token", what: "POST a directory's token", make: (who) => post(makeDirectoryToken, { params: here(), body: { proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/directory/token", what: "DELETE a directory's token", make: (who) => remove(disconnectDirectory, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: 200, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/policy/sign-in", what: "PATCH how often members sign in", make: (who) => patch(setSignIn, { params: here(), body: { days: null, proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/policy/sign-in/challenge", what: "POST for a proof to let members sign in less often", make: (who) => post(relaxSignIn, { params: here(), body: { days: null } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/policy/peers-reach", what: "PATCH whether machines reach one another", make: (who) => patch(setPeersReach, { params: here(), body: { peersReach: true, proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "gateway_outdated", owner: "gateway_outdated", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/policy/peers-reach/challenge", what: "POST for a proof to let machines reach one another", make: (who) => post(askPeersReach, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "gateway_outdated", owner: "gateway_outdated", operator: "forbidden" } },
  { file: "v1/operator/gateways/[gatewayId]/cut-off", what: "POST to cut off a gateway that isn't there", make: (who) => post(cutOffGateway, { params: { gatewayId: UNKNOWN_ID } })(who), expected: operators("not_found") },
  { file: "v1/operator/gateways/[gatewayId]/rotate-credential", what: "POST to rotate the credential of a gateway that isn't there", make: (who) => post(rotateCredential, { params: { gatewayId: UNKNOWN_ID } })(who), expected: operators("not_found") },
  { file: "v1/subscriptions/[subscriptionId]/api-key/show/challenge", what: "POST for a proof to show the API key", make: (who) => post(askToShowKey, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/api-key/show", what: "POST to show the API key", make: (who) => post(showKey, { params: here(), body: { proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/api-key/rotate/challenge", what: "POST for a proof to make another API key", make: (who) => post(askToRotateKey, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/api-key/rotate", what: "POST to make another API key", make: (who) => post(rotateKey, { params: here(), body: { proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/systems", what: "GET the systems", make: (who) => get(listSystems, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/systems/[systemId]", what: "GET a system that isn't there", make: (who) => get(viewSystem, { params: here({ systemId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "not_found" } },
  { file: "v1/subscriptions/[subscriptionId]/systems/[systemId]", what: "PATCH a system's name", make: (who) => patch(renameSystem, { params: here({ systemId: UNKNOWN_ID }), body: { name: "Attic" } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/systems/[systemId]/approve/challenge", what: "POST for a proof to let a system in", make: (who) => post(askToApprove, { params: here({ systemId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/systems/[systemId]/approve", what: "POST to let a system in", make: (who) => post(approveSystem, { params: here({ systemId: UNKNOWN_ID }), body: { proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/systems/[systemId]/refuse", what: "POST to refuse a system", make: (who) => post(refuseSystem, { params: here({ systemId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "not_found" } },
  { file: "v1/subscriptions/[subscriptionId]/systems/[systemId]/remove", what: "POST to remove a system", make: (who) => post(removeSystem, { params: here({ systemId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "not_found" } },
  // A session is no credential there; what a right one gets is tested where systems join.
  { file: "v1/systems", what: "POST a system", make: (who) => post(joinSystem, { body: { publicKey: "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", hostName: "nas" } })(who), expected: { ...everybody("credential_unknown"), nobody: "credential_unknown", unproved: "credential_unknown" } },
  { file: "v1/systems/[systemId]", what: "GET how a system's request stands", make: (who) => get(pollSystem, { params: { systemId: UNKNOWN_ID } })(who), expected: { ...everybody("credential_unknown"), nobody: "credential_unknown", unproved: "credential_unknown" } },
  { file: "v1/subscriptions", what: "POST a subscription to a plan that isn't there", make: (who) => post(takeOut, { body: { planId: UNKNOWN_ID, name: "Mine" } })(who), expected: everybody("plan_unavailable") },
  { file: "v1/subscriptions/[subscriptionId]/cancel", what: "POST to cancel, of a subscription that isn't there", make: (who) => post(cancelSubscription, { params: { subscriptionId: UNKNOWN_ID }, body: {} })(who), expected: everybody("not_found") },
  { file: "v1/subscriptions/[subscriptionId]/keep", what: "POST to keep a subscription that nobody cancelled", make: (who) => post(keepSubscription, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: 200, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/card/checkout", what: "POST to pay by card where none is taken", make: (who) => post(payByCard, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: "card_not_offered", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/card/manage", what: "POST to manage a card that isn't there", make: (who) => post(manageCard, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: "card_not_offered", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/card/refresh", what: "POST to ask after a card", make: (who) => post(refreshCard, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: 200, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/license", what: "POST a license key that is none", make: (who) => post(redeemLicense, { params: here(), body: { key: "PCL-NONE" } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "license_invalid", owner: "license_invalid", operator: "forbidden" } },
  { file: "v1/operator/licenses", what: "GET the licenses", make: (who) => get(listLicenses, {})(who), expected: OPERATOR_ONLY },
  { file: "v1/operator/licenses", what: "POST a license for a plan that isn't there", make: (who) => post(makeLicense, { body: { planId: UNKNOWN_ID, days: 30, proof: MADE_UP } })(who), expected: operators("not_found") },
  { file: "v1/operator/licenses/challenge", what: "POST for a proof to make one for a plan that isn't there", make: (who) => post(askLicense, { body: { planId: UNKNOWN_ID, days: 30 } })(who), expected: operators("not_found") },
  { file: "v1/operator/licenses/[licenseId]", what: "DELETE a license that isn't there", make: (who) => remove(withdrawLicense, { params: { licenseId: UNKNOWN_ID } })(who), expected: operators("not_found") },
  { file: "v1/operator/plans", what: "GET the plans", make: (who) => get(listPlans, {})(who), expected: OPERATOR_ONLY },
  { file: "v1/operator/plans", what: "POST a plan at no price that can be", make: (who) => post(addPlan, { body: A_PLAN })(who), expected: operators("bad_request") },
  { file: "v1/operator/plans/[planId]", what: "PUT a plan that isn't there", make: (who) => put(changePlan, { params: { planId: UNKNOWN_ID }, body: { ...A_PLAN, price: 1 } })(who), expected: operators("not_found") },
  { file: "v1/operator/plans/[planId]/retire", what: "POST to retire a plan that isn't there", make: (who) => post(retirePlan, { params: { planId: UNKNOWN_ID }, body: { retired: true } })(who), expected: operators("not_found") },
  { file: "v1/operator/subscriptions", what: "GET all subscriptions", make: (who) => get(listSubscriptions, {})(who), expected: OPERATOR_ONLY },
  { file: "v1/operator/subscriptions/[subscriptionId]/activate/challenge", what: "POST for a proof to activate one that isn't there", make: (who) => post(askActivation, { params: { subscriptionId: UNKNOWN_ID }, body: { until: null } })(who), expected: operators("not_found") },
  { file: "v1/operator/subscriptions/[subscriptionId]/activate", what: "POST to activate one that isn't there", make: (who) => post(activate, { params: { subscriptionId: UNKNOWN_ID }, body: { until: null, proof: MADE_UP } })(who), expected: operators("not_found") },
  { file: "v1/operator/subscriptions/[subscriptionId]/suspend", what: "POST to suspend one that isn't there", make: (who) => post(suspendSubscription, { params: { subscriptionId: UNKNOWN_ID } })(who), expected: operators("not_found") },
  { file: "v1/subscriptions/[subscriptionId]/members", what: "GET the members", make: (who) => get(listMembers, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  // Of somebody who is in no subscription here; what comes of members is tested with them.
  { file: "v1/subscriptions/[subscriptionId]/members/[userId]", what: "DELETE somebody who is no member", make: (who) => remove(removeMember, { params: here({ userId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: "not_found", owner: "not_found", operator: "not_found" } },
  { file: "v1/subscriptions/[subscriptionId]/members/[userId]", what: "DELETE the owner", make: (who) => remove(removeMember, { params: here({ userId: acme.owner.userId }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: "forbidden", owner: "sole_owner", operator: "sole_owner" } },
  { file: "v1/subscriptions/[subscriptionId]/members/[userId]/demotion", what: "POST the owner down", make: (who) => post(demote, { params: here({ userId: acme.owner.userId }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: "sole_owner", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/members/[userId]/promotion/challenge", what: "POST for a proof to make an admin", make: (who) => post(askToPromote, { params: here({ userId: member.userId }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/members/[userId]/promotion", what: "POST an admin", make: (who) => post(promote, { params: here({ userId: member.userId }), body: { proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/invitations/challenge", what: "POST for a proof to invite a member", make: (who) => post(askToInvite, { params: here(), body: { email: "ivy@acme.test", role: "member" } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/invitations/challenge", what: "POST for a proof to invite an admin", make: (who) => post(askToInvite, { params: here(), body: { email: "ivy@acme.test", role: "admin" } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/invitations", what: "POST an invitation", make: (who) => post(invite, { params: here(), body: { email: "ivy@acme.test", role: "member", proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/invitations/[invitationId]", what: "DELETE an invitation", make: (who) => remove(withdrawInvitation, { params: here({ invitationId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/invitations/[invitationId]/resend", what: "POST an invitation again", make: (who) => post(resendInvitation, { params: here({ invitationId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/ownership/challenge", what: "POST for a proof to hand over", make: (who) => post(askToOffer, { params: here(), body: { userId: member.userId } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/ownership", what: "POST an offer to hand over", make: (who) => post(offerOwnership, { params: here(), body: { userId: member.userId, proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/ownership", what: "DELETE the offer", make: (who) => remove(withdrawOwnership, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "forbidden", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/ownership/acceptance/challenge", what: "POST for a proof to take over", make: (who) => post(askToTake, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/ownership/acceptance", what: "POST to take over", make: (who) => post(takeOwnership, { params: here(), body: { proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/enrolments", what: "GET prepared clients", make: (who) => get(listEnrolments, { params: here() })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: 200, admin: 200, owner: 200, operator: 200 } },
  { file: "v1/subscriptions/[subscriptionId]/enrolments", what: "POST a client for the member", make: (who) => post(prepare, { params: here(), body: { email: member.email, nickname: "x", proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/enrolments/challenge", what: "POST for a proof to prepare a client for the member", make: (who) => post(askToPrepare, { params: here(), body: { email: member.email, nickname: "x" } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/enrolments/[enrolmentId]", what: "DELETE a prepared client", make: (who) => remove(withdrawEnrolment, { params: here({ enrolmentId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "not_found", admin: "not_found", owner: "not_found", operator: "not_found" } },
  { file: "v1/subscriptions/[subscriptionId]/enrolments/[enrolmentId]/resend", what: "POST a link again", make: (who) => post(resendEnrolment, { params: here({ enrolmentId: UNKNOWN_ID }) })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "not_found", owner: "not_found", operator: "forbidden" } },
  { file: "v1/enrolments/look", what: "POST for what a made-up link is about", make: (who) => post(lookAtEnrolment, { body: { token: "A".repeat(43) } })(who), expected: everybody("link_invalid") },
  { file: "v1/enrolments/challenge", what: "POST for a proof to add by a made-up link", make: (who) => post(askToEnrol, { body: { token: "A".repeat(43) } })(who), expected: everybody("link_invalid") },
  { file: "v1/enrolments", what: "POST a client by a made-up link", make: (who) => post(enrol, { body: { token: "A".repeat(43), publicKey: "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", sealedPresharedKey: null, proof: MADE_UP } })(who), expected: everybody("link_invalid") },
  { file: "v1/subscriptions/[subscriptionId]/policy/limits", what: "PATCH a limit", make: (who) => patch(setLimit, { params: here(), body: { limit: "clientsPerMember", most: 5, proof: MADE_UP } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: "step_up_mismatch", owner: "step_up_mismatch", operator: "forbidden" } },
  { file: "v1/subscriptions/[subscriptionId]/policy/limits/challenge", what: "POST for a proof to raise a limit", make: (who) => post(askForLimit, { params: here(), body: { limit: "clientDays", most: null } })(who), expected: { ...SIGNED_IN_ONLY, stranger: "not_found", member: "forbidden", admin: 201, owner: 201, operator: "forbidden" } },
  { file: "v1/invitations/look", what: "POST for what an invitation is about", make: (who) => post(lookAtInvitation, { body: { token: "A".repeat(43) } })(who), expected: everybody("link_invalid") },
  { file: "v1/invitations/accept", what: "POST a made-up invitation", make: (who) => post(acceptInvitation, { body: { token: "A".repeat(43) } })(who), expected: everybody("link_invalid") },
  { file: "v1/operator/users", what: "GET people", make: (who) => get(listUsers, { query: "?q=acme" })(who), expected: OPERATOR_ONLY },
  { file: "v1/operator/users/[userId]/deactivate", what: "POST to turn an account off", make: (who) => post(deactivate, { params: { userId: UNKNOWN_ID } })(who), expected: operators("not_found") },
  { file: "v1/operator/users/[userId]/reactivate", what: "POST to turn one back on", make: (who) => post(reactivate, { params: { userId: UNKNOWN_ID }, body: { proof: MADE_UP } })(who), expected: operators("not_found") },
  { file: "v1/operator/users/[userId]/reactivate/challenge", what: "POST for a proof to turn one back on", make: (who) => post(askReactivation, { params: { userId: UNKNOWN_ID } })(who), expected: operators("not_found") },
  { file: "v1/dashboard", what: "GET what one's own subscriptions come to", make: (who) => get(dashboard, {})(who), expected: everybody(200) },
  { file: "v1/warranties", what: "GET one's devices", make: (who) => get(listWarranties, {})(who), expected: everybody(200) },
  { file: "v1/warranties", what: "POST a serial number that is none", make: (who) => post(registerDevice, { body: { serial: "?" } })(who), expected: everybody("warranty_serial_invalid") },
  { file: "v1/warranties/[warrantyId]/proof", what: "GET the proof of a device that isn't there", make: (who) => get(proveWarranty, { params: { warrantyId: UNKNOWN_ID } })(who), expected: everybody("not_found") },
  { file: "v1/warranties/[warrantyId]/transfer/challenge", what: "POST for a proof to offer a device that isn't there", make: (who) => post(askTransfer, { params: { warrantyId: UNKNOWN_ID }, body: { email: "carol@initech.test" } })(who), expected: everybody("not_found") },
  { file: "v1/warranties/[warrantyId]/transfer", what: "POST an offer of a device that isn't there", make: (who) => post(offerTransfer, { params: { warrantyId: UNKNOWN_ID }, body: { email: "carol@initech.test", proof: MADE_UP } })(who), expected: everybody("not_found") },
  { file: "v1/warranties/[warrantyId]/transfer", what: "DELETE an offer of a device that isn't there", make: (who) => remove(withdrawTransfer, { params: { warrantyId: UNKNOWN_ID } })(who), expected: everybody("not_found") },
  { file: "v1/warranties/offers/[offerId]/accept", what: "POST yes to an offer that isn't there", make: (who) => post(acceptOffer, { params: { offerId: UNKNOWN_ID } })(who), expected: everybody("not_found") },
  { file: "v1/warranties/offers/[offerId]/decline", what: "POST no to an offer that isn't there", make: (who) => post(declineOffer, { params: { offerId: UNKNOWN_ID } })(who), expected: everybody("not_found") },
  { file: "v1/operator/warranties", what: "GET devices", make: (who) => get(warrantyRecords, {})(who), expected: OPERATOR_ONLY },
  { file: "v1/operator/warranties", what: "POST an empty list", make: (who) => post(importWarranties, { body: { csv: "" } })(who), expected: operators("csv_invalid") },
  { file: "v1/operator/blocks", what: "GET what is slowed", make: (who) => get(listBlocks, {})(who), expected: OPERATOR_ONLY },
  { file: "v1/operator/blocks/[key]", what: "DELETE a block that isn't there", make: (who) => remove(liftBlock, { params: { key: "bm90aGluZw" } })(who), expected: operators("not_found") },
];

describe("T6, T13: each route decides by itself", () => {
  test.each(TABLE.flatMap(({ what, make, expected }) => WHO.map((who) => [what, who, expected[who], make] as const)))("%s as %s: %s", async (_, who, expected, make) => {
    const answer = await make(who);
    expect(typeof expected === "number" ? answer.status : codeOf(answer)).toBe(expected);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("no route is missing from the table; those of the sign-in are in one of their own", () => {
    const files = readdirSync("app/api/v1", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("route.ts") && !file.startsWith(join("sign-in", "/")));
    expect(files.map((file) => join("v1", file, "..")).sort()).toEqual([...new Set(TABLE.map(({ file }) => file))].sort());
  });
});

describe("T3: ids of another tenant, in every place of an address, are the same 404 as ids of nothing", () => {
  /** [what, the request with these two ids]. */
  const byIds: [string, (subscriptionId: string, clientId: string, as?: Actor) => Promise<Answer>][] = [
    ["GET a subscription", (subscriptionId, _, as = acme.owner) => call(kit, "GET", viewSubscription, { as, params: { subscriptionId } })],
    ["GET the clients", (subscriptionId, _, as = acme.owner) => call(kit, "GET", listClients, { as, params: { subscriptionId } })],
    ["GET the log", (subscriptionId, _, as = acme.owner) => call(kit, "GET", activity, { as, params: { subscriptionId } })],
    ["GET the live events", (subscriptionId, _, as = acme.owner) => call(kit, "GET", events, { as, params: { subscriptionId } })],
    ["POST for a code", (subscriptionId, _, as = acme.owner) => call(kit, "POST", challenge, { as, params: { subscriptionId }, body: { nickname: "machine" } })],
    ["POST a client", (subscriptionId, _, as = acme.owner) => call(kit, "POST", issue, { as, params: { subscriptionId }, body: { ...issueInput(kit, subscriptionId, "machine", null), proof: { challengeId: UNKNOWN_ID, code: "123456" } } })],
    ["POST a license key", (subscriptionId, _, as = acme.owner) => call(kit, "POST", redeemLicense, { as, params: { subscriptionId }, body: { key: "PCL-NONE" } })],
    ["POST to keep it", (subscriptionId, _, as = acme.owner) => call(kit, "POST", keepSubscription, { as, params: { subscriptionId } })],
    ["POST to pay by card", (subscriptionId, _, as = acme.owner) => call(kit, "POST", payByCard, { as, params: { subscriptionId } })],
    ["POST to manage the card", (subscriptionId, _, as = acme.owner) => call(kit, "POST", manageCard, { as, params: { subscriptionId } })],
    ["POST to ask after the card", (subscriptionId, _, as = acme.owner) => call(kit, "POST", refreshCard, { as, params: { subscriptionId } })],
    ["POST to cancel", (subscriptionId, _, as = acme.owner) => call(kit, "POST", cancelSubscription, { as, params: { subscriptionId }, body: {} })],
    ["POST the instance", (subscriptionId, _, as = acme.owner) => call(kit, "POST", provision, { as, params: { subscriptionId }, body: { name: "Atlas", subnetV4: "10.73.5.0/24" } })],
    ["GET gateways to move to", (subscriptionId, _, as = acme.owner) => call(kit, "GET", gatewaysToMoveTo, { as, params: { subscriptionId } })],
    ["POST the instance elsewhere", (subscriptionId, _, as = acme.owner) => call(kit, "POST", moveInstance, { as, params: { subscriptionId }, body: { gatewayId: UNKNOWN_ID } })],
    ["POST to take the instance down", (subscriptionId, _, as = acme.owner) => call(kit, "POST", takeDown, { as, params: { subscriptionId } })],
    ["PATCH the policy", (subscriptionId, _, as = acme.owner) => call(kit, "PATCH", setPolicy, { as, params: { subscriptionId }, body: { twoFactorRequired: true } })],
    ["POST to relax the policy", (subscriptionId, _, as = acme.owner) => call(kit, "POST", relaxPolicy, { as, params: { subscriptionId } })],
    ["PATCH what happens to shared clients", (subscriptionId, _, as = acme.owner) => call(kit, "PATCH", setSharedConfig, { as, params: { subscriptionId }, body: { sharedConfig: "suspend" } })],
    ["POST to only warn of shared clients", (subscriptionId, _, as = acme.owner) => call(kit, "POST", relaxSharedConfig, { as, params: { subscriptionId } })],
    ["PATCH how often members sign in", (subscriptionId, _, as = acme.owner) => call(kit, "PATCH", setSignIn, { as, params: { subscriptionId }, body: { days: 30 } })],
    ["POST to let members sign in less often", (subscriptionId, _, as = acme.owner) => call(kit, "POST", relaxSignIn, { as, params: { subscriptionId }, body: { days: null } })],
    ["POST for a proof to make a directory's token", (subscriptionId, _, as = acme.owner) => call(kit, "POST", askDirectoryToken, { as, params: { subscriptionId } })],
    ["POST a directory's token", (subscriptionId, _, as = acme.owner) => call(kit, "POST", makeDirectoryToken, { as, params: { subscriptionId }, body: { proof: MADE_UP } })],
    ["DELETE a directory's token", (subscriptionId, _, as = acme.owner) => call(kit, "DELETE", disconnectDirectory, { as, params: { subscriptionId } })],
    ["GET prepared clients", (subscriptionId, _, as = acme.owner) => call(kit, "GET", listEnrolments, { as, params: { subscriptionId } })],
    ["POST for a proof to prepare a client", (subscriptionId, _, as = acme.owner) => call(kit, "POST", askToPrepare, { as, params: { subscriptionId }, body: { email: member.email, nickname: "x" } })],
    ["POST a prepared client", (subscriptionId, _, as = acme.owner) => call(kit, "POST", prepare, { as, params: { subscriptionId }, body: { email: member.email, nickname: "x", proof: MADE_UP } })],
    ["DELETE a prepared client", (subscriptionId, enrolmentId, as = acme.owner) => call(kit, "DELETE", withdrawEnrolment, { as, params: { subscriptionId, enrolmentId } })],
    ["POST a link again", (subscriptionId, enrolmentId, as = acme.owner) => call(kit, "POST", resendEnrolment, { as, params: { subscriptionId, enrolmentId } })],
    ["PATCH a limit", (subscriptionId, _, as = acme.owner) => call(kit, "PATCH", setLimit, { as, params: { subscriptionId }, body: { limit: "clientDays", most: 3 } })],
    ["POST to raise a limit", (subscriptionId, _, as = acme.owner) => call(kit, "POST", askForLimit, { as, params: { subscriptionId }, body: { limit: "clientDays", most: 3 } })],
    ["PATCH whether machines reach one another", (subscriptionId, _, as = acme.owner) => call(kit, "PATCH", setPeersReach, { as, params: { subscriptionId }, body: { peersReach: false } })],
    ["POST to let machines reach one another", (subscriptionId, _, as = acme.owner) => call(kit, "POST", askPeersReach, { as, params: { subscriptionId } })],
    ["POST for a proof to show the API key", (subscriptionId, _, as = acme.owner) => call(kit, "POST", askToShowKey, { as, params: { subscriptionId } })],
    ["POST to show the API key", (subscriptionId, _, as = acme.owner) => call(kit, "POST", showKey, { as, params: { subscriptionId }, body: { proof: MADE_UP } })],
    ["POST for a proof to make another API key", (subscriptionId, _, as = acme.owner) => call(kit, "POST", askToRotateKey, { as, params: { subscriptionId } })],
    ["POST to make another API key", (subscriptionId, _, as = acme.owner) => call(kit, "POST", rotateKey, { as, params: { subscriptionId }, body: { proof: MADE_UP } })],
    ["GET the systems", (subscriptionId, _, as = acme.owner) => call(kit, "GET", listSystems, { as, params: { subscriptionId } })],
    ["GET a system", (subscriptionId, systemId, as = acme.owner) => call(kit, "GET", viewSystem, { as, params: { subscriptionId, systemId } })],
    ["PATCH a system's name", (subscriptionId, systemId, as = acme.owner) => call(kit, "PATCH", renameSystem, { as, params: { subscriptionId, systemId }, body: { name: "Attic" } })],
    ["POST for a proof to let a system in", (subscriptionId, systemId, as = acme.owner) => call(kit, "POST", askToApprove, { as, params: { subscriptionId, systemId } })],
    ["POST to let a system in", (subscriptionId, systemId, as = acme.owner) => call(kit, "POST", approveSystem, { as, params: { subscriptionId, systemId }, body: { proof: MADE_UP } })],
    ["POST to refuse a system", (subscriptionId, systemId, as = acme.owner) => call(kit, "POST", refuseSystem, { as, params: { subscriptionId, systemId } })],
    ["POST to remove a system", (subscriptionId, systemId, as = acme.owner) => call(kit, "POST", removeSystem, { as, params: { subscriptionId, systemId } })],
    ["GET a client's traffic", (subscriptionId, clientId, as = acme.owner) => call(kit, "GET", viewTraffic, { as, params: { subscriptionId, clientId } })],
    ["GET a client", (subscriptionId, clientId, as = acme.owner) => call(kit, "GET", viewClient, { as, params: { subscriptionId, clientId } })],
    ["POST to revoke", (subscriptionId, clientId, as = acme.owner) => call(kit, "POST", revoke, { as, params: { subscriptionId, clientId } })],
  ];

  const malformed = ["", "x", "0", "null", "../../operator/clients", "%2e%2e", "' OR '1'='1", "00000000-0000-4000-8000-00000000DEAD", `${UNKNOWN_ID} `, ` ${UNKNOWN_ID}`, "-".repeat(36), "\u0000", "0".repeat(10_000)];

  test.each(byIds)("%s of another tenant's subscription, an unknown one, or no id at all", async (_, request) => {
    const before = await snapshotOf(kit);
    const unknown = await request(UNKNOWN_ID, membersClient);
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: "not_found", facts: {} } } });
    for (const id of [globex.subscriptionId, globex.instanceId, acme.instanceId, ...malformed]) {
      expect((await request(id, globexClient)).body).toEqual(unknown.body);
    }
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test.each(byIds.slice(-3))("%s of another tenant, under one's own subscription or theirs", async (_, request) => {
    const both = await addMember(kit, acme, "owner");
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'owner', now())", [globex.subscriptionId, both.userId]);
    const before = await snapshotOf(kit);
    const unknown = await request(acme.subscriptionId, UNKNOWN_ID);
    expect(unknown.status).toBe(404);
    for (const clientId of [globexClient, acme.subscriptionId, ...malformed]) expect((await request(acme.subscriptionId, clientId)).body).toEqual(unknown.body);
    // A parent that the actor may see, of a client that belongs to another; also for one who may see both.
    expect((await request(globex.subscriptionId, colleaguesClient, globex.owner)).body).toEqual(unknown.body);
    expect((await request(acme.subscriptionId, globexClient, both)).body).toEqual(unknown.body);
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect((await request(globex.subscriptionId, globexClient, both)).status).toBe(200);
  });

  test("T13: a member's list, and their search in it, hold their own clients alone; another tenant's are in nobody's", async () => {
    const ids = async (who: Who, query = "") => ((await get(listClients, { params: here(), query })(who)).body as { items: { id: string; mine: boolean }[] }).items;
    expect((await ids("member")).every(({ mine }) => mine)).toBe(true);
    expect(await ids("member", "?q=theirs")).toEqual([]);
    for (const who of ["member", "admin", "owner", "operator"] as const) expect((await ids(who)).map(({ id }) => id)).not.toContain(globexClient);
    expect((await ids("owner")).map(({ id }) => id)).toEqual(expect.arrayContaining([membersClient, colleaguesClient]));
  });
});

describe("T1: what a request adds beside its fields is dropped", () => {
  test("an issue with role, owner, tenant, state and address of the sender's choice makes an ordinary client", async () => {
    const { input, proof } = await prepareIssue(kit, member, acme.subscriptionId, "machine");
    const extra = { role: "owner", ownerId: acme.owner.userId, instanceId: globex.instanceId, state: "suspended", addressV4: "10.77.0.250", hostIndex: 250, isOperator: true, emailVerified: true, id: UNKNOWN_ID };
    const answer = await call(kit, "POST", issue, { as: member, params: here(), body: { ...input, ...extra, subscriptionId: globex.subscriptionId, proof: { ...proof, ...extra } } });
    expect(answer).toMatchObject({ status: 201, body: { client: { ownerEmail: member.email, state: "active", mine: true } } });
    const { client } = answer.body as { client: { id: string; addressV4: string } };
    expect(client.id).not.toBe(UNKNOWN_ID);
    expect(client.addressV4).not.toBe("10.77.0.250");
    expect(await kit.sql("SELECT subscription_id FROM access_clients WHERE id = $1", [client.id])).toEqual([{ subscription_id: acme.subscriptionId }]);
    expect(await kit.sql("SELECT is_operator FROM users WHERE id = $1", [member.userId])).toEqual([{ is_operator: false }]);
  });
});
