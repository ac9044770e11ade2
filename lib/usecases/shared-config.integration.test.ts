/** Product rule 6: two machines on one config are told from what the gateway saw, shown, and acted on as the subscription asks. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import type { Move, PeerReport } from "@/lib/protocol/messages";
import { digestOfState } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { snapshotOf, tablesHolding } from "@/lib/testing/snapshot";
import { addClient, addMember, issueInput, makeTenant, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { forgetWhereabouts } from "@/lib/usecases/forget-whereabouts";
import { takeReport } from "@/lib/usecases/gateway-report";
import { listActivity } from "@/lib/usecases/list-activity";
import { replaceKey, requestKeyReplacement } from "@/lib/usecases/replace-key";
import { requestResume, resumeClient } from "@/lib/usecases/resume-client";
import { requestSharedConfigRelaxation, setSharedConfigPolicy } from "@/lib/usecases/shared-config-policy";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { ClientView } from "@/lib/usecases/views";

const HOME = "203.0.113.77:61820";
const AWAY = "198.51.100.88:40112";
const DAY_MS = 24 * 3_600_000;

let kit: Kit;
let acme: Tenant;
let ada: Actor;
let client: ClientView;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  await kit.sql("DELETE FROM outbox_mails");
  await kit.sql("DELETE FROM client_trails");
  acme = await makeTenant(kit, { gateway: acme?.gateway });
  ada = await addMember(kit, acme, "member");
  client = await addClient(kit, ada, acme.subscriptionId, "laptop");
  await acme.gateway.sync();
});

const here = (id = client.id) => ({ subscriptionId: acme.subscriptionId, clientId: id });
const suspends = () => setSharedConfigPolicy(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, sharedConfig: "suspend" }, null);

async function report(moves: Move[] | undefined, peers: PeerReport[] = [], by: Tenant = acme, in_: Kit = kit): Promise<void> {
  const state = await by.gateway.fetch();
  await takeReport(in_.ports, by.gateway, { revision: state.revision, digest: digestOfState(state), peers, repairs: [], ...(moves ? { moves } : {}) }, null);
}

type Seen = Move["seen"][number];
/** [seconds ago, where, seconds since its latest handshake], oldest first. */
const seen = (...sightings: [secondsAgo: number, endpoint: string, handshakeAgo: number][]): Seen[] =>
  sightings.map(([secondsAgo, endpoint, latestHandshakeSecondsAgo]) => ({ msAgo: secondsAgo * 1_000, endpoint, latestHandshakeSecondsAgo }));
const moves = (sightings: Seen[], publicKey = client.publicKey): Move[] => [{ instanceId: acme.instanceId, publicKey, seen: sightings }];

/** 45 seconds of two machines that both send, as an agent tells it in one report. */
const SHARED = seen([46, HOME, 90], [45, AWAY, 45], [40, HOME, 45], [31, HOME, 30], [28, AWAY, 30], [16, AWAY, 15], [12, HOME, 15], [5, AWAY, 15], [1, HOME, 0]);
const share = () => report(moves(SHARED));
const mails = async () => kit.sql<{ to: string; payload: Record<string, unknown> }>("SELECT recipient AS to, payload FROM outbox_mails WHERE template = 'config-shared' ORDER BY recipient");
const actions = async () => (await kit.sql<{ action: string }>("SELECT action FROM audit_events WHERE subject_id = $1 ORDER BY seq", [client.id])).map(({ action }) => action);

