/** The first page: all that concerns somebody, nothing that doesn't, and as many queries for two hundred subscriptions as for one. */
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { insertMembership } from "@/lib/db/provisioning";
import type { PeerReport } from "@/lib/protocol/messages";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator, person } from "@/lib/testing/people";
import { addClient, addMember, makeTenant, proofOf, type Tenant } from "@/lib/testing/tenancy";
import type { NeedView, SubscriptionSummaryView } from "@/lib/usecases/dashboard-views";
import { takeReport } from "@/lib/usecases/gateway-report";
import { inviteMember, requestInvitation } from "@/lib/usecases/members/invite";
import { offerOwnership, requestOwnershipOffer } from "@/lib/usecases/members/transfer-ownership";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { setPolicy } from "@/lib/usecases/subscription-policy";
import { suspendClient } from "@/lib/usecases/suspend-client";
import type { ClientView } from "@/lib/usecases/views";
import { viewDashboard } from "./view-dashboard";

const DAY_MS = 24 * 3_600_000;
let kit: Kit;
let acme: Tenant;
let globex: Tenant;
let member: Actor;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  acme = await makeTenant(kit);
  globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
  member = await addMember(kit, acme, "member");
});

const see = (actor: Actor) => viewDashboard(kit.ports, actor);
const kinds = async (actor: Actor): Promise<NeedView["kind"][]> => (await see(actor)).needs.map(({ kind }) => kind);
async function only(actor: Actor): Promise<SubscriptionSummaryView> {
  const { subscriptions } = await see(actor);
  expect(subscriptions).toHaveLength(1);
  return subscriptions[0]!;
}
const ask = async (hostName: string, subscriptionId = acme.subscriptionId): Promise<string> => {
  const id = kit.ports.newId();
  await kit.sql("INSERT INTO systems (id, subscription_id, public_key, host_name, asked_at, expires_at) VALUES ($1::uuid, $2, sha256(convert_to($1::uuid::text, 'UTF8')), $3, $4, $4::timestamptz + interval '1 day')", [id, subscriptionId, hostName, kit.clock.now()]);
  return id;
};
const peer = (client: ClientView, changes: Partial<PeerReport> = {}): PeerReport => ({ instanceId: acme.instanceId, publicKey: client.publicKey, endpoint: null, latestHandshakeSecondsAgo: 1, receivedBytes: 100, sentBytes: 1_000, ...changes });
const report = (...peers: PeerReport[]) => takeReport(kit.ports, acme.gateway, { revision: 0, digest: "0".repeat(64), peers, repairs: [], moves: [] }, null);

describe("what it says of a subscription", () => {
  test("is how its payment stands, its gateway, and who is online; a member's figures are of their own clients", async () => {
    const [owners, members] = [await addClient(kit, acme.owner, acme.subscriptionId), await addClient(kit, member, acme.subscriptionId)];
    await addClient(kit, acme.owner, acme.subscriptionId, "spare");
    await acme.gateway.sync();
    await report(peer(owners), peer(members, { sentBytes: 5_000 }));
    expect(await only(acme.owner)).toMatchObject({ subscription: { name: "acme", billingState: "active", instance: { status: "ready", gateway: { online: true } } }, clients: { count: 3, online: 2 }, systems: { count: 0, online: 0 }, pending: 0, invited: 0 });
    const own = await only(member);
    expect(own).toMatchObject({ clients: { count: 1, online: 1 }, systems: null });
    expect(own.traffic).toHaveLength(25);
    expect(own.traffic.at(-1)).toMatchObject({ downloadedBytes: 5_000, uploadedBytes: 100 });
    expect((await only(acme.owner)).traffic.at(-1)).toMatchObject({ downloadedBytes: 6_000, uploadedBytes: 200 });
    // Three minutes without a handshake: nobody is online. Nothing moved for two days: nothing to plot.
    kit.clock.advance(181_000);
    expect((await only(acme.owner)).clients).toEqual({ count: 3, online: 0 });
    kit.clock.advance(2 * DAY_MS);
    expect((await only(await person(kit, acme.owner.email))).traffic).toEqual([]);
  });

  test("tells what its gateway has not confirmed, until it has", async () => {
    const client = await addClient(kit, member, acme.subscriptionId, "lost laptop");
    await addClient(kit, acme.owner, acme.subscriptionId);
    expect([(await only(acme.owner)).pending, (await only(member)).pending]).toEqual([2, 1]);
    await acme.gateway.sync();
    await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
    for (const actor of [acme.owner, member]) {
      expect(await only(actor)).toMatchObject({ pending: 1 });
      expect((await see(actor)).needs).toEqual([{ kind: "cut-pending", subscription: { id: acme.subscriptionId, name: "acme" }, count: 1, client: { id: client.id, name: "lost laptop" }, systemId: null, gatewayAnswers: true, at: kit.clock.now().toISOString() }]);
    }
    await acme.gateway.sync();
    expect([await kinds(acme.owner), (await only(acme.owner)).pending]).toEqual([[], 0]);
  });

  test("is nothing of what lies within where two factors are asked for and one was shown", async () => {
    await addClient(kit, acme.owner, acme.subscriptionId);
    await ask("nas-01");
    await setPolicy(kit.ports, { ...acme.owner, twoFactor: true }, { subscriptionId: acme.subscriptionId, twoFactorRequired: true }, null);
    const { needs, subscriptions } = await see({ ...acme.owner, twoFactor: false });
    expect(needs).toEqual([]);
    expect(subscriptions).toMatchObject([{ subscription: { locked: true, instance: null }, clients: { count: 0, online: 0 }, systems: null, pending: 0, traffic: [] }]);
    expect(await kinds({ ...acme.owner, twoFactor: true })).toEqual(["system-waiting"]);
  });
});

