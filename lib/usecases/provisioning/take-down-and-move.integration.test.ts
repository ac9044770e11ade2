/** An instance that goes: everybody's access with it, in one revision; or to another gateway, with what can come along. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { notePresence } from "@/lib/db/gateway-changes";
import { readDelta } from "@/lib/db/gateway-state";
import { makeGateway, type TestGateway } from "@/lib/testing/gateway";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, prepareIssue, type Tenant } from "@/lib/testing/tenancy";
import { alertOverdueCuts } from "@/lib/usecases/alert-overdue-cuts";
import { listActivity } from "@/lib/usecases/list-activity";
import { moveOwnInstance, offerGateways } from "@/lib/usecases/provisioning/move-instance";
import { provisionOwnInstance } from "@/lib/usecases/provisioning/provision-own";
import { takeDownOwnInstance } from "@/lib/usecases/provisioning/take-down";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { suspendClient } from "@/lib/usecases/suspend-client";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";

let kit: Kit;
let tenant: Tenant;
let owner: Actor;
let subscriptionId: string;
let gateway: TestGateway;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  // Gateways of the tests before said nothing for too long.
  kit.clock.advance(3_600_000);
  tenant = await makeTenant(kit);
  ({ owner, subscriptionId, gateway } = tenant);
});

const view = (actor = owner) => viewSubscription(kit.ports, actor, { subscriptionId });
const see = (clientId: string, actor = owner) => viewClient(kit.ports, actor, { subscriptionId, clientId });
const takeDown = (actor = owner, id = subscriptionId) => takeDownOwnInstance(kit.ports, actor, { subscriptionId: id });
const nowhere = async (): Promise<string[]> => [];
const move = (gatewayId: string, actor = owner, id = subscriptionId) => moveOwnInstance(kit.ports, actor, { subscriptionId: id, gatewayId }, nowhere);
const mails = (template: string) =>
  kit.sql<{ recipient: string; own: number }>("SELECT recipient, (payload->>'own')::int AS own FROM outbox_mails WHERE template = $1 AND created_at = $2 ORDER BY recipient", [template, kit.clock.now()]);
const events = async (): Promise<string[]> => (await kit.sql<{ action: string }>("SELECT action FROM audit_events WHERE chain_id = $1 ORDER BY seq", [subscriptionId])).map(({ action }) => action);

describe("taking down", () => {
  test("cuts every client in one revision, and is finished when the gateway confirms it", async () => {
    const member = await addMember(kit, tenant, "member");
    const [mine, theirs, held] = [await addClient(kit, owner, subscriptionId), await addClient(kit, member, subscriptionId, "theirs"), await addClient(kit, owner, subscriptionId, "held")];
    await suspendClient(kit.ports, owner, { subscriptionId, clientId: held.id });
    const before = await gateway.sync();
    kit.clock.advance(1_000);

    const asked = await takeDown();
    expect(asked).toMatchObject({ instance: null, liveClients: 0, leaving: { name: "acme atlas", enforcement: { status: "pending", acknowledgedAt: null } } });
    for (const { id } of [mine, theirs, held]) expect(await see(id)).toMatchObject({ state: "revoked", revokedByEmail: owner.email, enforcement: { status: "pending" } });
    expect(await mails("instance-taken-down")).toEqual([{ recipient: member.email, own: 1 }, { recipient: owner.email, own: 2 }].sort((a, b) => (a.recipient < b.recipient ? -1 : 1)));

    const state = await gateway.fetch();
    expect(state).toMatchObject({ revision: before.revision + 1, instances: [] });
    expect(await gateway.acknowledge(state)).toMatchObject({ inSync: true });
    expect(await view()).toMatchObject({ instance: null, leaving: { enforcement: { status: "confirmed" } } });
    for (const { id } of [mine, theirs, held]) expect((await see(id)).enforcement.status).toBe("confirmed");
    expect((await events()).slice(-5)).toEqual(["instance.taken_down", "client.revoked", "client.revoked", "client.revoked", "instance.gone"]);
    const sentences = (await listActivity(kit.ports, owner, { subscriptionId, cursor: null })).items.map(({ summary }) => summary);
    expect(sentences[0]).toMatch(/^Confirmed that the instance acme atlas is gone from this gateway, \d+ ms after the request, and 3 clients with it\.$/);
    expect(sentences).toContain("Took down the instance acme atlas, with 3 clients.");
  });

  test("what the agent had before doesn't carry over: it is told everything", async () => {
    await addClient(kit, owner, subscriptionId);
    const { revision } = await gateway.sync();
    await takeDown();
    expect(await readDelta(kit.ports.db.read, gateway.id, revision, kit.clock.now())).toBeNull();
  });

  test("leaves room for another one at once; the port of the old one is free when its gateway confirmed", async () => {
    await gateway.sync();
    await takeDown();
    const again = () => provisionOwnInstance(kit.ports, owner, { subscriptionId, name: "Again", subnetV4: "10.73.5.0/24" }, nowhere);
    const next = await again();
    expect(next).toMatchObject({ instance: { name: "Again", status: "provisioning" }, leaving: { name: "acme atlas", enforcement: { acknowledgedAt: null } } });
    const ports = () => kit.sql<{ port: number; status: string }>("SELECT listen_port AS port, status::text FROM instances WHERE subscription_id = $1 ORDER BY created_at, listen_port", [subscriptionId]);
    expect(await ports()).toEqual([{ port: 51820, status: "deprovisioned" }, { port: 51821, status: "provisioning" }]);
    await gateway.sync();
    expect(await view()).toMatchObject({ instance: { status: "ready" }, leaving: null });
    await takeDown();
    await gateway.sync();
    await again();
    expect((await ports()).map(({ port }) => port).sort()).toEqual([51820, 51820, 51821]);
  });

  test("twice is once, and an old instance never comes back", async () => {
    await takeDown();
    const before = await snapshotOf(kit);
    expect(await takeDown()).toMatchObject({ instance: null });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("the owner may, and an operator, who is named in the log; nobody else (T3)", async () => {
    const [member, admin, stranger, operator] = [await addMember(kit, tenant, "member"), await addMember(kit, tenant, "admin"), await person(kit, "stranger@else.test"), await person(kit, TEST_OPERATOR)];
    const before = await snapshotOf(kit);
    await expect(takeDown(member)).rejects.toMatchObject({ code: "forbidden" });
    await expect(takeDown(admin)).rejects.toMatchObject({ code: "forbidden" });
    await expect(takeDown(stranger)).rejects.toMatchObject({ code: "not_found" });
    await expect(takeDown(owner, kit.ports.newId())).rejects.toMatchObject({ code: "not_found" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    await takeDown(operator);
    expect(await kit.sql("SELECT actor_id, actor_operator FROM audit_events WHERE action = 'instance.taken_down' AND chain_id = $1", [subscriptionId])).toEqual([{ actor_id: operator.userId, actor_operator: true }]);
  });

  test("of a client that is added at the same time, nothing stays", async () => {
    const prepared = await prepareIssue(kit, owner, subscriptionId);
    await Promise.allSettled([prepared.issue(), takeDown()]);
    expect(await kit.sql("SELECT id FROM access_clients WHERE subscription_id = $1 AND state <> 'revoked'", [subscriptionId])).toEqual([]);
    expect(await gateway.acknowledge(await gateway.fetch())).toMatchObject({ inSync: true });
  });

  test("that no gateway confirms is told by mail, with its clients", async () => {
    await addClient(kit, owner, subscriptionId, "one");
    await addClient(kit, owner, subscriptionId, "two");
    await takeDown();
    kit.clock.advance(61_000);
    await alertOverdueCuts(kit.ports);
    await gateway.sync();
    expect(await kit.sql("SELECT template, payload->'nicknames' AS names, payload->'count' AS count FROM outbox_mails WHERE recipient = $1 AND template LIKE 'cut-%' ORDER BY template DESC", [owner.email])).toEqual(
      ["cut-overdue", "cut-confirmed-late"].map((template) => ({ template, names: ["one", "two"], count: 2 })),
    );
  });
});

describe("moving", () => {
  let other: TestGateway;
  beforeEach(async () => {
    other = await makeGateway(kit);
    await other.sync();
    await gateway.sync();
  });

  test("takes networks, addresses, clients and keys along, and leaves preshared keys behind", async () => {
    const client = await addClient(kit, owner, subscriptionId);
    const was = await gateway.sync();
    expect(was.instances[0]?.peers[0]?.sealedPresharedKey).not.toBeNull();
    expect(await offerGateways(kit.ports, owner, { subscriptionId })).toEqual({ instanceName: "acme atlas", gateways: [{ id: other.id, name: other.name, endpointHost: "gateway.test" }] });

    const asked = await move(other.id);
    expect(asked).toMatchObject({ instance: { status: "provisioning", subnetV4: "10.77.0.0/24", gateway: { name: other.name }, publicKey: null }, liveClients: 1, leaving: { gateway: { name: gateway.name }, enforcement: { status: "pending" } } });
    expect(await see(client.id)).toMatchObject({ state: "active", addressV4: client.addressV4, publicKey: client.publicKey, hasPresharedKey: false, needsNewFile: true, enforcement: { status: "pending" } });

    const [there, here] = [await other.fetch(), await gateway.fetch()];
    expect(here.instances).toEqual([]);
    expect(there.instances).toMatchObject([{ addresses: was.instances[0]?.addresses, peers: [{ publicKey: client.publicKey, sealedPresharedKey: null, allowedIps: was.instances[0]?.peers[0]?.allowedIps }] }]);
    expect(await other.acknowledge(there)).toMatchObject({ inSync: true });
    expect(await view()).toMatchObject({ instance: { status: "ready" }, leaving: { enforcement: { acknowledgedAt: null } } });
    expect(await gateway.acknowledge(here)).toMatchObject({ inSync: true });
    expect(await view()).toMatchObject({ instance: { status: "ready" }, leaving: null });
    expect((await see(client.id)).enforcement.status).toBe("confirmed");
    // Addresses go on where they were.
    expect((await addClient(kit, owner, subscriptionId, "next")).addressV4).toBe("10.77.0.3");
    expect((await events()).filter((action) => action.startsWith("instance."))).toEqual(["instance.provisioned", "instance.confirmed", "instance.moved", "instance.confirmed", "instance.gone"]);
    expect(await mails("instance-moved")).toEqual([{ recipient: owner.email, own: 1 }]);
  });

  test("there and back again, with an address that rests and a client that was revoked before", async () => {
    const [gone, stays] = [await addClient(kit, owner, subscriptionId, "gone"), await addClient(kit, owner, subscriptionId, "stays")];
    await revokeClient(kit.ports, owner, { subscriptionId, clientId: gone.id });
    await gateway.sync();
    const proof = (await see(gone.id)).enforcement;
    for (const to of [other, gateway]) {
      await move(to.id);
      for (const each of [other, gateway]) expect(await each.acknowledge(await each.fetch())).toMatchObject({ inSync: true });
      expect(await view()).toMatchObject({ instance: { status: "ready", gateway: { name: to.name } }, leaving: null, liveClients: 1 });
    }
    expect((await see(gone.id)).enforcement).toEqual(proof);
    expect((await see(stays.id)).state).toBe("active");
    expect(await kit.sql("SELECT host_index FROM released_addresses r JOIN instances i ON i.id = r.instance_id WHERE i.subscription_id = $1 AND i.status = 'ready'", [subscriptionId])).toEqual([{ host_index: 2 }]);
  });

  test("a client that is cut afterwards is gone when both gateways say so, and people hear of the one that doesn't", async () => {
    const [mine, stays] = [await addClient(kit, owner, subscriptionId, "mine"), await addClient(kit, owner, subscriptionId, "stays")];
    await gateway.sync();
    kit.clock.advance(1_000);
    await move(other.id);
    await other.sync();
    kit.clock.advance(1_000);
    const later = await addClient(kit, owner, subscriptionId, "never was there");
    for (const { id } of [mine, later]) await revokeClient(kit.ports, owner, { subscriptionId, clientId: id });
    await other.sync();
    // Its old file still opens the gateway that the instance left.
    expect((await see(mine.id)).enforcement).toMatchObject({ status: "delivered", acknowledgedAt: null, tookMs: null });
    expect((await see(later.id)).enforcement.status).toBe("confirmed");
    expect((await see(stays.id)).enforcement.status).toBe("confirmed");
    const cuts = () => kit.sql("SELECT data->>'nickname' AS nickname FROM audit_events WHERE chain_id = $1 AND action = 'client.cut'", [subscriptionId]);
    expect(await cuts()).toEqual([{ nickname: "never was there" }]);

    kit.clock.advance(61_000);
    await alertOverdueCuts(kit.ports);
    expect(await alertOverdueCuts(kit.ports)).toBe(0);
    const told = (template: string) => kit.sql("SELECT payload->'nicknames' AS names FROM outbox_mails WHERE recipient = $1 AND template = $2", [owner.email, template]);
    expect(await told("cut-overdue")).toEqual([{ names: ["mine"] }]);
    await gateway.sync();
    expect((await see(mine.id)).enforcement).toMatchObject({ status: "confirmed", acknowledgedAt: kit.clock.now().toISOString() });
    expect(await told("cut-confirmed-late")).toEqual([{ names: ["mine"] }]);
    expect(await kit.sql("SELECT (data->>'clients')::int AS clients FROM audit_events WHERE chain_id = $1 AND action = 'instance.gone'", [subscriptionId])).toEqual([{ clients: 1 }]);
  });

  test.each([
    ["where it is", () => gateway.id],
    ["to one that isn't there", () => kit.ports.newId()],
    ["to what is no id", () => "'; DROP TABLE gateways"],
  ])("%s is refused, and changes nothing", async (_, to) => {
    const before = await snapshotOf(kit);
    await expect(move(to())).rejects.toMatchObject({ code: "gateway_unusable", facts: { field: "gatewayId" } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("to one that isn't answering, to one whose address the network holds, or without an instance: refused", async () => {
    await expect(moveOwnInstance(kit.ports, owner, { subscriptionId, gatewayId: other.id }, async () => ["10.77.0.9"])).rejects.toMatchObject({ code: "subnet_unusable" });
    kit.clock.advance(600_000);
    await expect(move(other.id)).rejects.toMatchObject({ code: "gateway_unusable" });
    await other.sync();
    await takeDown();
    await expect(move(other.id)).rejects.toMatchObject({ code: "instance_not_ready" });
    await expect(offerGateways(kit.ports, owner, { subscriptionId })).rejects.toMatchObject({ code: "instance_not_ready" });
  });

  test("owners, admins and operators may; nobody else (T3), nor where the subscription is suspended", async () => {
    const [member, admin, stranger] = [await addMember(kit, tenant, "member"), await addMember(kit, tenant, "admin"), await person(kit, "stranger@else.test")];
    const before = await snapshotOf(kit);
    await expect(move(other.id, member)).rejects.toMatchObject({ code: "forbidden" });
    await expect(move(other.id, stranger)).rejects.toMatchObject({ code: "not_found" });
    await expect(offerGateways(kit.ports, member, { subscriptionId })).rejects.toMatchObject({ code: "forbidden" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    await move(other.id, admin);
    await kit.sql("UPDATE subscriptions SET billing_state = 'suspended' WHERE id = $1", [subscriptionId]);
    await expect(move(gateway.id)).rejects.toMatchObject({ code: "subscription_inactive" });
  });

  test("with machines that reach one another, not to a gateway whose agent doesn't know of that", async () => {
    await kit.sql("UPDATE instances SET peers_reach = true WHERE id = $1", [tenant.instanceId]);
    const before = await snapshotOf(kit);
    await expect(move(other.id)).rejects.toMatchObject({ code: "gateway_outdated", facts: { field: "gatewayId" } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    await notePresence(kit.ports.db.read, other.id, { now: kit.clock.now(), agent: { version: "0.1.0", protocol: 2 } });
    expect((await move(other.id)).instance?.peersReach.on).toBe(true);
  });

  test("two opposite moves at the same time don't wait for each other for good", async () => {
    const second = await makeTenant(kit, { name: "globex", gateway: other });
    const results = await Promise.allSettled([move(other.id), move(gateway.id, second.owner, second.subscriptionId)]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    for (const each of [other, gateway]) expect(await each.acknowledge(await each.fetch())).toMatchObject({ inSync: true });
  });
});
