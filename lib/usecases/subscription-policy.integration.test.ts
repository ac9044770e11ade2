/** "Two factors required": who is kept out until they have shown a second one, and what turning it off takes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { addPhone, askFor, mailed } from "@/lib/testing/factors";
import { openKit, type Kit } from "@/lib/testing/kit";
import { actorOf, claimsOf, enter, operator } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, prepareIssue, type Tenant } from "@/lib/testing/tenancy";
import { elevateSession } from "./factors/elevate-session";
import { listClients } from "./list-clients";
import { listSubscriptions } from "./list-subscriptions";
import { requestPolicyRelaxation, setPolicy } from "./subscription-policy";
import { viewSubscription } from "./view-subscription";
import { watchSubscription } from "./watch-subscription";

let kit: Kit;
let acme: Tenant;
let member: Actor;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  acme = await makeTenant(kit, { gateway: acme?.gateway });
  member = await addMember(kit, acme, "member");
});

/** The same person, as the next request finds them. */
async function again(actor: Actor): Promise<Actor> {
  const now = await actorOf(kit, actor.sessionId);
  if (!now || now.email === null) throw new Error("Not signed in.");
  return now;
}
const turnOn = () => setPolicy(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, twoFactorRequired: true }, null);
const here = () => ({ subscriptionId: acme.subscriptionId });

test("turning it on takes no proof, is noted once, and keeps out every role whose session has shown one factor; not operators", async () => {
  await addClient(kit, member, acme.subscriptionId, "laptop");
  const prepared = await prepareIssue(kit, member, acme.subscriptionId, "late");
  const admin = await addMember(kit, acme, "admin");
  expect(await turnOn()).toMatchObject({ twoFactorRequired: true, locked: true, instance: null });
  for (const actor of [member, admin, acme.owner]) {
    await expect(viewSubscription(kit.ports, actor, here())).rejects.toMatchObject({ code: "two_factor_required" });
    await expect(listClients(kit.ports, actor, here())).rejects.toMatchObject({ code: "two_factor_required" });
    expect(await listSubscriptions(kit.ports, actor)).toMatchObject([{ id: acme.subscriptionId, locked: true, instance: null, liveClients: 0 }]);
  }
  const before = await snapshotOf(kit);
  await expect(prepared.issue()).rejects.toMatchObject({ code: "two_factor_required" });
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  expect(await viewSubscription(kit.ports, await operator(kit), here())).toMatchObject({ locked: false, instance: { status: "ready" } });
  expect(await kit.sql("SELECT actor_label FROM audit_events WHERE chain_id = $1 AND action = 'policy.two_factor_on'", [acme.subscriptionId])).toEqual([{ actor_label: acme.owner.email }]);
});

describe("it is met", () => {
  test("by the provider's two factors", async () => {
    await turnOn();
    const strong = await actorOf(kit, await enter(kit, claimsOf(member.email, { amr: ["pwd", "mfa"], twoFactor: true })));
    expect(await viewSubscription(kit.ports, strong as Actor, here())).toMatchObject({ locked: false, instance: { status: "ready" } });
  });

  test("by adding a second factor in this session, or confirming it with one", async () => {
    await turnOn();
    const phone = await addPhone(kit, member);
    expect(await viewSubscription(kit.ports, await again(member), here())).toMatchObject({ locked: false });
    const later = (await actorOf(kit, await enter(kit, claimsOf(member.email)))) as Actor;
    await expect(viewSubscription(kit.ports, later, here())).rejects.toMatchObject({ code: "two_factor_required" });
    await elevateSession(kit.ports, later, phone.proof(await askFor(kit, later, "session.elevate")));
    expect(await viewSubscription(kit.ports, await again(later), here())).toMatchObject({ locked: false });
  });
});

test("an open page's stream ends when it is turned on", async () => {
  const wakeups = await kit.listener();
  const events = await watchSubscription({ ...kit.ports, wakeups }, member, here(), new AbortController().signal);
  const next = events.next();
  await turnOn();
  expect(await next).toEqual({ done: true, value: undefined });
});

describe("turning it off", () => {
  test("takes a proof for this subscription, from who has shown two factors", async () => {
    const other = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'owner', now())", [other.subscriptionId, acme.owner.userId]);
    await turnOn();
    await expect(requestPolicyRelaxation(kit.ports, acme.owner, here())).rejects.toMatchObject({ code: "two_factor_required" });
    const phone = await addPhone(kit, acme.owner);
    const owner = await again(acme.owner);
    const off = { ...here(), twoFactorRequired: false };
    await expect(setPolicy(kit.ports, owner, off, null)).rejects.toMatchObject({ code: "bad_request" });
    const elsewhere = await requestPolicyRelaxation(kit.ports, owner, { subscriptionId: other.subscriptionId });
    await expect(setPolicy(kit.ports, owner, off, phone.proof(elsewhere))).rejects.toMatchObject({ code: "step_up_mismatch" });
    const challenge = await requestPolicyRelaxation(kit.ports, owner, here());
    expect(challenge).toMatchObject({ act: "no longer require two factors in acme", factors: ["totp", "recovery"] });
    await expect(setPolicy(kit.ports, owner, off, mailed(kit, challenge))).rejects.toMatchObject({ code: "step_up_factor_refused" });
    expect(await setPolicy(kit.ports, owner, off, phone.proof(challenge))).toMatchObject({ twoFactorRequired: false, locked: false });
    expect(await viewSubscription(kit.ports, member, here())).toMatchObject({ locked: false });
    expect(await kit.sql("SELECT FROM audit_events WHERE chain_id = $1 AND action = 'policy.two_factor_off'", [acme.subscriptionId])).toHaveLength(1);
  });

  test("is not for members, nor for operators", async () => {
    for (const [actor, code] of [[member, "forbidden"], [await operator(kit), "forbidden"]] as const) {
      await expect(requestPolicyRelaxation(kit.ports, actor, here())).rejects.toMatchObject({ code });
      await expect(setPolicy(kit.ports, actor, { ...here(), twoFactorRequired: true }, null)).rejects.toMatchObject({ code });
    }
  });
});