describe("what needs somebody", () => {
  test("is a shared config, a system that waits, an end that is near, a payment that is due: for who can do something about it, the worst first", async () => {
    const admin = await addMember(kit, acme, "admin");
    const client = await addClient(kit, member, acme.subscriptionId, "laptop");
    await acme.gateway.sync();
    const now = kit.clock.now();
    await kit.sql("UPDATE access_clients SET shared_detected_at = $2, shared_last_at = $2, moved_at = $2, expires_at = $3, expiry_set_at = $2 WHERE id = $1", [client.id, now, new Date(now.getTime() + 3 * DAY_MS)]);
    await kit.sql("UPDATE subscriptions SET billing_state = 'past_due', billing_until = $2, billing_set_at = $3 WHERE id = $1", [acme.subscriptionId, new Date(now.getTime() + DAY_MS), now]);
    const first = await ask("nas-01");
    kit.clock.advance(1_000);
    await ask("nas-02");
    for (const actor of [acme.owner, admin]) {
      expect((await see(actor)).needs).toMatchObject([
        { kind: "config-shared", count: 1, client: { id: client.id, name: "laptop" }, at: now.toISOString() },
        { kind: "payment-due", subscription: { name: "acme" } },
        { kind: "system-waiting", count: 2, system: { id: first, name: "nas-01" }, at: now.toISOString() },
      ]);
    }
    expect(await kinds(member)).toEqual(["config-shared", "new-file", "client-ending"]);
    await kit.sql("UPDATE subscriptions SET billing_state = 'suspended', billing_until = NULL WHERE id = $1", [acme.subscriptionId]);
    expect([await kinds(admin), await kinds(member)]).toEqual([["config-shared", "suspended", "system-waiting"], ["config-shared", "new-file", "client-ending"]]);
  });

  test("is to sign in again, for who has to, and for nobody else", async () => {
    await kit.sql("UPDATE subscriptions SET sign_in_days = 7, sign_in_set_at = $2 WHERE id = $1", [acme.subscriptionId, kit.clock.now()]);
    await kit.sql("UPDATE memberships SET lapsed_at = $2 WHERE user_id = $1", [member.userId, kit.clock.now()]);
    expect((await see(member)).needs).toEqual([{ kind: "sign-in-again", subscription: { id: acme.subscriptionId, name: "acme" }, at: kit.clock.now().toISOString() }]);
    expect(await kinds(acme.owner)).toEqual([]);
  });

  test("is an invitation to one's address, an offer of the subscription, and a device that somebody hands over", async () => {
    const email = `new-${kit.ports.newId().slice(0, 8)}@acme.test`;
    const wish = { subscriptionId: acme.subscriptionId, email, role: "member" as const };
    await inviteMember(kit.ports, acme.owner, wish, proofOf(kit, await requestInvitation(kit.ports, acme.owner, wish)));
    expect(await only(acme.owner)).toMatchObject({ invited: 1 });
    expect(await only(member)).toMatchObject({ invited: 0 });
    const admin = await addMember(kit, acme, "admin");
    const offer = { subscriptionId: acme.subscriptionId, userId: admin.userId };
    await offerOwnership(kit.ports, acme.owner, offer, proofOf(kit, await requestOwnershipOffer(kit.ports, acme.owner, offer)));
    expect((await see(admin)).needs).toMatchObject([{ kind: "ownership-offered", fromEmail: acme.owner.email }]);
    const ivy = await person(kit, email);
    const serial = `SN-${kit.ports.newId().slice(0, 8)}`.toUpperCase();
    const warranty = kit.ports.newId();
    await kit.sql("INSERT INTO warranties (id, serial, model, starts_on, ends_on, imported_at, owner_id, registered_at) VALUES ($1, $2, 'Filer', '2020-01-01', '2099-01-01', $3, $4, $3)", [warranty, serial, kit.clock.now(), acme.owner.userId]);
    await kit.sql("INSERT INTO warranty_transfers (id, warranty_id, from_user_id, recipient, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5::timestamptz + interval '1 day')", [kit.ports.newId(), warranty, acme.owner.userId, email, kit.clock.now()]);
    expect(await see(ivy)).toMatchObject({
      subscriptions: [],
      needs: [{ kind: "invited", subscriptionName: "acme", invitedByEmail: acme.owner.email, role: "member" }, { kind: "device-offered", serial, fromEmail: acme.owner.email }],
    });
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'member', now())", [acme.subscriptionId, ivy.userId]);
    expect(await kinds(ivy)).toEqual(["device-offered"]);
    kit.clock.advance(15 * DAY_MS);
    expect([await kinds(ivy), (await see(acme.owner)).subscriptions[0]?.invited]).toEqual([[], 0]);
  });

  test("warranties are one's own that end within two months, the first ones first", async () => {
    const day = (days: number): string => new Date(kit.clock.now().getTime() + days * DAY_MS).toISOString().slice(0, 10);
    const register = (owner: Actor, serial: string, ends: number) =>
      kit.sql("INSERT INTO warranties (id, serial, model, starts_on, ends_on, imported_at, owner_id, registered_at) VALUES ($1, $2, 'Filer', '2020-01-01', $3, now(), $4, now())", [kit.ports.newId(), `${serial}-${acme.subscriptionId.slice(0, 8).toUpperCase()}`, day(ends), owner.userId]);
    await register(acme.owner, "LATER", 60);
    await register(acme.owner, "SOON", 3);
    await register(acme.owner, "OVER", -1);
    await register(acme.owner, "FAR", 61);
    await register(globex.owner, "THEIRS", 3);
    expect((await see(acme.owner)).warranties.map(({ serial, daysLeft }) => [serial.split("-")[0], daysLeft])).toEqual([["SOON", 4], ["LATER", 61]]);
  });
});

