/** Billing drives access: what the gateway is told to hold is exactly what the subscription's state, and each client's own, say. */
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { readDelta } from "@/lib/db/gateway-state";
import { makeGateway, type TestGateway } from "@/lib/testing/gateway";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, prepareIssue, proofOf, wrongCodeOf, type Tenant } from "@/lib/testing/tenancy";
import { advanceBilling, remindOfBilling } from "@/lib/usecases/billing/advance-billing";
import { activateSubscription, cancelSubscription, keepSubscription, requestActivation, searchSubscriptionRecords, suspendSubscription } from "@/lib/usecases/billing/operate-billing";
import { listLicenses, makeLicense, redeemLicense, requestLicense, withdrawLicenseKey } from "@/lib/usecases/billing/licenses";
import { addPlan, changePlan, listPlanRecords, listPlans, setPlanRetired, type PlanInput } from "@/lib/usecases/billing/plans";
import { takeOutSubscription } from "@/lib/usecases/billing/take-out-subscription";
import { listActivity } from "@/lib/usecases/list-activity";
import { removeMember } from "@/lib/usecases/members/remove-member";
import { acceptOwnership, offerOwnership, requestOwnership, requestOwnershipOffer } from "@/lib/usecases/members/transfer-ownership";
import { provisionOwnInstance } from "@/lib/usecases/provisioning/provision-own";
import { requestResume } from "@/lib/usecases/resume-client";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { suspendClient } from "@/lib/usecases/suspend-client";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";

const DAY = 24 * 3_600_000;
const PLAN: PlanInput = { name: "Small", price: 4900, currency: "EUR", interval: "month", maxClients: null, maxMembers: 5, maxSystems: 2, instanceSize: "2 vCPU", trialDays: 14, graceDays: 7, retentionDays: 30 };

let kit: Kit;
let tenant: Tenant;
let owner: Actor;
let operator: Actor;
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
  operator = await person(kit, TEST_OPERATOR);
});

const inDays = (days: number): string => new Date(kit.clock.now().getTime() + days * DAY).toISOString();
const view = (actor = owner) => viewSubscription(kit.ports, actor, { subscriptionId });
const see = (clientId: string) => viewClient(kit.ports, owner, { subscriptionId, clientId });
async function activate(until: string | null, id = subscriptionId) {
  // Signed in again: days went by.
  const now = await person(kit, TEST_OPERATOR);
  const asked = await requestActivation(kit.ports, now, { subscriptionId: id, until });
  return activateSubscription(kit.ports, now, { subscriptionId: id, until }, proofOf(kit, asked));
}
const suspend = (id = subscriptionId) => suspendSubscription(kit.ports, operator, { subscriptionId: id });
const cancel = (atOnce = false, actor = owner) => cancelSubscription(kit.ports, actor, { subscriptionId, atOnce });
const onDevice = async (): Promise<string[]> => (await gateway.fetch()).instances.flatMap(({ peers }) => peers.map(({ clientId }) => clientId)).sort();
const mails = (template: string, since = kit.clock.now()) =>
  kit.sql<{ recipient: string; to: string }>("SELECT recipient, COALESCE(payload->>'to', payload->>'next') AS to FROM outbox_mails WHERE template = $1 AND created_at >= $2 ORDER BY recipient", [template, since]);
const revisionOf = async (): Promise<number> => Number((await kit.sql<{ revision: string }>("SELECT revision FROM gateways WHERE id = $1", [gateway.id]))[0]?.revision);

