/** Who has not signed in for longer than the subscription allows is off the device until they do: what the gateway is told, and what nothing else lifts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { openSession } from "@/lib/auth/open-session";
import { sourceOf } from "@/lib/auth/source";
import { readDelta } from "@/lib/db/gateway-state";
import { makeGateway, type TestGateway } from "@/lib/testing/gateway";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { BROWSER_HEADERS, person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, prepareIssue, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { activateSubscription, requestActivation, suspendSubscription } from "@/lib/usecases/billing/operate-billing";
import { requestResume, resumeClient } from "@/lib/usecases/resume-client";
import { requestSignInRelaxation, setSignInPolicy } from "@/lib/usecases/sign-in-policy";
import { suspendClient } from "@/lib/usecases/suspend-client";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { remindOfSignIns, settleSignIns } from "./sign-in-again";

const DAY = 24 * 3_600_000;

let kit: Kit;
let tenant: Tenant;
let member: Actor;
let subscriptionId: string;
let gateway: TestGateway;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  // Gateways of the tests before said nothing for too long.
  kit.clock.advance(3_600_000);
  tenant = await makeTenant(kit, { gateway: await makeGateway(kit) });
  ({ subscriptionId, gateway } = tenant);
  member = await addMember(kit, tenant, "member");
  await setSignInPolicy(kit.ports, tenant.owner, { subscriptionId, days: 30 }, null);
});

const onDevice = async (): Promise<string[]> => (await gateway.fetch()).instances.flatMap(({ peers }) => peers.map(({ clientId }) => clientId)).sort();
const inSync = async (): Promise<boolean> => ((await gateway.acknowledge(await gateway.fetch())) as { inSync: boolean }).inSync;
const owner = () => person(kit, tenant.owner.email);
const mails = async (template: string): Promise<string[]> =>
  (await kit.sql<{ recipient: string }>("SELECT recipient FROM outbox_mails WHERE template = $1 AND recipient LIKE '%' AND payload->>'url' LIKE $2 ORDER BY recipient", [template, `%${subscriptionId}%`])).map(({ recipient }) => recipient);
const events = async (): Promise<string[]> => (await kit.sql<{ action: string }>("SELECT action FROM audit_events WHERE chain_id = $1 AND action IN ('member.lapsed', 'member.returned') ORDER BY seq", [subscriptionId])).map(({ action }) => action);
const revision = async (): Promise<number> => Number((await kit.sql<{ revision: string }>("SELECT revision FROM gateways WHERE id = $1", [gateway.id]))[0]?.revision);
const signInWithPassword = (userId: string) =>
  kit.ports.db.transaction((tx) =>
    openSession(kit.ports, tx, { userId, identityId: null, method: "password", twoFactor: false, amr: ["pwd"], acr: null, authTime: null, providerSid: null, source: sourceOf(BROWSER_HEADERS), browserToken: null, replaces: null }),
  );

/** Thirty days later, in which the owner signed in and the member didn't. */
async function lapse(): Promise<void> {
  kit.clock.advance(15 * DAY);
  await owner();
  kit.clock.advance(15 * DAY);
  expect(await settleSignIns(kit.ports)).toBeGreaterThan(0);
}

