/** Product rule 4: a cut is finished when the gateway says so, and who waits for it in vain is told. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { addClient, addMember, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { alertOverdueCuts, OVERDUE_AFTER_MS } from "@/lib/usecases/alert-overdue-cuts";
import { takeReport } from "@/lib/usecases/gateway-report";
import { listGateways } from "@/lib/usecases/list-gateways";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { suspendClient } from "@/lib/usecases/suspend-client";
import { listActivity } from "@/lib/usecases/list-activity";

let kit: Kit;
let acme: Tenant;
let admin: Actor;
let member: Actor;
let olga: Actor;

beforeAll(async () => {
  kit = await openKit();
  acme = await makeTenant(kit);
  [admin, member, olga] = [await addMember(kit, acme, "admin"), await addMember(kit, acme, "member"), await operator(kit)];
});
afterAll(() => kit.close());
beforeEach(async () => {
  await acme.gateway.sync();
  await kit.sql("DELETE FROM outbox_mails");
});

const revoke = async (nickname: string): Promise<string> => {
  const { id } = await addClient(kit, member, acme.subscriptionId, nickname);
  await acme.gateway.sync();
  await revokeClient(kit.ports, admin, { subscriptionId: acme.subscriptionId, clientId: id });
  return id;
};
const mails = async (template: string): Promise<{ to: string; payload: Record<string, unknown> }[]> =>
  kit.sql<{ to: string; payload: Record<string, unknown> }>(`SELECT recipient AS to, payload FROM outbox_mails WHERE template = $1 ORDER BY recipient`, [template]);

describe("a cut that its gateway doesn't confirm", () => {
  test("is told after a minute, once, to owners, admins and operators, and to nobody else; and again when it is done", async () => {
    await revoke("lost laptop");
    kit.clock.advance(OVERDUE_AFTER_MS - 1);
    expect(await alertOverdueCuts(kit.ports)).toBe(0);
    kit.clock.advance(1);
    const counts = await Promise.all(Array.from({ length: 5 }, () => alertOverdueCuts(kit.ports)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(await mails("cut-overdue")).toMatchObject([admin.email, acme.owner.email].sort().map((to) => ({ to, payload: { nicknames: ["lost laptop"], count: 1, gatewayName: acme.gateway.name } })));
    expect((await mails("gateway-overdue")).map(({ to }) => to)).toEqual([olga.email]);
    expect((await listGateways(kit.ports, olga)).items.find(({ id }) => id === acme.gateway.id)).toMatchObject({ pendingCuts: 1, pendingSince: expect.any(String) as string });

    kit.clock.advance(10 * 60_000);
    expect(await alertOverdueCuts(kit.ports)).toBe(0);
    await acme.gateway.sync();
    expect((await mails("cut-confirmed-late")).map(({ to }) => to)).toEqual([admin.email, acme.owner.email].sort());
    expect((await listGateways(kit.ports, olga)).items.find(({ id }) => id === acme.gateway.id)).toMatchObject({ pendingCuts: 0, pendingSince: null });
    const { items } = await listActivity(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId });
    expect(items.slice(0, 2).map(({ summary }) => summary)).toEqual([expect.stringMatching(/^Confirmed that “lost laptop” is cut off/), expect.stringMatching(/“lost laptop” is not cut yet/)] as string[]);
  });

  test("is not told when it was confirmed in time", async () => {
    await revoke("in time");
    kit.clock.advance(OVERDUE_AFTER_MS - 1);
    await acme.gateway.sync();
    kit.clock.advance(OVERDUE_AFTER_MS);
    expect(await alertOverdueCuts(kit.ports)).toBe(0);
    expect([await mails("cut-overdue"), await mails("cut-confirmed-late")]).toEqual([[], []]);
  });

  test("of a suspension counts as well; a client that was only added doesn't", async () => {
    const { id } = await addClient(kit, member, acme.subscriptionId, "paused");
    await suspendClient(kit.ports, admin, { subscriptionId: acme.subscriptionId, clientId: id });
    await addClient(kit, member, acme.subscriptionId, "just added");
    kit.clock.advance(OVERDUE_AFTER_MS);
    expect(await alertOverdueCuts(kit.ports)).toBe(1);
    expect(await mails("cut-overdue")).toMatchObject([{ payload: { nicknames: ["paused"] } }, { payload: { nicknames: ["paused"] } }]);
  });

  test("is one mail to operators for a gateway that is away, however many clients are cut meanwhile", async () => {
    await Promise.all(["a", "b", "c"].map(revoke));
    kit.clock.advance(OVERDUE_AFTER_MS);
    expect(await alertOverdueCuts(kit.ports)).toBeGreaterThanOrEqual(1);
    const { id } = await addClient(kit, member, acme.subscriptionId, "later");
    await revokeClient(kit.ports, admin, { subscriptionId: acme.subscriptionId, clientId: id });
    kit.clock.advance(OVERDUE_AFTER_MS);
    await alertOverdueCuts(kit.ports);
    expect(await mails("gateway-overdue")).toHaveLength(1);
    expect((await mails("cut-overdue")).map(({ payload }) => payload.count)).toContain(1);
  });

  test("of one subscription is told to nobody of another on the same gateway", async () => {
    const globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
    await revoke("ours");
    kit.clock.advance(OVERDUE_AFTER_MS);
    await alertOverdueCuts(kit.ports);
    expect((await mails("cut-overdue")).map(({ to }) => to)).not.toContain(globex.owner.email);
  });
});

describe("drift", () => {
  test("that a gateway found and mended is in the log of the subscription, and of no other; another gateway's word for it is nothing", async () => {
    const globex = await makeTenant(kit, { name: "initech" });
    const state = await acme.gateway.fetch();
    const report = { revision: state.revision, digest: "0".repeat(64), peers: [], repairs: [{ instanceId: acme.instanceId, added: 1, updated: 0, removed: 2 }] };
    await takeReport(kit.ports, globex.gateway, report, null);
    const drift = () => kit.sql("SELECT chain_id, data->'removed' AS removed, actor_label FROM audit_events WHERE action = 'instance.drift'");
    expect(await drift()).toEqual([]);
    await takeReport(kit.ports, acme.gateway, report, "198.51.100.7");
    expect(await drift()).toEqual([{ chain_id: acme.subscriptionId, removed: 2, actor_label: `gateway ${acme.gateway.name}` }]);
    const { items } = await listActivity(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId });
    expect(items[0]?.summary).toBe("Found the device of acme atlas changed by hand, and repaired it: 2 peers that nobody had asked for, taken off; one peer missing, put back.");
  });
});