describe("suspending", () => {
  test("cuts every client in one revision, and is finished when the gateway confirms it; activating brings the same keys and addresses back", async () => {
    const member = await addMember(kit, tenant, "member");
    const [mine, theirs] = [await addClient(kit, owner, subscriptionId), await addClient(kit, member, subscriptionId, "theirs")];
    const [held, gone] = [await addClient(kit, owner, subscriptionId, "held"), await addClient(kit, owner, subscriptionId, "gone")];
    await suspendClient(kit.ports, owner, { subscriptionId, clientId: held.id });
    await revokeClient(kit.ports, owner, { subscriptionId, clientId: gone.id });
    const before = await gateway.sync();
    expect(await onDevice()).toEqual([mine.id, theirs.id].sort());
    kit.clock.advance(1_000);

    expect(await suspend()).toMatchObject({ billingState: "suspended", billing: { givesAccess: false, until: null, next: null } });
    expect(await revisionOf()).toBe(before.revision + 1);
    expect(await mails("billing-changed")).toEqual([member.email, owner.email].sort().map((recipient) => ({ recipient, to: "suspended" })));
    expect(await see(mine.id)).toMatchObject({ state: "suspended", held: true, mayResume: false, enforcement: { status: "pending" } });
    // The agent is told everything, with no peer in it; not a delta of many.
    expect(await readDelta(kit.ports.db.read, gateway.id, before.revision, kit.clock.now())).toBeNull();
    const cut = await gateway.fetch();
    expect(cut.instances).toMatchObject([{ peers: [] }]);
    expect(await gateway.acknowledge(cut)).toMatchObject({ inSync: true });
    expect((await see(theirs.id)).enforcement.status).toBe("confirmed");
    const [{ summary } = { summary: "" }] = (await listActivity(kit.ports, owner, { subscriptionId, cursor: null })).items;
    expect(summary).toMatch(/^Confirmed that 2 clients of acme atlas are cut off, \d+ ms after the request\.$/);

    kit.clock.advance(1_000);
    expect(await activate(inDays(30))).toMatchObject({ billingState: "active", billing: { givesAccess: true, next: "past_due" } });
    expect(await revisionOf()).toBe(before.revision + 2);
    const again = await gateway.fetch();
    expect(again.instances).toEqual(before.instances);
    expect(await gateway.acknowledge(again)).toMatchObject({ inSync: true });
    expect(await see(mine.id)).toMatchObject({ state: "active", held: false, publicKey: mine.publicKey, addressV4: mine.addressV4, addressV6: mine.addressV6, enforcement: { status: "confirmed" } });
    expect([(await see(held.id)).state, (await see(gone.id)).state]).toEqual(["suspended", "revoked"]);
  });

  test("what happens to a client meanwhile holds when it comes back", async () => {
    const [a, b, c] = [await addClient(kit, owner, subscriptionId, "a"), await addClient(kit, owner, subscriptionId, "b"), await addClient(kit, owner, subscriptionId, "c")];
    await suspend();
    await gateway.sync();
    await suspendClient(kit.ports, owner, { subscriptionId, clientId: a.id });
    await revokeClient(kit.ports, owner, { subscriptionId, clientId: b.id });
    expect(await onDevice()).toEqual([]);
    expect(await gateway.acknowledge(await gateway.fetch())).toMatchObject({ inSync: true });
    // Nothing in it is given access, by any way.
    await expect(requestResume(kit.ports, owner, { subscriptionId, clientId: a.id })).rejects.toMatchObject({ code: "subscription_inactive" });
    await expect(prepareIssue(kit, owner, subscriptionId)).rejects.toMatchObject({ code: "subscription_inactive" });
    await activate(null);
    expect(await onDevice()).toEqual([c.id]);
    expect(await gateway.acknowledge(await gateway.fetch())).toMatchObject({ inSync: true });
  });

  test("twice changes nothing; one without clients takes no revision", async () => {
    const before = await revisionOf();
    await suspend();
    const snapshot = await snapshotOf(kit);
    await suspend();
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual([]);
    expect(await revisionOf()).toBe(before);
  });

  test("a client that is issued at the same time is cut as well, or refused", async () => {
    for (let i = 0; i < 8; i += 1) {
      const fresh = await makeTenant(kit, { gateway });
      const issue = await prepareIssue(kit, fresh.owner, fresh.subscriptionId);
      const [issued] = await Promise.allSettled([issue.issue(), suspend(fresh.subscriptionId)]);
      if (issued?.status === "rejected") expect(issued.reason).toMatchObject({ code: "subscription_inactive" });
      const state = await gateway.fetch();
      expect(state.instances.find(({ instanceId }) => instanceId === fresh.instanceId)?.peers).toEqual([]);
      expect(await gateway.acknowledge(state)).toMatchObject({ inSync: true });
    }
  });
});

