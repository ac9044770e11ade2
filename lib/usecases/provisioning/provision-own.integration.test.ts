/** "Provision now": who may, where it lands, what stands in the way. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { commonUsersOf } from "@/lib/core/common-subnets";
import { parseSubnetV4 } from "@/lib/core/subnet";
import { upsertPlan } from "@/lib/db/provisioning";
import { makeGateway, type TestGateway } from "@/lib/testing/gateway";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember } from "@/lib/testing/tenancy";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { offerSubnets, provisionOwnInstance } from "@/lib/usecases/provisioning/provision-own";
import { viewSubscription } from "@/lib/usecases/view-subscription";

let kit: Kit;
let owner: Actor;
let subscriptionId: string;
let gateway: TestGateway;

beforeAll(async () => {
  kit = await openKit();
  await upsertPlan(kit.ports.db.read, { id: kit.ports.newId(), code: "team", name: "Team", maxClients: null, now: kit.clock.now() });
});
afterAll(() => kit.close());
beforeEach(async () => {
  // Those of the tests before are as good as away: they said nothing for too long.
  kit.clock.advance(3_600_000);
  gateway = await makeGateway(kit);
  await gateway.sync();
  owner = await person(kit, `owner-${kit.ports.newId()}@acme.test`);
  subscriptionId = (await createSubscription(kit.ports, { name: "acme", planCode: "team", ownerId: owner.userId })).subscriptionId;
});

const nowhere = async (): Promise<string[]> => [];
const provision = (actor: Actor = owner, changes: { name?: string; subnetV4?: string; subscriptionId?: string } = {}, addressesOf: (host: string) => Promise<string[]> = nowhere) =>
  provisionOwnInstance(kit.ports, actor, { subscriptionId, name: "Atlas", subnetV4: "10.73.5.0/24", ...changes }, addressesOf);

test("each step shows as the gateway takes it, and then clients can be added", async () => {
  const asked = await provision();
  expect(asked.instance).toMatchObject({ name: "Atlas", status: "provisioning", subnetV4: "10.73.5.0/24", setup: { status: "pending", deliveredAt: null } });
  const state = await gateway.fetch();
  const view = async () => (await viewSubscription(kit.ports, owner, { subscriptionId })).instance;
  expect(await view()).toMatchObject({ status: "provisioning", setup: { status: "delivered", acknowledgedAt: null } });
  await gateway.acknowledge(state);
  expect(await view()).toMatchObject({ status: "ready", setup: null });
  expect((await addClient(kit, owner, subscriptionId)).addressV4).toBe("10.73.5.2");
});

test("an admin may, and is named in the subscription's log; nobody else may, and nothing is made", async () => {
  const [member, operator, stranger] = [await addMember(kit, { subscriptionId }, "member"), await person(kit, TEST_OPERATOR), await person(kit, "stranger@else.test")];
  const before = await snapshotOf(kit);
  await expect(provision(member)).rejects.toMatchObject({ code: "forbidden" });
  await expect(provision(operator)).rejects.toMatchObject({ code: "forbidden" });
  // T3
  await expect(provision(stranger)).rejects.toMatchObject({ code: "not_found" });
  await expect(provision(owner, { subscriptionId: kit.ports.newId() })).rejects.toMatchObject({ code: "not_found" });
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  const admin = await addMember(kit, { subscriptionId }, "admin");
  expect((await provision(admin)).instance?.status).toBe("provisioning");
  expect(await kit.sql("SELECT actor_id AS actor FROM audit_events WHERE action = 'instance.provisioned' AND chain_id = $1", [subscriptionId])).toEqual([{ actor: admin.userId }]);
});

test("of many who ask at once, one gets it", async () => {
  const answers = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => provision(owner, { subnetV4: `10.73.${i}.0/24` })));
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const answer of answers) if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "instance_exists" });
  expect(await kit.sql("SELECT id FROM instances WHERE subscription_id = $1", [subscriptionId])).toHaveLength(1);
});

describe("is refused, and changes nothing:", () => {
  test.each([
    ["a public network", { subnetV4: "8.8.8.0/24" }, "bad_request"],
    ["one with bits behind the prefix", { subnetV4: "10.73.5.9/24" }, "bad_request"],
    ["a name with a line break (T15)", { name: "Atlas\nPostUp = evil" }, "bad_request"],
  ])("%s", async (_, changes, code) => {
    const before = await snapshotOf(kit);
    await expect(provision(owner, changes)).rejects.toMatchObject({ code });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("a network that holds the gateway's address, or the portal's", async () => {
    const before = await snapshotOf(kit);
    const at = (where: string) => async (host: string) => (host === where ? ["192.0.2.7", "10.73.5.20"] : []);
    await expect(provision(owner, {}, at("gateway.test"))).rejects.toMatchObject({ code: "subnet_unusable", message: expect.stringContaining("the gateway's own address (10.73.5.20)"), facts: { field: "subnetV4" } });
    await expect(provision(owner, {}, at(kit.ports.config.url.hostname))).rejects.toMatchObject({ code: "subnet_unusable", message: expect.stringContaining("this portal's own address") });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("a subscription that is suspended", async () => {
    await kit.sql("UPDATE subscriptions SET billing_state = 'suspended' WHERE id = $1", [subscriptionId]);
    await expect(provision()).rejects.toMatchObject({ code: "subscription_inactive" });
  });

  test("when no gateway was heard of", async () => {
    kit.clock.advance(600_000);
    await expect(provision()).rejects.toMatchObject({ code: "no_gateway_free" });
  });
});

test("of the gateways that are there, the one with fewest clients gets it", async () => {
  await provision();
  await gateway.sync();
  await addClient(kit, owner, subscriptionId);
  const [emptier, away] = [await makeGateway(kit), await makeGateway(kit)];
  await emptier.sync();
  await gateway.sync();
  // Enrolled, and never heard of since.
  await kit.sql("UPDATE gateway_presence SET last_seen_at = NULL WHERE gateway_id = $1", [away.id]);
  const second = (await createSubscription(kit.ports, { name: "second", planCode: "team", ownerId: owner.userId })).subscriptionId;
  await provision(owner, { subscriptionId: second });
  expect(await kit.sql("SELECT gateway_id FROM instances WHERE subscription_id = $1", [second])).toEqual([{ gateway_id: emptier.id }]);
});

test("what the gateway can't set up shows as failed, and as up once it could", async () => {
  const { instance } = await provision();
  const view = async () => (await viewSubscription(kit.ports, owner, { subscriptionId })).instance;
  const state = await gateway.fetch();
  const failures = [{ instanceId: instance?.id ?? "", code: "port_in_use", message: "UDP port 51820 is taken by another program." }];
  await gateway.acknowledge(state, { digest: "0".repeat(64), instances: [], failures });
  expect(await view()).toMatchObject({ status: "failed", setup: { status: "delivered" } });
  // Another gateway's word about it counts for nothing (T3).
  const other = await makeGateway(kit);
  await other.acknowledge(await other.fetch(), { instances: [{ instanceId: instance?.id ?? "", publicKey: other.keyOf(instance?.id ?? "") }] });
  expect(await view()).toMatchObject({ status: "failed" });
  await gateway.sync();
  expect(await view()).toMatchObject({ status: "ready", setup: null });
});

test("what is offered is private, and used by nobody that is known for it", () => {
  const offers = offerSubnets(kit.ports);
  expect(new Set(offers.map(({ subnetV4 }) => subnetV4)).size).toBe(3);
  for (const { subnetV4, capacity } of offers) {
    expect(commonUsersOf(parseSubnetV4(subnetV4))).toBeNull();
    expect(capacity).toBe(253);
  }
});
