/** Addresses: unique, dense, and at rest for a day before they are used again, however many ask at once. */
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REST_MS } from "@/lib/core/allocation";
import { openKit, type Kit } from "@/lib/testing/kit";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, prepareIssue, type Tenant } from "@/lib/testing/tenancy";
import { revokeClient } from "@/lib/usecases/revoke-client";
import type { ClientView } from "@/lib/usecases/views";

const HOUR_MS = 3_600_000;

let kit: Kit;
beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());

const revoke = (tenant: Tenant, client: Pick<ClientView, "id">) => revokeClient(kit.ports, tenant.owner, { subscriptionId: tenant.subscriptionId, clientId: client.id });

/** The last number of an IPv4 address: in subnets of these sizes, the host index. */
const hostOf = (client: Pick<ClientView, "addressV4">): number => Number(client.addressV4.split(".").at(-1)) % 8;

/** A /29 has five addresses for clients: 2 to 6. */
async function fullTenant(): Promise<{ tenant: Tenant; clients: ClientView[] }> {
  const tenant = await makeTenant(kit, { subnet: "10.9.0.0/29" });
  const clients: ClientView[] = [];
  for (const nickname of ["a", "b", "c", "d", "e"]) clients.push(await addClient(kit, tenant.owner, tenant.subscriptionId, nickname));
  expect(clients.map(hostOf)).toEqual([2, 3, 4, 5, 6]);
  return { tenant, clients };
}

const codeOf = (result: PromiseSettledResult<unknown>): string => (result.status === "fulfilled" ? "issued" : String((result.reason as { code?: string }).code ?? result.reason));

test("sixty issues at once get sixty different addresses without a gap, and as many revisions in a row", async () => {
  const tenant = await makeTenant(kit);
  const people = [tenant.owner, await addMember(kit, tenant, "admin"), await addMember(kit, tenant, "member")];
  const prepared = [];
  for (const actor of people) for (let i = 0; i < 20; i += 1) prepared.push(await prepareIssue(kit, actor, tenant.subscriptionId, `machine ${i}`));
  const issued = await Promise.all(prepared.map(({ issue }) => issue()));

  const numbers = issued.map(({ client }) => Number(client.addressV4.split(".").at(-1))).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 60 }, (_, i) => i + 2));
  expect(new Set(issued.map(({ client }) => client.addressV6)).size).toBe(60);
  const revisions = await kit.sql<{ revision: string }>("SELECT revision FROM access_clients WHERE instance_id = $1 ORDER BY revision", [tenant.instanceId]);
  expect(revisions.map(({ revision }) => Number(revision))).toEqual(Array.from({ length: 60 }, (_, i) => i + 2));
  expect(await kit.sql("SELECT next_host_index, live_clients FROM instances WHERE id = $1", [tenant.instanceId])).toEqual([{ next_host_index: 62, live_clients: 60 }]);
});