describe("who may", () => {
  test("an operator activates with a proof made for exactly that subscription and day, and suspends; nobody else does either", async () => {
    const until = inDays(30);
    const before = await snapshotOf(kit);
    for (const actor of [owner, await addMember(kit, tenant, "admin"), await addMember(kit, tenant, "member")]) {
      await expect(requestActivation(kit.ports, actor, { subscriptionId, until })).rejects.toMatchObject({ code: "forbidden" });
      await expect(suspendSubscription(kit.ports, actor, { subscriptionId })).rejects.toMatchObject({ code: "forbidden" });
    }
    for (const table of changedTables(before, await snapshotOf(kit))) expect(["users", "identities", "sessions", "memberships", "audit_events", "audit_chains", "known_browsers", "outbox_mails", "account_links"]).toContain(table);
    const asked = await requestActivation(kit.ports, operator, { subscriptionId, until });
    const other = await makeTenant(kit, { name: "other", gateway });
    await expect(activateSubscription(kit.ports, operator, { subscriptionId, until: inDays(31) }, proofOf(kit, asked))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(activateSubscription(kit.ports, operator, { subscriptionId: other.subscriptionId, until }, proofOf(kit, asked))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(activateSubscription(kit.ports, operator, { subscriptionId, until }, { challengeId: asked.challengeId, code: wrongCodeOf(kit, asked) })).rejects.toMatchObject({ code: "step_up_wrong_code" });
    await activateSubscription(kit.ports, operator, { subscriptionId, until }, proofOf(kit, asked));
    await expect(activateSubscription(kit.ports, operator, { subscriptionId, until }, proofOf(kit, asked))).rejects.toMatchObject({ code: "step_up_spent" });
    expect((await view()).billing.until).toBe(until);
    await expect(requestActivation(kit.ports, operator, { subscriptionId: kit.ports.newId(), until })).rejects.toMatchObject({ code: "not_found" });
    await expect(requestActivation(kit.ports, operator, { subscriptionId, until: "tomorrow" })).rejects.toMatchObject({ code: "billing_invalid" });
    const [last] = await kit.sql("SELECT actor_operator AS operator, data->>'proof' AS proof FROM audit_events WHERE chain_id = $1 AND action = 'billing.changed' ORDER BY seq DESC LIMIT 1", [subscriptionId]);
    expect(last).toEqual({ operator: true, proof: "mailed code" });
    expect((await searchSubscriptionRecords(kit.ports, operator, { query: owner.email })).items).toMatchObject([{ id: subscriptionId, ownerEmail: owner.email, billingState: "active", until }]);
    await expect(searchSubscriptionRecords(kit.ports, owner, {})).rejects.toMatchObject({ code: "forbidden" });
  });

  test("the owner cancels, for the end of what is paid; an admin, a member and a stranger don't (T3)", async () => {
    await activate(inDays(10));
    await expect(cancel(false, await addMember(kit, tenant, "admin"))).rejects.toMatchObject({ code: "forbidden" });
    await expect(cancel(false, await addMember(kit, tenant, "member"))).rejects.toMatchObject({ code: "forbidden" });
    await expect(cancel(false, await person(kit, "stranger@else.test"))).rejects.toMatchObject({ code: "not_found" });
    expect(await cancel()).toMatchObject({ billingState: "active", billing: { cancelsAtEnd: true, givesAccess: true, next: "cancelled" } });
    const [{ summary } = { summary: "" }] = (await listActivity(kit.ports, owner, { subscriptionId, cursor: null })).items;
    expect(summary).toMatch(/^Cancelled the subscription, as of \d{4}-\d\d-\d\d\.$/);
  });
});

describe("time", () => {
  test("ends what was paid for, then grace: a mail before each step and after it, and the gateway told once", async () => {
    const client = await addClient(kit, owner, subscriptionId);
    await kit.sql("UPDATE plans SET grace_days = 10, retention_days = 20 WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [subscriptionId]);
    await activate(inDays(30));
    const before = (await gateway.sync()).revision;
    const walk = async (days: number): Promise<string[]> => {
      kit.clock.advance(days * DAY);
      const now = kit.clock.now();
      await Promise.all([advanceBilling(kit.ports), advanceBilling(kit.ports)]);
      await Promise.all([remindOfBilling(kit.ports), remindOfBilling(kit.ports)]);
      const told = await kit.sql<{ line: string }>("SELECT template || ' ' || COALESCE(payload->>'to', payload->>'next') AS line FROM outbox_mails WHERE recipient = $1 AND created_at = $2 AND template LIKE 'billing-%' ORDER BY 1", [owner.email, now]);
      return told.map(({ line }) => line);
    };
    expect(await walk(22)).toEqual([]);
    expect(await walk(1)).toEqual(["billing-ending past_due"]);
    expect(await walk(3)).toEqual([]);
    expect(await walk(3)).toEqual(["billing-ending past_due"]);
    expect(await walk(1)).toEqual(["billing-changed past_due"]);
    expect((await see(client.id)).state).toBe("active");
    expect(await walk(9)).toEqual(["billing-ending suspended"]);
    expect(await onDevice()).toEqual([client.id]);
    expect(await walk(1)).toEqual(["billing-changed suspended"]);
    expect(await onDevice()).toEqual([]);
    expect(await revisionOf()).toBe(before + 1);
    // Nothing more by itself.
    expect(await walk(400)).toEqual([]);
    await activate(inDays(30));
    expect(await onDevice()).toEqual([client.id]);
  });

  test("however late: every step is in the log with the time at which it fell due", async () => {
    await addClient(kit, owner, subscriptionId);
    await activate(inDays(1));
    await cancel();
    kit.clock.advance(90 * DAY);
    await advanceBilling(kit.ports);
    expect(await view()).toMatchObject({ billingState: "ended", instance: null, leaving: { enforcement: { status: "pending" } } });
    const rows = await kit.sql<{ to: string; at: string; actor: string }>("SELECT data->>'to' AS to, data->>'at' AS at, actor_kind::text AS actor FROM audit_events WHERE chain_id = $1 AND action = 'billing.changed' ORDER BY seq", [subscriptionId]);
    expect(rows.map(({ to, actor }) => `${to} ${actor}`)).toEqual(["active user", "active user", "cancelled portal", "ended portal"]);
    expect(Date.parse(rows[3]?.at ?? "") - Date.parse(rows[2]?.at ?? "")).toBe(30 * DAY);
  });

  test("a cancellation is taken back by the owner: before its end as if it hadn't been, after it to wait for a payment, with everything there", async () => {
    const client = await addClient(kit, owner, subscriptionId);
    const keep = (actor = owner) => keepSubscription(kit.ports, actor, { subscriptionId });
    await activate(inDays(10));
    await cancel();
    for (const actor of [operator, await addMember(kit, tenant, "admin")]) await expect(keep(actor)).rejects.toMatchObject({ code: "forbidden" });
    expect(await keep()).toMatchObject({ billingState: "active", billing: { until: inDays(10), cancelsAtEnd: false } });
    const snapshot = await snapshotOf(kit);
    await keep();
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual([]);
    await cancel(true);
    kit.clock.advance(29 * DAY);
    await advanceBilling(kit.ports);
    owner = await person(kit, owner.email);
    expect(await keep()).toMatchObject({ billingState: "suspended", billing: { until: null } });
    expect(await onDevice()).toEqual([]);
    kit.clock.advance(300 * DAY);
    await advanceBilling(kit.ports);
    await activate(null);
    expect(await onDevice()).toEqual([client.id]);
    owner = await person(kit, owner.email);
    const summaries = (await listActivity(kit.ports, owner, { subscriptionId, cursor: null })).items.map(({ summary }) => summary);
    expect(summaries).toContain("Took the cancellation back: nothing is deleted, and it goes on when it is paid for.");
  });

  test("what was cancelled is kept, then deprovisioned for good", async () => {
    const client = await addClient(kit, owner, subscriptionId);
    await cancel(true);
    expect(await onDevice()).toEqual([]);
    expect((await view()).instance?.status).toBe("ready");
    kit.clock.advance(29 * DAY);
    await advanceBilling(kit.ports);
    expect((await see(client.id)).state).toBe("suspended");
    kit.clock.advance(DAY);
    await advanceBilling(kit.ports);
    expect((await see(client.id)).state).toBe("revoked");
    const state = await gateway.fetch();
    expect(state.instances).toEqual([]);
    expect(await gateway.acknowledge(state)).toMatchObject({ inSync: true });
    expect(await view()).toMatchObject({ billingState: "ended", instance: null });
    await expect(requestActivation(kit.ports, operator, { subscriptionId, until: null })).rejects.toMatchObject({ code: "billing_ended" });
  });
});

describe("license keys", () => {
  const planOf = async (id = subscriptionId): Promise<string> => (await kit.sql<{ plan_id: string }>("SELECT plan_id FROM subscriptions WHERE id = $1", [id]))[0]?.plan_id ?? "";
  async function makeKey(days = 30, note = "order 17"): Promise<string> {
    const input = { planId: await planOf(), days, note };
    const asked = await requestLicense(kit.ports, operator, input);
    return (await makeLicense(kit.ports, operator, input, proofOf(kit, asked))).key;
  }
  const redeem = (key: string, actor = owner, id = subscriptionId) => redeemLicense(kit.ports, actor, { subscriptionId: id, key });

  test("a key brings a suspended subscription back for its days, and then adds to what is paid for", async () => {
    const client = await addClient(kit, owner, subscriptionId);
    await suspend();
    expect(await redeem(await makeKey(30))).toMatchObject({ billingState: "active", billing: { until: inDays(30) } });
    expect(await onDevice()).toEqual([client.id]);
    const admin = await addMember(kit, tenant, "admin");
    expect((await redeem((await makeKey(10)).toLowerCase(), admin)).billing.until).toBe(inDays(40));
    const summaries = (await listActivity(kit.ports, owner, { subscriptionId, cursor: null })).items.map(({ summary }) => summary);
    expect(summaries).toContain("Redeemed a license key for 30 days.");
  });

  test("the key itself is stored nowhere", async () => {
    const key = await makeKey();
    const stored = JSON.stringify([await kit.sql("SELECT * FROM licenses"), await kit.sql("SELECT data FROM audit_events"), await kit.sql("SELECT payload FROM outbox_mails"), await listLicenses(kit.ports, operator)]);
    expect(stored).not.toContain(key);
    expect(stored).not.toContain(key.slice(40, 60));
  });

  test("of many who redeem one at once, one gets it (T2, T18)", async () => {
    const key = await makeKey();
    const others = await Promise.all(Array.from({ length: 5 }, async () => {
      const fresh = await makeTenant(kit, { gateway });
      await kit.sql("UPDATE subscriptions SET plan_id = $2, billing_state = 'pending' WHERE id = $1", [fresh.subscriptionId, await planOf()]);
      return fresh;
    }));
    const answers = await Promise.allSettled(others.flatMap((fresh) => [redeem(key, fresh.owner, fresh.subscriptionId), redeem(key, fresh.owner, fresh.subscriptionId)]));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const answer of answers) if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "license_invalid" });
    expect(await kit.sql("SELECT id FROM subscriptions WHERE id = ANY($1) AND billing_state = 'active'", [others.map((fresh) => fresh.subscriptionId)])).toHaveLength(1);
  });

  test("used, withdrawn and never made get one answer, and change nothing", async () => {
    await suspend();
    const [used, withdrawn] = [await makeKey(), await makeKey()];
    await redeem(used);
    const { id } = (await listLicenses(kit.ports, operator)).find((license) => license.redeemedAt === null && license.withdrawnAt === null) ?? { id: "" };
    await kit.sql("UPDATE licenses SET withdrawn_at = now() WHERE redeemed_at IS NULL AND withdrawn_at IS NULL AND id <> $1", [id]);
    await withdrawLicenseKey(kit.ports, operator, { licenseId: id });
    await expect(withdrawLicenseKey(kit.ports, operator, { licenseId: id })).rejects.toMatchObject({ code: "not_found" });
    const before = (await view()).billing;
    const refused = await Promise.all([used, withdrawn, `${used.slice(0, -1)}${used.endsWith("A") ? "B" : "A"}`, "PCL-NONE", ""].map((key) => redeem(key).catch((error: Error) => error.message)));
    expect(new Set(refused).size).toBe(1);
    expect((await view()).billing).toEqual(before);
  });

  test("it is for its plan, for who answers for the subscription, and made by operators alone; trying many waits", async () => {
    const key = await makeKey();
    const other = await makeTenant(kit, { name: "other", gateway });
    await expect(redeem(key, other.owner, other.subscriptionId)).rejects.toMatchObject({ code: "license_invalid", message: expect.stringContaining("for the plan") });
    await expect(redeem(key, other.owner)).rejects.toMatchObject({ code: "not_found" });
    await expect(redeem(key, operator)).rejects.toMatchObject({ code: "forbidden" });
    await expect(redeem(key, await addMember(kit, tenant, "member"))).rejects.toMatchObject({ code: "forbidden" });
    await expect(redeem(key)).rejects.toMatchObject({ code: "license_invalid", message: expect.stringContaining("no end") });
    const input = { planId: await planOf(), days: 30, note: "" };
    await expect(requestLicense(kit.ports, owner, input)).rejects.toMatchObject({ code: "forbidden" });
    await expect(makeLicense(kit.ports, owner, input, { challengeId: kit.ports.newId(), code: "123456" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(listLicenses(kit.ports, owner)).rejects.toMatchObject({ code: "forbidden" });
    await expect(requestLicense(kit.ports, operator, { ...input, days: 0 })).rejects.toMatchObject({ code: "bad_request", facts: { field: "days" } });
    const asked = await requestLicense(kit.ports, operator, input);
    await expect(makeLicense(kit.ports, operator, { ...input, days: 3000 }, proofOf(kit, asked))).rejects.toMatchObject({ code: "step_up_mismatch" });
    let waits = false;
    for (let i = 0; i < 25 && !waits; i += 1) waits = await redeem("PCL-NONE").then(() => false, (error: { code?: string }) => error.code === "too_many_tries");
    expect(waits).toBe(true);
  });
});

test("along random lives, the gateway is to hold a client exactly while its subscription gives access and it is active itself", { timeout: 120_000 }, async () => {
  const act = fc.constantFrom("activate", "activate for a week", "suspend", "cancel", "cancel now", "keep", "wait a day", "wait ten days", "suspend a client", "add a client", "revoke a client");
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 12 }), async (life) => {
      const fresh = await makeTenant(kit);
      await addClient(kit, fresh.owner, fresh.subscriptionId, "first");
      const id = fresh.subscriptionId;
      for (const what of life) {
        const [first] = await kit.sql<{ id: string }>("SELECT id FROM access_clients WHERE subscription_id = $1 AND state = 'active' ORDER BY created_at LIMIT 1", [id]);
        const doing = (): Promise<unknown> => {
          switch (what) {
            case "activate": return activate(null, id);
            case "activate for a week": return activate(inDays(7), id);
            case "suspend": return suspend(id);
            case "cancel": return cancelSubscription(kit.ports, fresh.owner, { subscriptionId: id, atOnce: false });
            case "cancel now": return cancelSubscription(kit.ports, fresh.owner, { subscriptionId: id, atOnce: true });
            case "keep": return keepSubscription(kit.ports, fresh.owner, { subscriptionId: id });
            case "suspend a client": return first ? suspendClient(kit.ports, fresh.owner, { subscriptionId: id, clientId: first.id }) : Promise.resolve();
            case "revoke a client": return first ? revokeClient(kit.ports, fresh.owner, { subscriptionId: id, clientId: first.id }) : Promise.resolve();
            case "add a client": return person(kit, fresh.owner.email).then((now) => addClient(kit, now, id));
            default:
              kit.clock.advance((what === "wait a day" ? 1 : 10) * DAY);
              return advanceBilling(kit.ports);
          }
        };
        await doing().catch((error: { code?: string }) => {
          if (!["billing_ended", "subscription_inactive", "instance_not_ready"].includes(error.code ?? "")) throw error;
        });
        const [subscription] = await kit.sql<{ state: string }>("SELECT billing_state::text AS state FROM subscriptions WHERE id = $1", [id]);
        const active = await kit.sql<{ id: string }>("SELECT id FROM access_clients WHERE subscription_id = $1 AND state = 'active' ORDER BY id", [id]);
        const state = await fresh.gateway.fetch();
        const wanted = ["trial", "active", "past_due"].includes(subscription?.state ?? "") ? active.map((client) => client.id) : [];
        expect(state.instances.flatMap(({ peers }) => peers.map(({ clientId }) => clientId)).sort()).toEqual(wanted);
        expect(state.instances).toHaveLength(subscription?.state === "ended" ? 0 : 1);
        expect(await fresh.gateway.acknowledge(state)).toMatchObject({ inSync: true });
      }
    }),
    { numRuns: 12 },
  );
});

