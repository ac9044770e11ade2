/** SCIM 2.0 as a company's directory speaks it: who is invited, turned off and on, and removed; what the device is told; and what no token opens. */
import { NextRequest } from "next/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GET as getConfig } from "@/app/api/scim/v2/[subscriptionId]/ServiceProviderConfig/route";
import { DELETE, GET as getUser, PATCH, PUT } from "@/app/api/scim/v2/[subscriptionId]/Users/[id]/route";
import { GET as listUsers, POST } from "@/app/api/scim/v2/[subscriptionId]/Users/route";
import type { Actor } from "@/lib/auth/actor";
import { invitationToken } from "@/lib/auth/account-links";
import { serve } from "@/lib/testing/api";
import { makeGateway, type TestGateway } from "@/lib/testing/gateway";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { BROWSER_HEADERS, person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, prepareIssue, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { suspendSubscription } from "@/lib/usecases/billing/operate-billing";
import { disconnectDirectory, makeDirectoryToken, requestDirectoryToken, viewDirectory } from "@/lib/usecases/directory/token";
import { expireClients, remindOwners } from "@/lib/usecases/expire-clients";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { acceptInvitation } from "@/lib/usecases/members/accept-invitation";
import { viewMembers } from "@/lib/usecases/members/list-members";
import { promoteMember, requestPromotion } from "@/lib/usecases/members/promote-member";
import { settleSignIns } from "@/lib/usecases/members/sign-in-again";
import { offerOwnership, requestOwnershipOffer } from "@/lib/usecases/members/transfer-ownership";
import { takeDownOwnInstance } from "@/lib/usecases/provisioning/take-down";
import { requestResume, resumeClient } from "@/lib/usecases/resume-client";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { shortenClient } from "@/lib/usecases/set-client-expiry";
import { setSignInPolicy } from "@/lib/usecases/sign-in-policy";
import { suspendClient } from "@/lib/usecases/suspend-client";
import { viewClient } from "@/lib/usecases/view-client";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const NO_ID = "00000000-0000-4000-8000-00000000dead";
const DAY = 24 * 3_600_000;

let kit: Kit;
let stopServing: () => void;
let tenant: Tenant;
let subscriptionId: string;
let gateway: TestGateway;
let member: Actor;
let token: string;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
});
afterAll(async () => {
  stopServing();
  await kit.close();
});
beforeEach(async () => {
  // Gateways of the tests before said nothing for too long.
  kit.clock.advance(3_600_000);
  await kit.sql("DELETE FROM rate_limits");
  tenant = await makeTenant(kit, { gateway: await makeGateway(kit) });
  ({ subscriptionId, gateway } = tenant);
  // Listed in the order in which they came.
  kit.clock.advance(1);
  member = await addMember(kit, tenant, "member");
  token = await connect(tenant);
});

async function connect({ owner, subscriptionId: id }: Tenant): Promise<string> {
  const proof = proofOf(kit, await requestDirectoryToken(kit.ports, owner, { subscriptionId: id }));
  return (await makeDirectoryToken(kit.ports, owner, { subscriptionId: id }, proof)).made;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { id?: string; Resources?: { id: string; userName: string; active: boolean }[]; totalResults?: number };
}
type Handler = typeof DELETE;