describe("a released address", () => {
  test("rests for a day, and then the one that rested longest is used first", async () => {
    const { tenant, clients } = await fullTenant();
    await revoke(tenant, clients[3]!);
    kit.clock.advance(HOUR_MS);
    await revoke(tenant, clients[0]!);

    kit.clock.advance(REST_MS - HOUR_MS - 1);
    const early = await prepareIssue(kit, tenant.owner, tenant.subscriptionId, "early");
    await expect(early.issue()).rejects.toMatchObject({ code: "subnet_full", message: expect.stringContaining("2 released addresses rest for a day; the next is free at") });
    kit.clock.advance(1);
    expect(hostOf((await early.issue()).client)).toBe(5);

    const second = await prepareIssue(kit, tenant.owner, tenant.subscriptionId, "second");
    await expect(second.issue()).rejects.toMatchObject({ code: "subnet_full", message: expect.stringContaining("1 released address rests for a day") });
    kit.clock.advance(HOUR_MS);
    expect(hostOf(await addClient(kit, tenant.owner, tenant.subscriptionId, "third"))).toBe(2);
  });

  test("is given to one of those who ask for it at once, the longest rested first, and to none of the others", async () => {
    const { tenant, clients } = await fullTenant();
    for (const index of [2, 0, 4]) {
      kit.clock.advance(HOUR_MS);
      await revoke(tenant, clients[index]!);
    }
    // The last of the three has an hour left to rest.
    kit.clock.advance(REST_MS - HOUR_MS);
    const prepared = await Promise.all(Array.from({ length: 8 }, (_, i) => prepareIssue(kit, tenant.owner, tenant.subscriptionId, `machine ${i}`)));
    const results = await Promise.allSettled(prepared.map(({ issue }) => issue()));
    const issued = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.client] : []));
    expect(issued.map(hostOf).sort()).toEqual([2, 4]);
    expect(results.map(codeOf).filter((code) => code !== "issued")).toEqual(Array.from({ length: 6 }, () => "subnet_full"));
    expect(await kit.sql("SELECT host_index FROM released_addresses WHERE instance_id = $1", [tenant.instanceId])).toEqual([{ host_index: 6 }]);
    expect(await kit.sql("SELECT live_clients FROM instances WHERE id = $1", [tenant.instanceId])).toEqual([{ live_clients: 4 }]);
  });

  test("is never used by two live clients, and never within a day, in any sequence of issues, revocations and hours", async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant({ kind: "issue" as const }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("revoke" as const), which: fc.nat(4) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 30 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 18 }), async (steps) => {
        const tenant = await makeTenant(kit, { subnet: "10.9.0.0/29" });
        const live: ClientView[] = [];
        const releasedAt = new Map<number, number>();
        for (const action of steps) {
          const now = kit.clock.now().getTime();
          if (action.kind === "wait") {
            kit.clock.advance(action.hours * HOUR_MS);
          } else if (action.kind === "revoke") {
            const [client] = live.splice(action.which, 1);
            if (!client) continue;
            await revoke(tenant, client);
            releasedAt.set(hostOf(client), now);
          } else {
            const mayReuse = [...releasedAt].filter(([, at]) => now - at >= REST_MS).sort((a, b) => a[1] - b[1]);
            const touched = live.length + releasedAt.size;
            const outcome = await addClient(kit, tenant.owner, tenant.subscriptionId, "machine").catch((error: { code?: string }) => error.code);
            if (typeof outcome !== "object") {
              expect(outcome).toBe("subnet_full");
              expect(touched).toBe(5);
              expect(mayReuse).toEqual([]);
              continue;
            }
            const host = hostOf(outcome);
            expect(live.map(hostOf)).not.toContain(host);
            if (releasedAt.has(host)) {
              expect(releasedAt.get(host)).toBe(mayReuse[0]?.[1]);
              releasedAt.delete(host);
            }
            live.push(outcome);
          }
        }
      }),
      { numRuns: 6, seed: 20270301 },
    );
  });
});

test("a full subnet is refused in words that say so, and nothing is half-made: no row, count, revision, event, mail or spent proof", async () => {
  const { tenant } = await fullTenant();
  const sixth = await prepareIssue(kit, tenant.owner, tenant.subscriptionId, "sixth");
  const before = await snapshotOf(kit);
  await expect(sixth.issue()).rejects.toMatchObject({ code: "subnet_full", message: expect.stringMatching(/^This subnet is full \(5 of 5 in use\)\. Revoke a client/) });
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
});

describe("T2: a plan's limit", () => {
  test("is never exceeded, however many ask at once", async () => {
    const tenant = await makeTenant(kit, { maxClients: 5 });
    const prepared = await Promise.all(Array.from({ length: 20 }, (_, i) => prepareIssue(kit, tenant.owner, tenant.subscriptionId, `machine ${i}`)));
    const results = await Promise.allSettled(prepared.map(({ issue }) => issue()));
    const codes = results.map(codeOf).sort();
    expect(codes).toEqual([...Array.from({ length: 5 }, () => "issued"), ...Array.from({ length: 15 }, () => "plan_limit_reached")]);
    expect(await kit.sql("SELECT live_clients, next_host_index FROM instances WHERE id = $1", [tenant.instanceId])).toEqual([{ live_clients: 5, next_host_index: 7 }]);
  });

  test("counts live clients: revoking one makes room for one", async () => {
    const tenant = await makeTenant(kit, { maxClients: 1 });
    const first = await addClient(kit, tenant.owner, tenant.subscriptionId, "first");
    const second = await prepareIssue(kit, tenant.owner, tenant.subscriptionId, "second");
    const before = await snapshotOf(kit);
    await expect(second.issue()).rejects.toMatchObject({ code: "plan_limit_reached", message: expect.stringContaining("allows 1 client, and 1 is in use") });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    await revoke(tenant, first);
    expect((await second.issue()).client.state).toBe("active");
  });
});