describe("two machines on one config", () => {
  test("are shown on the client, noted in the log without an address, and told to its owner and to who answers for the subscription, once", async () => {
    const admin = await addMember(kit, acme, "admin");
    await addMember(kit, acme, "member");
    await share();
    const found = await viewClient(kit.ports, ada, here());
    expect(found).toMatchObject({ state: "active", shared: { detectedAt: kit.clock.now().toISOString(), lastAt: kit.clock.now().toISOString() } });
    expect(found.shared?.networks.toSorted()).toEqual(["198.51.100.88", "203.0.113.77"]);
    const told = await mails();
    expect(told.map(({ to }) => to)).toEqual([ada.email, admin.email, acme.owner.email].sort());
    const page = `https://portal.test/subscriptions/${acme.subscriptionId}/clients/${client.id}`;
    for (const { to, payload } of told) {
      expect(payload).toMatchObject({ nickname: "laptop", ownerEmail: ada.email, suspended: false, clientUrl: page, replaceUrl: to === ada.email ? `${page}/replace-key` : null });
    }
    expect(await actions()).toEqual(["client.issued", "client.shared"]);
    expect(tablesHolding(await snapshotOf(kit), "203.0.113.77").sort()).toEqual(["access_clients", "outbox_mails"]);
    const { items } = await listActivity(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId });
    expect(items[0]).toMatchObject({ actor: "portal", summary: "Saw two machines use the config of “laptop” at the same time." });

    kit.clock.advance(60_000);
    await share();
    expect((await viewClient(kit.ports, ada, here())).shared).toMatchObject({ detectedAt: found.shared?.detectedAt, lastAt: kit.clock.now().toISOString() });
    expect(await mails()).toHaveLength(3);
    expect(await actions()).toEqual(["client.issued", "client.shared"]);
  });

  test("are told across reports, whoever of several portals takes them, and in one report of many at once", async () => {
    const half = 5;
    await report(moves(SHARED.slice(0, half).map((one) => ({ ...one, msAgo: one.msAgo - 28_000, latestHandshakeSecondsAgo: Number(one.latestHandshakeSecondsAgo) - 28 }))));
    expect((await viewClient(kit.ports, ada, here())).shared).toBeNull();
    kit.clock.advance(28_000);
    const other = await openKit({ DATABASE_URL: kit.databaseUrl });
    await report(moves(SHARED.slice(half)), [], acme, { ...other, ports: { ...other.ports, clock: kit.clock } });
    await other.close();
    expect((await viewClient(kit.ports, ada, here())).shared).not.toBeNull();
    expect(await mails()).toHaveLength(2);
  });

  test("are suspended where the subscription asks for it: by the portal, off the gateway with the next revision, with one mail each; and again if resumed on the same key", async () => {
    await suspends();
    await share();
    expect(await viewClient(kit.ports, ada, here())).toMatchObject({ state: "suspended", suspendedByEmail: null, mayResume: false, shared: expect.anything() as unknown, enforcement: { status: "pending" } });
    expect((await acme.gateway.sync()).instances.flatMap(({ peers }) => peers).some(({ clientId }) => clientId === client.id)).toBe(false);
    expect(await viewClient(kit.ports, ada, here())).toMatchObject({ enforcement: { status: "confirmed" } });
    expect((await mails()).map(({ payload }) => payload.suspended)).toEqual([true, true]);
    expect(await actions()).toEqual(["client.issued", "client.shared", "client.suspended", "client.cut"]);
    expect(await kit.sql("SELECT actor_kind::text AS kind, actor_id FROM audit_events WHERE subject_id = $1 AND action = 'client.suspended'", [client.id])).toEqual([{ kind: "portal", actor_id: null }]);
    // What is still on its way when it is cut changes nothing.
    await share();
    expect(await mails()).toHaveLength(2);

    const challenge = await requestResume(kit.ports, acme.owner, here());
    await resumeClient(kit.ports, acme.owner, here(), proofOf(kit, challenge));
    await acme.gateway.sync();
    kit.clock.advance(300_000);
    await share();
    expect(await viewClient(kit.ports, ada, here())).toMatchObject({ state: "suspended" });
    expect(await mails()).toHaveLength(4);
  });

  test("are nothing new of a client that was taken off with its owner, or for want of payment: what is still on its way suspends nothing, and mails nobody", async () => {
    await suspends();
    for (const mark of ["owner_held", "billing_held"]) {
      await kit.sql(`UPDATE access_clients SET ${mark} = true WHERE id = $1`, [client.id]);
      await share();
      await kit.sql(`UPDATE access_clients SET ${mark} = false WHERE id = $1`, [client.id]);
      expect(await viewClient(kit.ports, ada, here())).toMatchObject({ state: "active", shared: null });
    }
    expect(await mails()).toEqual([]);
    expect(await actions()).toEqual(["client.issued"]);
    await share();
    expect(await viewClient(kit.ports, ada, here())).toMatchObject({ state: "suspended" });
  });

  test("are told by reports alone, of an agent that doesn't look more often; nothing of one that only stays", async () => {
    const other = await addClient(kit, ada, acme.subscriptionId, "stays");
    const peer = (publicKey: string, endpoint: string, ago: number): PeerReport => ({ instanceId: acme.instanceId, publicKey, endpoint, latestHandshakeSecondsAgo: ago, receivedBytes: 1, sentBytes: 1 });
    for (let i = 0; i < 12; i += 1) {
      // Each shakes hands again every 15 s, and every report shows the other one.
      await report(undefined, [peer(client.publicKey, i % 2 === 0 ? HOME : AWAY, (i % 3) * 5), peer(other.publicKey, HOME, i * 5)]);
      kit.clock.advance(5_000);
    }
    expect((await viewClient(kit.ports, ada, here())).shared).not.toBeNull();
    expect((await viewClient(kit.ports, ada, here(other.id))).shared).toBeNull();
    expect(await kit.sql("SELECT FROM client_trails WHERE client_id = $1", [other.id])).toEqual([]);
  });

  test("T3: another gateway's word for it, and a key that isn't the client's any more, change nothing", async () => {
    const globex = await makeTenant(kit, { name: "globex" });
    await report(moves(SHARED), [], globex);
    await report(moves(SHARED, "ZkSSYLnk5yowVCBfYsutR8tlooBtFr9wFG2O1r3nbjs="));
    expect((await viewClient(kit.ports, ada, here())).shared).toBeNull();
    expect(await kit.sql("SELECT FROM client_trails")).toEqual([]);
    expect(await mails()).toEqual([]);
  });

  test("are not told of a machine that goes home → phone → home", async () => {
    await report(moves(seen([40, HOME, 100], [30, AWAY, 100], [25, AWAY, 24], [10, HOME, 24], [8, HOME, 7])));
    expect((await viewClient(kit.ports, ada, here())).shared).toBeNull();
    expect(await kit.sql("SELECT FROM client_trails")).toHaveLength(1);
  });
});