describe("a member whose last sign-in is too old", () => {
  test("loses all machines in one revision, and has them back by signing in, with the same keys and addresses", async () => {
    const [laptop, phone] = [await addClient(kit, member, subscriptionId, "laptop"), await addClient(kit, member, subscriptionId, "phone")];
    const theirs = await addClient(kit, tenant.owner, subscriptionId, "theirs");
    const before = await gateway.sync();
    kit.clock.advance(15 * DAY);
    await owner();
    kit.clock.advance(15 * DAY - 1);
    expect(await settleSignIns(kit.ports)).toBe(0);
    kit.clock.advance(1);
    expect(await settleSignIns(kit.ports)).toBe(1);

    expect(await revision()).toBe(before.revision + 1);
    expect(await onDevice()).toEqual([theirs.id]);
    expect(await inSync()).toBe(true);
    expect(await viewClient(kit.ports, await owner(), { subscriptionId, clientId: laptop.id })).toMatchObject({ state: "suspended", held: true, heldForOwner: "sign-in", suspendedAt: null, mayResume: false, enforcement: { status: "confirmed" } });
    expect(await mails("sign-in-lapsed")).toEqual([member.email]);

    expect((await viewSubscription(kit.ports, await person(kit, member.email), { subscriptionId })).lapsed).toMatchObject({ withProvider: true });
    expect(await settleSignIns(kit.ports)).toBe(1);
    expect(await revision()).toBe(before.revision + 2);
    const again = await gateway.fetch();
    expect(again.instances).toEqual(before.instances);
    expect(await gateway.acknowledge(again)).toMatchObject({ inSync: true });
    expect(await viewClient(kit.ports, await owner(), { subscriptionId, clientId: phone.id })).toMatchObject({ state: "active", held: false, heldForOwner: null, publicKey: phone.publicKey, addressV4: phone.addressV4 });
    expect(await mails("sign-in-returned")).toEqual([member.email]);
    expect(await events()).toEqual(["member.lapsed", "member.returned"]);
    expect((await viewSubscription(kit.ports, await person(kit, member.email), { subscriptionId })).lapsed).toBeNull();
  });

  test("of one machine the gateway is told that one alone", async () => {
    const laptop = await addClient(kit, member, subscriptionId);
    const before = await gateway.sync();
    await lapse();
    const cut = await readDelta(kit.ports.db.read, gateway.id, before.revision, kit.clock.now());
    expect(cut).toMatchObject({ kind: "delta", changes: [{ kind: "peer-removed", clientId: laptop.id }] });
  });

  test("is not brought back by a password where a provider vouches for the account, and is by any sign-in where none does", async () => {
    await addClient(kit, member, subscriptionId);
    await lapse();
    await signInWithPassword(member.userId);
    expect(await settleSignIns(kit.ports)).toBe(0);
    expect(await onDevice()).toEqual([]);
    await kit.sql("DELETE FROM identities WHERE user_id = $1", [member.userId]);
    expect(await settleSignIns(kit.ports)).toBe(1);
    expect(await onDevice()).toHaveLength(1);
  });

  test("gives themselves nothing through a session from before, and still takes away", async () => {
    const laptop = await addClient(kit, member, subscriptionId);
    await lapse();
    await kit.sql("UPDATE sessions SET last_seen_at = $1, expires_at = $2 WHERE id = $3", [kit.clock.now(), new Date(kit.clock.now().getTime() + DAY), member.sessionId]);
    await expect(prepareIssue(kit, member, subscriptionId)).rejects.toMatchObject({ code: "sign_in_again" });
    await suspendClient(kit.ports, member, { subscriptionId, clientId: laptop.id });
    await expect(requestResume(kit.ports, member, { subscriptionId, clientId: laptop.id })).rejects.toMatchObject({ code: "sign_in_again" });
  });

  test("keeps what else took a machine off: an admin's suspension, and the subscription's", async () => {
    const [laptop, phone] = [await addClient(kit, member, subscriptionId, "laptop"), await addClient(kit, member, subscriptionId, "phone")];
    await lapse();
    await suspendClient(kit.ports, await owner(), { subscriptionId, clientId: laptop.id });
    await suspendSubscription(kit.ports, await person(kit, TEST_OPERATOR), { subscriptionId });
    await person(kit, member.email);
    expect(await settleSignIns(kit.ports)).toBe(1);
    expect(await onDevice()).toEqual([]);
    expect(await inSync()).toBe(true);
    const operator = await person(kit, TEST_OPERATOR);
    await activateSubscription(kit.ports, operator, { subscriptionId, until: null }, proofOf(kit, await requestActivation(kit.ports, operator, { subscriptionId, until: null })));
    expect(await onDevice()).toEqual([phone.id]);
    expect(await inSync()).toBe(true);
  });

  test("comes back by nothing else: neither an admin's resuming nor a payment", async () => {
    const laptop = await addClient(kit, member, subscriptionId);
    await suspendClient(kit.ports, tenant.owner, { subscriptionId, clientId: laptop.id });
    await lapse();
    const admin = await owner();
    await resumeClient(kit.ports, admin, { subscriptionId, clientId: laptop.id }, proofOf(kit, await requestResume(kit.ports, admin, { subscriptionId, clientId: laptop.id })));
    expect(await onDevice()).toEqual([]);
    const operator = await person(kit, TEST_OPERATOR);
    await suspendSubscription(kit.ports, operator, { subscriptionId });
    await activateSubscription(kit.ports, operator, { subscriptionId, until: null }, proofOf(kit, await requestActivation(kit.ports, operator, { subscriptionId, until: null })));
    expect(await onDevice()).toEqual([]);
    expect(await inSync()).toBe(true);
    await person(kit, member.email);
    await settleSignIns(kit.ports);
    expect(await onDevice()).toEqual([laptop.id]);
    expect(await inSync()).toBe(true);
  });

  test("is one of ten processes' work, and done once", async () => {
    await addClient(kit, member, subscriptionId);
    const before = (await gateway.sync()).revision;
    kit.clock.advance(15 * DAY);
    await owner();
    kit.clock.advance(15 * DAY);
    await Promise.all(Array.from({ length: 10 }, () => settleSignIns(kit.ports)));
    expect(await revision()).toBe(before + 1);
    expect(await events()).toEqual(["member.lapsed"]);
    const snapshot = await snapshotOf(kit);
    expect(await settleSignIns(kit.ports)).toBe(0);
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual([]);
  });
});