test("T3: nothing of another subscription shows, to nobody: not even to an operator, who finds them by search", async () => {
  const mine = await addClient(kit, globex.owner, globex.subscriptionId, "globex laptop");
  await ask("globex-nas", globex.subscriptionId);
  await suspendClient(kit.ports, globex.owner, { subscriptionId: globex.subscriptionId, clientId: mine.id });
  await kit.sql("UPDATE access_clients SET shared_detected_at = now(), shared_last_at = now() WHERE id = $1", [mine.id]);
  expect(await kinds(globex.owner)).toEqual(["config-shared", "cut-pending", "system-waiting"]);
  const olga = await operator(kit);
  for (const actor of [acme.owner, member, olga]) expect(JSON.stringify(await see(actor))).not.toContain("globex");
  expect((await see(olga)).subscriptions).toEqual([]);
  // Who was removed sees it no more.
  await kit.sql("DELETE FROM memberships WHERE user_id = $1", [member.userId]);
  expect(await see(member)).toEqual({ needs: [], subscriptions: [], warranties: [] });
});

test("takes as many queries for two hundred subscriptions as for one", async () => {
  const queries = async (actor: Actor): Promise<number> => {
    await see(actor);
    const asked = vi.spyOn(Client.prototype, "query");
    const before = asked.mock.calls.length;
    await see(actor);
    const count = asked.mock.calls.length - before;
    asked.mockRestore();
    return count;
  };
  const one = await queries(acme.owner);
  expect(one).toBe(10);
  const busy = await person(kit, `busy-${kit.ports.newId().slice(0, 8)}@acme.test`);
  const [plan] = await kit.sql<{ plan_id: string }>("SELECT plan_id FROM subscriptions WHERE id = $1", [acme.subscriptionId]);
  await kit.sql("INSERT INTO subscriptions (id, name, plan_id, billing_state, created_at) SELECT gen_random_uuid(), 'many ' || n, $1, 'active', now() FROM generate_series(1, 199) n", [plan?.plan_id]);
  await kit.sql("INSERT INTO memberships SELECT id, $1, 'admin', now() FROM subscriptions WHERE name LIKE 'many %'", [busy.userId]);
  await kit.sql("INSERT INTO systems (id, subscription_id, public_key, host_name, asked_at, expires_at) SELECT gen_random_uuid(), id, sha256(id::text::bytea), 'nas', $1, $1::timestamptz + interval '1 day' FROM subscriptions WHERE name LIKE 'many %'", [kit.clock.now()]);
  await insertMembership(kit.ports.db.read, { subscriptionId: acme.subscriptionId, userId: busy.userId, role: "admin", now: kit.clock.now() });
  const dashboard = await see(busy);
  expect([dashboard.subscriptions.length, dashboard.needs.length]).toEqual([200, 199]);
  expect(await queries(busy)).toBe(one);
});