describe("it is over when the key is replaced", () => {
  const replace = async () => {
    const challenge = await requestKeyReplacement(kit.ports, ada, here());
    const made = issueInput(kit, acme.subscriptionId, "x", challenge);
    await replaceKey(kit.ports, ada, { ...here(), publicKey: made.publicKey, sealedPresharedKey: made.sealedPresharedKey }, proofOf(kit, challenge));
    return made.publicKey;
  };

  test("as soon as the new key has connected, not before; and the new key begins with a clean sheet", async () => {
    await share();
    await report(moves(seen([20, HOME, 10], [10, AWAY, 10])));
    const publicKey = await replace();
    expect(await viewClient(kit.ports, ada, here())).toMatchObject({ shared: expect.anything() as unknown, keyHandover: expect.anything() as unknown });
    await report([], [{ instanceId: acme.instanceId, publicKey, endpoint: HOME, latestHandshakeSecondsAgo: 0, receivedBytes: 92, sentBytes: 148 }]);
    expect(await viewClient(kit.ports, ada, here())).toMatchObject({ publicKey, shared: null });
    expect(await kit.sql("SELECT FROM client_trails")).toEqual([]);
  });

  test("at once, for a client that was suspended for it; whose suspension an admin lifts", async () => {
    await suspends();
    await share();
    await replace();
    expect(await viewClient(kit.ports, ada, here())).toMatchObject({ state: "suspended", shared: null, keyHandover: null });
  });
});

