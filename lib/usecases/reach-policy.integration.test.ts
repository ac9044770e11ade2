/** Machines that reach one another: a policy that widens, with a proof, and is done when the gateway says so. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { notePresence } from "@/lib/db/gateway-changes";
import { makeGateway } from "@/lib/testing/gateway";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { moveOwnInstance } from "@/lib/usecases/provisioning/move-instance";
import { requestSharedConfigRelaxation } from "@/lib/usecases/shared-config-policy";
import { requestPeersReach, setPeersReach } from "@/lib/usecases/reach-policy";
import { viewSubscription } from "@/lib/usecases/view-subscription";

let kit: Kit;
let acme: Tenant;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  acme = await makeTenant(kit);
  await notePresence(kit.ports.db.read, acme.gateway.id, { now: kit.clock.now(), agent: { version: "0.1.0", protocol: 2 } });
});

const input = () => ({ subscriptionId: acme.subscriptionId });
const reach = async (actor = acme.owner) => (await viewSubscription(kit.ports, actor, input())).instance?.peersReach;
const open = async (actor = acme.owner) => setPeersReach(kit.ports, actor, { ...input(), peersReach: true }, proofOf(kit, await requestPeersReach(kit.ports, actor, input())));
const close = (actor = acme.owner) => setPeersReach(kit.ports, actor, { ...input(), peersReach: false }, null);

test("is off; on with a proof, off with a click; each in force when the gateway confirmed it", async () => {
  await addClient(kit, acme.owner, acme.subscriptionId);
  await acme.gateway.sync();
  expect(await reach()).toMatchObject({ on: false });
  expect((await open()).instance?.peersReach).toMatchObject({ on: true, enforcement: { status: "pending" } });
  const state = await acme.gateway.fetch();
  expect(state.instances).toMatchObject([{ peersReach: true }]);
  expect(await acme.gateway.acknowledge(state)).toMatchObject({ inSync: true });
  expect(await reach()).toMatchObject({ on: true, enforcement: { status: "confirmed" } });
  expect((await close()).instance?.peersReach).toMatchObject({ on: false, enforcement: { status: "pending" } });
  const after = await acme.gateway.fetch();
  expect(after.instances[0]).not.toHaveProperty("peersReach");
  expect(await acme.gateway.acknowledge(after)).toMatchObject({ inSync: true });
  expect(await kit.sql("SELECT action FROM audit_events WHERE chain_id = $1 AND action LIKE 'policy.peers%' ORDER BY seq", [acme.subscriptionId])).toEqual([{ action: "policy.peers_reach" }, { action: "policy.peers_apart" }]);
});

test("what is as asked for changes nothing", async () => {
  const before = await snapshotOf(kit);
  await close();
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
});

test("takes a proof for exactly this, of who may (T11, T13)", async () => {
  const [member, operator, stranger, admin] = [await addMember(kit, acme, "member"), await person(kit, TEST_OPERATOR), await person(kit, "stranger@else.test"), await addMember(kit, acme, "admin")];
  const shared = await requestSharedConfigRelaxation(kit.ports, acme.owner, input());
  const before = await snapshotOf(kit);
  for (const actor of [member, operator]) await expect(requestPeersReach(kit.ports, actor, input())).rejects.toMatchObject({ code: "forbidden" });
  for (const actor of [member, operator]) await expect(close(actor)).rejects.toMatchObject({ code: "forbidden" });
  await expect(close(stranger)).rejects.toMatchObject({ code: "not_found" });
  await expect(setPeersReach(kit.ports, acme.owner, { ...input(), peersReach: true }, null)).rejects.toMatchObject({ code: "bad_request" });
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  await expect(setPeersReach(kit.ports, acme.owner, { ...input(), peersReach: true }, proofOf(kit, shared))).rejects.toMatchObject({ code: "step_up_mismatch" });
  expect((await open(admin)).instance?.peersReach.on).toBe(true);
});

test("where the agent is too old, or the instance isn't up, is refused with what to do", async () => {
  await notePresence(kit.ports.db.read, acme.gateway.id, { now: kit.clock.now(), agent: { version: "0.0.9", protocol: 1 } });
  await expect(requestPeersReach(kit.ports, acme.owner, input())).rejects.toMatchObject({ code: "gateway_outdated", message: expect.stringContaining("operator") });
  await kit.sql("UPDATE instances SET status = 'failed' WHERE id = $1", [acme.instanceId]);
  await expect(requestPeersReach(kit.ports, acme.owner, input())).rejects.toMatchObject({ code: "instance_not_ready" });
});

test("told to keep machines apart while it moves, an instance keeps them apart where it moved to", async () => {
  const other = await makeGateway(kit);
  await notePresence(kit.ports.db.read, other.id, { now: kit.clock.now(), agent: { version: "0.1.0", protocol: 2 } });
  await open();
  const waiting = async (requests: number) => vi.waitFor(async () => expect(await kit.sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).toHaveLength(requests), { timeout: 60_000 });
  const both = await kit.ports.db.transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM gateways WHERE id = ${other.id}::uuid FOR UPDATE`;
    const moved = moveOwnInstance(kit.ports, acme.owner, { ...input(), gatewayId: other.id }, async () => []);
    await waiting(1);
    const closed = close();
    await waiting(2);
    return { ended: Promise.all([moved, closed]) };
  });
  await both.ended;
  expect(await kit.sql("SELECT peers_reach FROM instances WHERE subscription_id = $1 AND status <> 'deprovisioned'", [acme.subscriptionId])).toEqual([{ peers_reach: false }]);
  expect(await other.acknowledge(await other.fetch())).toMatchObject({ inSync: true });
});