describe("taking one out", () => {
  const planNamed = async (changes: Partial<PlanInput> = {}): Promise<string> => {
    const name = `Plan ${kit.ports.newId().slice(0, 8)}`;
    return (await addPlan(kit.ports, operator, { ...PLAN, ...changes, name })).find((plan) => plan.name === name)?.id ?? "";
  };

  test("begins with the trial, and its instance can be set up at once; the next one waits for its invoice, and for activation", async () => {
    const customer = await person(kit, `new-${kit.ports.newId()}@fresh.test`);
    const planId = await planNamed();
    const first = await takeOutSubscription(kit.ports, customer, { planId, name: "Fresh" });
    expect(first).toMatchObject({ name: "Fresh", standing: "owner", billingState: "trial", billing: { until: inDays(14), next: "past_due", price: { amount: 4900, currency: "EUR", interval: "month" } } });
    await (await makeGateway(kit)).sync();
    const provision = (id: string) => provisionOwnInstance(kit.ports, customer, { subscriptionId: id, name: "Fresh", subnetV4: "10.73.5.0/24" }, async () => []);
    expect((await provision(first.id)).instance?.status).toBe("provisioning");
    const second = await takeOutSubscription(kit.ports, customer, { planId, name: "Second" });
    expect(second).toMatchObject({ billingState: "pending", billing: { givesAccess: false, until: null } });
    await expect(provision(second.id)).rejects.toMatchObject({ code: "subscription_inactive" });
    await activate(inDays(30), second.id);
    expect((await provision(second.id)).instance?.status).toBe("provisioning");
  });

  test("whoever hands their subscription over has had their trial", async () => {
    let customer = await person(kit, `giver-${kit.ports.newId()}@fresh.test`);
    const planId = await planNamed();
    const { id, billingState } = await takeOutSubscription(kit.ports, customer, { planId, name: "First" });
    expect(billingState).toBe("trial");
    const taker = await addMember(kit, { subscriptionId: id }, "member");
    const offered = { subscriptionId: id, userId: taker.userId };
    await offerOwnership(kit.ports, customer, offered, proofOf(kit, await requestOwnershipOffer(kit.ports, customer, offered)));
    await acceptOwnership(kit.ports, taker, offered, proofOf(kit, await requestOwnership(kit.ports, taker, offered)));
    await removeMember(kit.ports, customer, { subscriptionId: id, userId: customer.userId });
    customer = await person(kit, customer.email);
    expect(await takeOutSubscription(kit.ports, customer, { planId, name: "Second" })).toMatchObject({ billingState: "pending" });
  });

  test("of many at once, no more than three that nobody paid for", async () => {
    const customer = await person(kit, `many-${kit.ports.newId()}@fresh.test`);
    const planId = await planNamed();
    const answers = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => takeOutSubscription(kit.ports, customer, { planId, name: `Number ${i}` })));
    const made = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    expect(made).toHaveLength(3);
    expect(made.filter(({ billingState }) => billingState === "trial")).toHaveLength(1);
    for (const answer of answers) if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "plan_limit_reached" });
  });

  test("a retired plan is offered to nobody, and kept by who has it; a change counts at once", async () => {
    const customer = await person(kit, `retired-${kit.ports.newId()}@fresh.test`);
    const planId = await planNamed();
    const { id } = await takeOutSubscription(kit.ports, customer, { planId, name: "Kept" });
    await setPlanRetired(kit.ports, operator, { planId, retired: true });
    expect((await listPlans(kit.ports)).map((plan) => plan.id)).not.toContain(planId);
    await expect(takeOutSubscription(kit.ports, customer, { planId, name: "Late" })).rejects.toMatchObject({ code: "plan_unavailable" });
    await expect(takeOutSubscription(kit.ports, customer, { planId: "none", name: "Late" })).rejects.toMatchObject({ code: "plan_unavailable" });
    await changePlan(kit.ports, operator, { ...PLAN, planId, name: "Renamed", maxClients: 3 });
    expect(await viewSubscription(kit.ports, customer, { subscriptionId: id })).toMatchObject({ planName: "Renamed", maxClients: 3 });
    expect((await listPlanRecords(kit.ports, operator)).find((plan) => plan.id === planId)).toMatchObject({ subscriptions: 1, retiredAt: expect.any(String) });
  });

  test.each<[string, Partial<PlanInput>]>([["price", { price: -1 }], ["price", { price: 1.5 }], ["currency", { currency: "eur" }], ["maxMembers", { maxMembers: 0 }], ["graceDays", { graceDays: 366 }], ["name", { name: "" }]])("a plan's %s is checked", async (field, changes) => {
    await expect(addPlan(kit.ports, operator, { ...PLAN, ...changes })).rejects.toMatchObject({ code: "bad_request", facts: { field } });
  });

  test("plans are the operators' to change", async () => {
    await expect(addPlan(kit.ports, owner, PLAN)).rejects.toMatchObject({ code: "forbidden" });
    await expect(changePlan(kit.ports, owner, { ...PLAN, planId: kit.ports.newId() })).rejects.toMatchObject({ code: "forbidden" });
    await expect(setPlanRetired(kit.ports, owner, { planId: kit.ports.newId(), retired: true })).rejects.toMatchObject({ code: "forbidden" });
    await expect(listPlanRecords(kit.ports, owner)).rejects.toMatchObject({ code: "forbidden" });
    await expect(changePlan(kit.ports, operator, { ...PLAN, planId: kit.ports.newId() })).rejects.toMatchObject({ code: "not_found" });
  });
});