async function scim(handler: Handler, { method = "GET", id = "", query = "", body, at = subscriptionId, as = token }: { method?: string; id?: string; query?: string; body?: unknown; at?: string; as?: string | null } = {}): Promise<Answer> {
  const headers = new Headers(BROWSER_HEADERS);
  if (as !== null) headers.set("authorization", `Bearer ${as}`);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = new NextRequest(`${kit.ports.config.url.origin}/api/scim/v2/${at}/Users${query}`, { method, headers, ...(body === undefined ? {} : { body: text }) });
  const response = await handler(request, { params: Promise.resolve({ subscriptionId: at, id }) });
  const content = await response.text();
  if (content !== "") expect(response.headers.get("content-type")).toBe("application/scim+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  return { status: response.status, headers: response.headers, body: content === "" ? {} : (JSON.parse(content) as Answer["body"]) };
}

const list = (filter: string | null = null, page = "", more = {}) => scim(listUsers, { query: `?${filter === null ? "" : `filter=${encodeURIComponent(filter)}`}${page}`, ...more });
const idOf = async (email: string): Promise<string> => (await list(`userName eq "${email}"`)).body.Resources?.[0]?.id ?? "";
const setActive = (id: string, active: boolean, more = {}) => scim(PATCH, { method: "PATCH", id, body: { schemas: [PATCH_OP], Operations: [{ op: "replace", path: "active", value: active }] }, ...more });
const create = (userName: string, more: object = {}) => scim(POST, { method: "POST", body: { schemas: [USER], userName, ...more } });

const onDevice = async (): Promise<string[]> => (await gateway.fetch()).instances.flatMap(({ peers }) => peers.map(({ clientId }) => clientId)).sort();
const inSync = async (): Promise<boolean> => (await gateway.acknowledge(await gateway.fetch())).inSync;
const mails = async (template: string, recipient: string): Promise<number> => (await kit.sql("SELECT FROM outbox_mails WHERE template = $1 AND recipient = $2", [template, recipient])).length;
const events = async (like: string): Promise<{ action: string; label: string; data: object }[]> =>
  kit.sql("SELECT action, actor_label AS label, data FROM audit_events WHERE chain_id = $1 AND action LIKE $2 ORDER BY seq", [subscriptionId, like]);

describe("turning somebody off", () => {
  test("takes every machine of theirs off the device in one revision, and is confirmed; on again, the same keys and addresses work", async () => {
    const [laptop, phone] = [await addClient(kit, member, subscriptionId, "laptop"), await addClient(kit, member, subscriptionId, "phone")];
    const theirs = await addClient(kit, tenant.owner, subscriptionId, "theirs");
    const id = await idOf(member.email);
    const before = await gateway.sync();
    expect((await setActive(id, false)).body).toMatchObject({ id, userName: member.email, active: false });
    const cut = await gateway.fetch();
    expect(cut.revision).toBe(before.revision + 1);
    expect(await onDevice()).toEqual([theirs.id]);
    expect(await inSync()).toBe(true);
    const see = (clientId: string) => viewClient(kit.ports, tenant.owner, { subscriptionId, clientId });
    expect(await see(laptop.id)).toMatchObject({ state: "suspended", held: true, heldForOwner: "directory", mayResume: false, enforcement: { status: "confirmed" } });
    expect((await viewMembers(kit.ports, tenant.owner, { subscriptionId })).items.find(({ email }) => email === member.email)).toMatchObject({ suspended: true, may: { remove: true, promote: false } });
    expect(await mails("member-suspended", member.email)).toBe(1);

    const snapshot = await snapshotOf(kit);
    expect((await setActive(id, false)).status).toBe(200);
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual([]);

    expect((await setActive(id, true)).body).toMatchObject({ id, active: true });
    const again = await gateway.fetch();
    expect(again.revision).toBe(before.revision + 2);
    expect(again.instances).toEqual(before.instances);
    expect(await inSync()).toBe(true);
    expect(await see(phone.id)).toMatchObject({ state: "active", held: false, heldForOwner: null, publicKey: phone.publicKey, addressV4: phone.addressV4 });
    expect(await mails("member-reactivated", member.email)).toBe(1);
    expect(await events("member.%activated")).toMatchObject([{ label: "the company’s directory", data: { email: member.email, clients: 2 } }]);
    expect(await events("member.suspended")).toMatchObject([{ action: "member.suspended", data: { clients: 2 } }]);
  });

  test("leaves them no part in the subscription: every way in answers that there is nothing, what they began for others is over", async () => {
    const admin = await addMember(kit, tenant, "admin");
    const laptop = await addClient(kit, admin, subscriptionId);
    await kit.sql(
      "INSERT INTO invitations (id, subscription_id, email, role, token_hash, invited_by_id, last_sent_at, created_at, expires_at) VALUES (gen_random_uuid(), $1, 'guest@acme.test', 'member', sha256($3::bytea), $2, $4, $4, $5)",
      [subscriptionId, admin.userId, subscriptionId, kit.clock.now(), new Date(kit.clock.now().getTime() + DAY)],
    );
    const prepared = await prepareIssue(kit, admin, subscriptionId);
    const id = await idOf(admin.email);
    await setActive(id, false);
    await expect(viewClient(kit.ports, admin, { subscriptionId, clientId: laptop.id })).rejects.toMatchObject({ code: "not_found" });
    await expect(prepared.issue()).rejects.toMatchObject({ code: "not_found" });
    await expect(viewMembers(kit.ports, admin, { subscriptionId })).rejects.toMatchObject({ code: "not_found" });
    expect(await listSubscriptions(kit.ports, admin)).toEqual([]);
    expect(await kit.sql("SELECT FROM invitations WHERE subscription_id = $1 AND ended_at IS NULL", [subscriptionId])).toHaveLength(0);
    await setActive(id, true);
    expect(await listSubscriptions(kit.ports, admin)).toHaveLength(1);
  });

  test("makes them nobody to promote or to hand the subscription to, asked for before or after", async () => {
    const id = await idOf(member.email);
    const who = { subscriptionId, userId: member.userId };
    const [promotion, offer] = [await requestPromotion(kit.ports, tenant.owner, who), await requestOwnershipOffer(kit.ports, tenant.owner, who)];
    await setActive(id, false);
    const snapshot = await snapshotOf(kit);
    await expect(requestPromotion(kit.ports, tenant.owner, who)).rejects.toMatchObject({ code: "not_found" });
    await expect(promoteMember(kit.ports, tenant.owner, who, proofOf(kit, promotion))).rejects.toMatchObject({ code: "not_found" });
    await expect(requestOwnershipOffer(kit.ports, tenant.owner, who)).rejects.toMatchObject({ code: "not_found" });
    await expect(offerOwnership(kit.ports, tenant.owner, who, proofOf(kit, offer))).rejects.toMatchObject({ code: "not_found" });
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual([]);
    expect((await scim(getUser, { id })).body.roles).toMatchObject([{ value: "member" }]);
  });

  test("leaves them out of the mails: of what becomes of their clients they hear again once they are on", async () => {
    const [laptop, phone] = [await addClient(kit, member, subscriptionId, "laptop"), await addClient(kit, member, subscriptionId, "phone")];
    const clientOf = (clientId: string) => ({ subscriptionId, clientId });
    const id = await idOf(member.email);
    await setActive(id, false);
    const end = new Date(kit.clock.now().getTime() + 30 * DAY).toISOString();
    await suspendClient(kit.ports, tenant.owner, clientOf(laptop.id));
    await resumeClient(kit.ports, tenant.owner, clientOf(laptop.id), proofOf(kit, await requestResume(kit.ports, tenant.owner, clientOf(laptop.id))));
    for (const { id: clientId } of [laptop, phone]) await shortenClient(kit.ports, tenant.owner, { ...clientOf(clientId), expiresAt: end });
    await revokeClient(kit.ports, tenant.owner, clientOf(phone.id));
    await suspendSubscription(kit.ports, await person(kit, TEST_OPERATOR), { subscriptionId });
    kit.clock.advance(24 * DAY);
    await remindOwners(kit.ports);
    expect(await kit.sql("SELECT template FROM outbox_mails WHERE recipient = $1 AND template NOT IN ('client-issued', 'step-up-code')", [member.email])).toEqual([{ template: "member-suspended" }]);
    await setActive(id, true);
    await remindOwners(kit.ports);
    expect(await mails("client-ending", member.email)).toBe(1);
    await setActive(id, false);
    kit.clock.advance(6 * DAY);
    await expireClients(kit.ports);
    await takeDownOwnInstance(kit.ports, tenant.owner, { subscriptionId });
    expect([await mails("client-expired", member.email), await mails("instance-taken-down", member.email), await mails("instance-taken-down", tenant.owner.email)]).toEqual([0, 0, 1]);
  });

  test("is not undone by an admin who resumes a client, nor by signing in; and an admin's suspension is not undone by turning on", async () => {
    const [laptop, phone] = [await addClient(kit, member, subscriptionId, "laptop"), await addClient(kit, member, subscriptionId, "phone")];
    await suspendClient(kit.ports, tenant.owner, { subscriptionId, clientId: laptop.id });
    const id = await idOf(member.email);
    await setActive(id, false);
    await suspendClient(kit.ports, tenant.owner, { subscriptionId, clientId: phone.id });
    await resumeClient(kit.ports, tenant.owner, { subscriptionId, clientId: laptop.id }, proofOf(kit, await requestResume(kit.ports, tenant.owner, { subscriptionId, clientId: laptop.id })));
    await person(kit, member.email);
    await settleSignIns(kit.ports);
    expect(await onDevice()).toEqual([]);
    expect(await inSync()).toBe(true);
    await setActive(id, true);
    expect(await onDevice()).toEqual([laptop.id]);
    expect(await inSync()).toBe(true);
  });

  test("and having to sign in again are two reasons: a machine is back when neither holds", async () => {
    const laptop = await addClient(kit, member, subscriptionId);
    await setSignInPolicy(kit.ports, tenant.owner, { subscriptionId, days: 30 }, null);
    const id = await idOf(member.email);
    await setActive(id, false);
    kit.clock.advance(31 * DAY);
    await settleSignIns(kit.ports);
    await setActive(id, true);
    expect(await onDevice()).toEqual([]);
    await setActive(id, false);
    await person(kit, member.email);
    await settleSignIns(kit.ports);
    expect(await onDevice()).toEqual([]);
    await setActive(id, true);
    expect(await onDevice()).toEqual([laptop.id]);
    expect(await inSync()).toBe(true);
  });

  test("at the same time as a client is issued: it is off the device as well, or refused", async () => {
    const id = await idOf(member.email);
    for (let i = 0; i < 8; i += 1) {
      const prepared = await prepareIssue(kit, member, subscriptionId, `machine ${i}`);
      const [issued, off] = await Promise.allSettled([prepared.issue(), setActive(id, false)]);
      expect(off).toMatchObject({ status: "fulfilled", value: { status: 200 } });
      if (issued.status === "rejected") expect(issued.reason).toMatchObject({ code: "not_found" });
      expect(await onDevice()).toEqual([]);
      expect(await inSync()).toBe(true);
      await setActive(id, true);
    }
  });

  test("is what Entra, Okta and a PUT say as well", async () => {
    const id = await idOf(member.email);
    const active = async () => (await scim(getUser, { id })).body.active;
    const operations = (...list: object[]) => scim(PATCH, { method: "PATCH", id, body: { schemas: [PATCH_OP], Operations: list } });
    expect((await operations({ op: "Replace", path: "active", value: "False" }, { op: "Add", path: "name.givenName", value: "Ada" })).status).toBe(200);
    expect(await active()).toBe(false);
    await operations({ op: "replace", value: { active: true, externalId: "e-7" } });
    expect((await scim(getUser, { id })).body).toMatchObject({ active: true, externalId: "e-7" });
    const put = (body: object) => scim(PUT, { method: "PUT", id, body: { schemas: [USER], userName: member.email.toUpperCase(), ...body } });
    expect((await put({ active: false })).status).toBe(200);
    expect(await active()).toBe(false);
    // What isn't said stays.
    expect((await put({})).body).toMatchObject({ active: false, externalId: "e-7" });
    expect((await put({ active: true, userName: "other@acme.test" })).body).toMatchObject({ status: "400", scimType: "mutability" });
    expect(await active()).toBe(false);
  });

  test("works for who changed their address in the portal, whatever address the directory still says", async () => {
    const laptop = await addClient(kit, member, subscriptionId);
    const id = await idOf(member.email);
    const put = (active: boolean) => scim(PUT, { method: "PUT", id, body: { schemas: [USER], userName: member.email, active } });
    const patch = () => scim(PATCH, { method: "PATCH", id, body: { schemas: [PATCH_OP], Operations: [{ op: "replace", value: { userName: member.email, active: false } }] } });
    await kit.sql("UPDATE users SET email = 'renamed-' || email WHERE id = $1", [member.userId]);
    for (const turnOff of [() => put(false), patch]) {
      expect((await turnOff()).body).toMatchObject({ id, userName: `renamed-${member.email}`, active: false });
      expect(await onDevice()).toEqual([]);
      expect((await turnOff()).status).toBe(200);
      expect((await put(true)).body).toMatchObject({ status: "400", scimType: "mutability" });
      await setActive(id, true);
      expect(await onDevice()).toEqual([laptop.id]);
    }
  });

  test("an owner is refused, with the reason, and so is removing one", async () => {
    const id = await idOf(tenant.owner.email);
    const snapshot = await snapshotOf(kit);
    for (const answer of [await setActive(id, false), await scim(DELETE, { method: "DELETE", id })]) {
      expect([answer.status, answer.body]).toEqual([409, { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "409", detail: expect.stringContaining("An owner can't be") }]);
    }
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual([]);
  });
});

describe("creating somebody", () => {
  test("invites them by mail, whether or not they have an account; who accepts is the same user", async () => {
    const known = await person(kit, `known-${kit.ports.newId().slice(0, 8)}@acme.test`);
    const strangers = `new-${kit.ports.newId().slice(0, 8)}@acme.test`;
    for (const email of [known.email, strangers]) {
      const { status, body, headers } = await create(email.toUpperCase(), { externalId: "x-1", active: true, name: { givenName: "K" } });
      expect([status, body]).toMatchObject([201, { schemas: [USER], userName: email, active: true, externalId: "x-1", roles: [{ value: "member" }] }]);
      expect(headers.get("location")).toBe(`https://portal.test/api/scim/v2/${subscriptionId}/Users/${body.id}`);
      expect(await mails("member-invited", email)).toBe(1);
      expect((await scim(getUser, { id: body.id ?? "" })).body).toEqual(body);
    }
    const id = await idOf(known.email);
    const [mail] = await kit.sql<{ link: string }>("SELECT payload->>'invitationLink' AS link FROM outbox_mails WHERE template = 'member-invited' AND recipient = $1", [known.email]);
    await acceptInvitation(kit.ports, known, { token: invitationToken(kit.ports, mail?.link ?? "") });
    expect((await scim(getUser, { id })).body).toMatchObject({ id, userName: known.email, externalId: "x-1", active: true });
    expect((await list(`externalId eq "x-1"`)).body.totalResults).toBe(2);
    await setActive(id, false);
    expect(await listSubscriptions(kit.ports, known)).toEqual([]);
  });

  test("is refused for who is in already or invited, for what is no address, for nobody's, and beyond the plan", async () => {
    await create("ivy@acme.test");
    for (const email of [member.email, "ivy@acme.test", "IVY@acme.test"]) expect((await create(email)).body).toMatchObject({ status: "409", scimType: "uniqueness" });
    for (const email of ["ivy", "a@b, c@d.test", "ivy@acme.test\nbcc: eve@evil.test"]) expect((await create(email)).body).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect((await create("una@acme.test", { active: false })).body).toMatchObject({ status: "400", scimType: "invalidValue" });
    await kit.sql("UPDATE plans SET max_members = 3 WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [subscriptionId]);
    expect((await create("max@acme.test")).status).toBe(409);
    await kit.sql("UPDATE plans SET max_members = NULL WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [subscriptionId]);
  });

  test("again and again, with removing in between, floods no mailbox", async () => {
    const email = `flooded-${kit.ports.newId().slice(0, 8)}@acme.test`;
    for (let i = 0; i < 5; i += 1) await scim(DELETE, { method: "DELETE", id: (await create(email)).body.id ?? "" });
    expect((await create(email)).body).toMatchObject({ status: "429" });
    expect(await mails("member-invited", email)).toBe(5);
  });

  test("is in the name of who made the token, as long as they may invite", async () => {
    await kit.sql("UPDATE memberships SET role = 'member' WHERE subscription_id = $1 AND user_id = $2", [subscriptionId, tenant.owner.userId]);
    expect((await create("late@acme.test")).status).toBe(403);
    expect(await mails("member-invited", "late@acme.test")).toBe(0);
    // Turning off goes on.
    expect((await setActive(await idOf(member.email), false)).status).toBe(200);
  });

  test("and turning them off, or removing them, before they came withdraws the invitation", async () => {
    for (const end of [(id: string) => setActive(id, false), (id: string) => scim(DELETE, { method: "DELETE", id })]) {
      const email = `early-${kit.ports.newId().slice(0, 8)}@acme.test`;
      const id = (await create(email)).body.id ?? "";
      expect((await end(id)).status).toBeLessThan(300);
      expect((await scim(getUser, { id })).status).toBe(404);
      expect(await kit.sql("SELECT FROM invitations WHERE email = $1 AND ended_at IS NULL", [email])).toHaveLength(0);
    }
  });
});

test("removing somebody revokes their clients for good, and they are no user any more", async () => {
  const laptop = await addClient(kit, member, subscriptionId);
  const id = await idOf(member.email);
  expect((await scim(DELETE, { method: "DELETE", id })).status).toBe(204);
  expect((await scim(DELETE, { method: "DELETE", id })).status).toBe(404);
  expect(await viewClient(kit.ports, tenant.owner, { subscriptionId, clientId: laptop.id })).toMatchObject({ state: "revoked", revokedByEmail: null });
  expect(await onDevice()).toEqual([]);
  expect(await inSync()).toBe(true);
  expect(await mails("member-removed", member.email)).toBe(1);
  expect(await events("member.removed")).toMatchObject([{ label: "the company’s directory", data: { clients: 1 } }]);
});

describe("listing", () => {
  test("finds one by address in any case, all by pages, and nobody of another subscription", async () => {
    const other = await makeTenant(kit);
    kit.clock.advance(1);
    await create("zoe@acme.test");
    const { body } = await list(null, "&startIndex=1&count=2");
    expect(body).toMatchObject({ schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], totalResults: 3, startIndex: 1, itemsPerPage: 2 });
    const rest = await list(null, "&startIndex=3&count=2");
    expect([...(body.Resources ?? []), ...(rest.body.Resources ?? [])].map(({ userName }) => userName)).toEqual([tenant.owner.email, member.email, "zoe@acme.test"]);
    expect((await list(null, "&count=0")).body).toMatchObject({ totalResults: 3, Resources: [] });
    expect((await list(null, "&startIndex=99")).body).toMatchObject({ totalResults: 3, Resources: [] });
    expect((await list(`userName eq "${member.email.toUpperCase()}"`)).body).toMatchObject({ totalResults: 1, Resources: [{ userName: member.email }] });
    expect((await list(`userName eq "${other.owner.email}"`)).body).toMatchObject({ totalResults: 0, Resources: [] });
    expect((await list('userName eq "a\\u0000"')).body).toMatchObject({ totalResults: 0 });
    for (const filter of ['userName co "a"', "x"]) expect((await list(filter)).body).toMatchObject({ status: "400", scimType: "invalidFilter" });
    expect((await list(null, "&count=x")).body).toMatchObject({ status: "400", scimType: "invalidValue" });
  });

  test("what is understood is said", async () => {
    expect((await scim(getConfig)).body).toMatchObject({ patch: { supported: true }, filter: { supported: true, maxResults: 200 }, bulk: { supported: false }, authenticationSchemes: [{ type: "oauthbearertoken" }] });
  });
});

describe("T3: users of another subscription", () => {
  test("are not there, and neither are ids of nothing", async () => {
    const other = await makeTenant(kit);
    const theirs = await addMember(kit, other, "member");
    const [row] = await kit.sql<{ directory_id: string }>("SELECT directory_id FROM memberships WHERE user_id = $1", [theirs.userId]);
    // When the token was last used is noted once a minute.
    await list();
    const snapshot = await snapshotOf(kit);
    for (const id of [row?.directory_id ?? "", theirs.userId, NO_ID, "", "x", "' OR '1'='1", "\0"]) {
      const answers = [await scim(getUser, { id }), await setActive(id, false), await scim(PUT, { method: "PUT", id, body: { schemas: [USER], userName: theirs.email, active: false } }), await scim(DELETE, { method: "DELETE", id })];
      for (const { status, body } of answers) expect([status, body]).toEqual([404, { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "404", detail: expect.any(String) }]);
    }
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual([]);
  });
});

describe("a token", () => {
  const refused = async (as: string | null, at = subscriptionId): Promise<unknown> => {
    const { status, headers, body } = await scim(listUsers, { as, at });
    return [status, headers.get("www-authenticate"), body];
  };

  test("that is wrong, replaced, removed, another subscription's, or missing gets one and the same answer", async () => {
    const other = await makeTenant(kit);
    const foreign = await connect(other);
    const first = await refused(null);
    expect(first).toEqual([401, "Bearer", { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "401", detail: expect.any(String) }]);
    expect(await refused("x")).toEqual(first);
    expect(await refused(foreign)).toEqual(first);
    expect(await refused(token, other.subscriptionId)).toEqual(first);
    for (const at of [NO_ID, "x", ""]) expect(await refused(token, at)).toEqual(first);
    const old = token;
    token = await connect(tenant);
    expect(await refused(old)).toEqual(first);
    expect((await list()).status).toBe(200);
    await disconnectDirectory(kit.ports, tenant.owner, { subscriptionId });
    expect(await refused(token)).toEqual(first);
  });

  test("is not in the database, and is the owner's to make, with a proof", async () => {
    const shown = await viewDirectory(kit.ports, tenant.owner, { subscriptionId });
    expect(shown).toMatchObject({ url: `https://portal.test/api/scim/v2/${subscriptionId}`, token: { ending: token.slice(-4), madeByEmail: tenant.owner.email } });
    expect(JSON.stringify(await snapshotOf(kit))).not.toContain(token);
    const admin = await addMember(kit, tenant, "admin");
    for (const who of [admin, member]) {
      for (const act of [requestDirectoryToken, viewDirectory, disconnectDirectory]) await expect(act(kit.ports, who, { subscriptionId })).rejects.toMatchObject({ code: "forbidden" });
    }
    const proof = proofOf(kit, await requestDirectoryToken(kit.ports, tenant.owner, { subscriptionId }));
    await makeDirectoryToken(kit.ports, tenant.owner, { subscriptionId }, proof);
    await expect(makeDirectoryToken(kit.ports, tenant.owner, { subscriptionId }, proof)).rejects.toMatchObject({ code: "step_up_spent" });
    expect(await mails("directory-token-made", tenant.owner.email)).toBe(2);
  });

  test("that is wrong is slowed by its source, and a right one never", async () => {
    for (let i = 0; i < 100; i += 1) expect((await scim(listUsers, { as: "x" })).status).toBe(401);
    const slowed = await scim(listUsers, { as: "x" });
    expect([slowed.status, Number(slowed.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect((await list()).status).toBe(200);
  });
});

test("what is said is looked at only after who says it; a body that is none is refused in SCIM's own words", async () => {
  const id = await idOf(member.email);
  const patch = (body: unknown, more = {}) => scim(PATCH, { method: "PATCH", id, body, ...more });
  expect((await patch("{", { as: "x" })).status).toBe(401);
  expect((await patch("{")).body).toMatchObject({ status: "400", scimType: "invalidSyntax" });
  expect((await patch({ schemas: [PATCH_OP], Operations: [] })).body).toMatchObject({ status: "400", scimType: "invalidSyntax" });
  expect((await patch(`"${"x".repeat(70_000)}"`)).body).toMatchObject({ status: "413" });
});
