/** Subscriptions and instances, as the operator's command line makes them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { upsertPlan } from "@/lib/db/provisioning";
import { makeGateway, type TestGateway } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { makeTenant } from "@/lib/testing/tenancy";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { listSubscriptions } from "@/lib/usecases/list-subscriptions";
import { provisionInstance } from "@/lib/usecases/provision-instance";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";
import { viewSubscription } from "@/lib/usecases/view-subscription";

let kit: Kit;
let gateway: TestGateway;
let owner: Actor;

beforeAll(async () => {
  kit = await openKit();
  await upsertPlan(kit.ports.db.read, { id: kit.ports.newId(), code: "team", name: "Team", maxClients: null, now: kit.clock.now() });
});
afterAll(() => kit.close());
beforeEach(async () => {
  gateway = await makeGateway(kit);
  owner = await person(kit, `owner-${kit.ports.newId()}@acme.test`);
});

const subscribe = async () => (await createSubscription(kit.ports, { name: "acme", planCode: "team", ownerId: owner.userId })).subscriptionId;
const provision = (subscriptionId: string, changes: Partial<Parameters<typeof provisionInstance>[1]> = {}) =>
  provisionInstance(kit.ports, { subscriptionId, gatewayId: gateway.id, name: "Atlas", subnetV4: "10.77.0.0/24", ...changes });

test("an instance that was asked for is provisioning, gives no endpoint and takes no client, until its gateway confirms it", async () => {
  const subscriptionId = await subscribe();
  const view = () => viewSubscription(kit.ports, owner, { subscriptionId });
  expect(await view()).toMatchObject({ instance: null, may: { addClient: true } });
  await expect(requestClientChallenge(kit.ports, owner, { subscriptionId, nickname: "laptop" })).rejects.toMatchObject({ code: "instance_not_ready" });
  await provision(subscriptionId);
  expect((await view()).instance).toMatchObject({ status: "provisioning", endpoint: null, publicKey: null, subnetV4: "10.77.0.0/24", tunnelAddressV4: "10.77.0.1", capacity: 253 });
  await expect(requestClientChallenge(kit.ports, owner, { subscriptionId, nickname: "laptop" })).rejects.toMatchObject({ code: "instance_not_ready" });
  await gateway.sync();
  expect((await view()).instance).toMatchObject({ status: "ready", endpoint: "gateway.test:51820", url: "http://10.77.0.1/" });
  expect((await requestClientChallenge(kit.ports, owner, { subscriptionId, nickname: "laptop" })).sealTo).toBe(gateway.boxKeys.publicKey);
});

test("twelve instances asked for at once on one gateway get twelve ports, interfaces and revisions", async () => {
  const subscriptions = await Promise.all(Array.from({ length: 12 }, subscribe));
  await Promise.all(subscriptions.map((subscriptionId) => provision(subscriptionId)));
  const { revision, instances } = await gateway.sync();
  expect(revision).toBe(12);
  expect(instances.map(({ listenPort }) => listenPort).sort()).toEqual(Array.from({ length: 12 }, (_, i) => 51820 + i));
  expect(new Set(instances.map(({ interfaceName }) => interfaceName)).size).toBe(12);
  expect(new Set(instances.map(({ addresses }) => addresses[1])).size).toBe(12);
});

describe("is refused, and changes nothing:", () => {
  test.each([
    ["a public subnet", { subnetV4: "8.8.8.0/24" }],
    ["one that is too small", { subnetV4: "10.0.0.0/30" }],
    ["one that is too large", { subnetV4: "10.0.0.0/8" }],
    ["one with bits behind the prefix", { subnetV4: "10.0.0.1/24" }],
    ["text", { subnetV4: "10.0.0.0/24; DROP TABLE" }],
    ["a name of nothing", { name: " " }],
    ["a name with a line break (T15)", { name: "Atlas\nPostUp = evil" }],
    ["a name without end", { name: "x".repeat(500) }],
    ["an MTU that IPv6 can't have", { mtu: 1000 }],
    ["a DNS server that is no address (T15)", { dns: ["10.77.0.1\nPostUp = evil"] }],
    ["a subscription that isn't there", { subscriptionId: "00000000-0000-4000-8000-000000000000" }],
    ["a subscription's id that is none", { subscriptionId: "x" }],
    ["a gateway that isn't there", { gatewayId: "00000000-0000-4000-8000-000000000000" }],
  ])("%s", async (_, changes) => {
    const subscriptionId = await subscribe();
    const before = await snapshotOf(kit);
    await expect(provision(subscriptionId, changes)).rejects.toMatchObject({ code: "bad_request" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("a second instance of a subscription, also when both are asked for at once", async () => {
    const subscriptionId = await subscribe();
    const results = await Promise.allSettled([provision(subscriptionId), provision(subscriptionId)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "bad_request" } });
    await expect(provision(subscriptionId)).rejects.toMatchObject({ code: "bad_request" });
    expect((await gateway.fetch()).instances).toHaveLength(1);
  });

  test("a subscription to a plan that isn't there, or of a name that can't be shown", async () => {
    await expect(createSubscription(kit.ports, { name: "acme", planCode: "none", ownerId: owner.userId })).rejects.toMatchObject({ code: "bad_request" });
    for (const name of ["", " ", "a\nb", "x".repeat(500)]) {
      await expect(createSubscription(kit.ports, { name, planCode: "team", ownerId: owner.userId })).rejects.toMatchObject({ code: "bad_request" });
    }
  });
});

test("T3: a person's subscriptions are those they are a member of, and no one else's, operators included", async () => {
  const mine = await subscribe();
  await makeTenant(kit);
  expect((await listSubscriptions(kit.ports, owner)).map(({ id }) => id)).toEqual([mine]);
  expect(await listSubscriptions(kit.ports, { ...owner, userId: kit.ports.newId(), isOperator: true })).toEqual([]);
});