describe("the policy", () => {
  test("is to warn, until an owner or admin says otherwise; to go back takes a proof for just that", async () => {
    expect(await viewSubscription(kit.ports, ada, { subscriptionId: acme.subscriptionId })).toMatchObject({ sharedConfigPolicy: "warn" });
    for (const who of [ada, await operator(kit)]) {
      await expect(setSharedConfigPolicy(kit.ports, who, { subscriptionId: acme.subscriptionId, sharedConfig: "suspend" }, null)).rejects.toMatchObject({ code: "forbidden" });
    }
    expect(await suspends()).toMatchObject({ sharedConfigPolicy: "suspend" });
    await suspends();
    const warn = { subscriptionId: acme.subscriptionId, sharedConfig: "warn" as const };
    await expect(setSharedConfigPolicy(kit.ports, acme.owner, warn, null)).rejects.toMatchObject({ code: "bad_request" });
    const proof = proofOf(kit, await requestSharedConfigRelaxation(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId }));
    expect(await setSharedConfigPolicy(kit.ports, acme.owner, warn, proof)).toMatchObject({ sharedConfigPolicy: "warn" });
    await expect(setSharedConfigPolicy(kit.ports, acme.owner, warn, proof)).rejects.toMatchObject({ code: "step_up_spent" });
    expect((await kit.sql<{ action: string }>("SELECT action FROM audit_events WHERE chain_id = $1 AND action LIKE 'policy.%' ORDER BY seq", [acme.subscriptionId])).map(({ action }) => action)).toEqual(["policy.shared_config_suspend", "policy.shared_config_warn"]);
  });
});

describe("where machines connect from", () => {
  const latest = (): PeerReport[] => [{ instanceId: acme.instanceId, publicKey: client.publicKey, endpoint: HOME, latestHandshakeSecondsAgo: 0, receivedBytes: 1, sentBytes: 1 }];

  test("is forgotten after the days that the operator chose, wherever it stands", async () => {
    await report(moves(SHARED), latest());
    await kit.sql("UPDATE outbox_mails SET sent_at = $1", [kit.clock.now()]);
    kit.clock.advance(7 * DAY_MS - 1);
    await forgetWhereabouts(kit.ports);
    expect(tablesHolding(await snapshotOf(kit), "203.0.113.77").sort()).toEqual(["access_clients", "client_sightings", "outbox_mails"]);
    kit.clock.advance(2);
    await forgetWhereabouts(kit.ports);
    expect(tablesHolding(await snapshotOf(kit), "203.0.113.77")).toEqual([]);
    await kit.sql("UPDATE sessions SET last_seen_at = $1, expires_at = $2", [kit.clock.now(), new Date(kit.clock.now().getTime() + 30 * DAY_MS)]);
    expect((await viewClient(kit.ports, ada, here())).shared).toMatchObject({ networks: [] });
  });

  test("never gets into the database where it isn't to be kept, and two machines are told all the same", async () => {
    const off = await openKit({ DATABASE_URL: kit.databaseUrl, PORTAL_ENDPOINT_DAYS: "0" });
    const silent: Kit = { ...kit, ports: { ...off.ports, clock: kit.clock } };
    await report(moves(SHARED.slice(0, 4)), latest(), acme, silent);
    expect(tablesHolding(await snapshotOf(kit), "203.0.113.77")).toEqual([]);
    expect(await kit.sql("SELECT FROM client_trails")).toHaveLength(1);
    await report(moves(SHARED.slice(4)), latest(), acme, silent);
    expect((await viewClient(kit.ports, ada, here())).shared).toMatchObject({ networks: [] });
    expect(tablesHolding(await snapshotOf(kit), "203.0.113.77")).toEqual([]);
    expect(tablesHolding(await snapshotOf(kit), "198.51.100.88")).toEqual([]);
    await off.close();
  });
});