describe("reminders", () => {
  const remind = async (days: number): Promise<number> => {
    kit.clock.advance(days * DAY);
    await owner();
    return remindOfSignIns(kit.ports);
  };

  test("go out seven days and one day before, once each, to who has a machine to lose", async () => {
    const idle = await addMember(kit, tenant, "member");
    await addClient(kit, member, subscriptionId);
    await remind(22);
    expect(await mails("sign-in-due")).toEqual([]);
    await remind(1);
    await remind(2);
    expect(await mails("sign-in-due")).toEqual([member.email]);
    await remind(4);
    await remind(0.5);
    expect(await mails("sign-in-due")).toEqual([member.email, member.email]);
    expect(await mails("sign-in-due")).not.toContain(idle.email);
  });

  test("don't go out while the subscription gives no access: there is nothing to lose", async () => {
    await addClient(kit, member, subscriptionId);
    await suspendSubscription(kit.ports, await person(kit, TEST_OPERATOR), { subscriptionId });
    await remind(24);
    expect(await mails("sign-in-due")).toEqual([]);
    const operator = await person(kit, TEST_OPERATOR);
    const asked = await requestActivation(kit.ports, operator, { subscriptionId, until: null });
    await activateSubscription(kit.ports, operator, { subscriptionId, until: null }, proofOf(kit, asked));
    await remind(0.5);
    expect(await mails("sign-in-due")).toEqual([member.email]);
  });

  test("begin anew with a sign-in", async () => {
    await addClient(kit, member, subscriptionId);
    await remind(29.5);
    await person(kit, member.email);
    await remind(1);
    await remind(28.5);
    expect(await mails("sign-in-due")).toEqual([member.email, member.email]);
  });
});

describe("the policy", () => {
  test("cuts nobody within its first three days, however old their sign-in, and reminds before", async () => {
    const other = await makeTenant(kit);
    const old = await addMember(kit, other, "member");
    const laptop = await addClient(kit, old, other.subscriptionId);
    kit.clock.advance(20 * DAY);
    const boss = await person(kit, other.owner.email);
    await setSignInPolicy(kit.ports, boss, { subscriptionId: other.subscriptionId, days: 7 }, null);
    kit.clock.advance(2.5 * DAY);
    await settleSignIns(kit.ports);
    await remindOfSignIns(kit.ports);
    const see = async () => (await viewClient(kit.ports, await person(kit, other.owner.email), { subscriptionId: other.subscriptionId, clientId: laptop.id })).held;
    expect(await see()).toBe(false);
    expect(await kit.sql("SELECT FROM outbox_mails WHERE template = 'sign-in-due' AND recipient = $1", [old.email])).toHaveLength(1);
    kit.clock.advance(DAY);
    await settleSignIns(kit.ports);
    expect(await see()).toBe(true);
  });

  test("is owners' and admins' to set; asking for less takes a proof for just that, and brings back whom it lets", async () => {
    const laptop = await addClient(kit, member, subscriptionId);
    await lapse();
    await expect(setSignInPolicy(kit.ports, await person(kit, member.email), { subscriptionId, days: 1 }, null)).rejects.toMatchObject({ code: "forbidden" });
    await kit.sql("UPDATE identities SET last_used_at = $1 WHERE user_id = $2", [new Date(kit.clock.now().getTime() - 31 * DAY), member.userId]);
    const boss = await owner();
    for (const days of [0, 366, 1.5]) await expect(setSignInPolicy(kit.ports, boss, { subscriptionId, days }, null)).rejects.toMatchObject({ code: "bad_request" });
    await expect(setSignInPolicy(kit.ports, boss, { subscriptionId, days: 60 }, null)).rejects.toMatchObject({ code: "bad_request" });
    const proof = proofOf(kit, await requestSignInRelaxation(kit.ports, boss, { subscriptionId, days: 60 }));
    await expect(setSignInPolicy(kit.ports, boss, { subscriptionId, days: null }, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
    expect(await setSignInPolicy(kit.ports, boss, { subscriptionId, days: 60 }, proof)).toMatchObject({ signInDays: 60 });
    await settleSignIns(kit.ports);
    expect(await onDevice()).toEqual([laptop.id]);
    expect(await setSignInPolicy(kit.ports, boss, { subscriptionId, days: 14 }, null)).toMatchObject({ signInDays: 14 });
    kit.clock.advance(4 * DAY);
    const later = await owner();
    await settleSignIns(kit.ports);
    expect(await onDevice()).toEqual([]);
    await setSignInPolicy(kit.ports, later, { subscriptionId, days: null }, proofOf(kit, await requestSignInRelaxation(kit.ports, later, { subscriptionId, days: null })));
    await settleSignIns(kit.ports);
    expect(await onDevice()).toEqual([laptop.id]);
    expect(await inSync()).toBe(true);
  });
});
