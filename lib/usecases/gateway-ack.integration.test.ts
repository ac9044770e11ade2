/** A revocation is finished when the gateway confirms it, and by nothing else (product rule 4). */
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { generateKeyPair } from "@/lib/core/keys";
import { digestOfState, makeGateway } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { takeReport } from "@/lib/usecases/gateway-report";
import { listGateways } from "@/lib/usecases/list-gateways";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { ClientView } from "@/lib/usecases/views";

const NO_DIGEST = "0".repeat(64);

let kit: Kit;
let acme: Tenant;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  acme = await makeTenant(kit);
});

const add = (nickname: string, tenant = acme): Promise<ClientView> => addClient(kit, tenant.owner, tenant.subscriptionId, nickname);
const revoke = (client: ClientView, tenant = acme): Promise<ClientView> => revokeClient(kit.ports, tenant.owner, { subscriptionId: tenant.subscriptionId, clientId: client.id });
const look = (client: ClientView): Promise<ClientView> => viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
const cutEvents = (client: ClientView) => kit.sql<{ data: Record<string, string | number>; actor_kind: string; actor_label: string }>("SELECT data, actor_kind, actor_label FROM audit_events WHERE action = 'client.cut' AND subject_id = $1", [client.id]);

describe("an acknowledgement", () => {
  test("with the right digest finishes a revocation, says how long it took, and leaves the proof in the log", async () => {
    const client = await add("laptop");
    await acme.gateway.sync();
    await revoke(client);
    expect((await look(client)).enforcement).toMatchObject({ status: "pending", tookMs: null });
    kit.clock.advance(20);
    const state = await acme.gateway.fetch();
    expect((await look(client)).enforcement).toMatchObject({ status: "delivered", acknowledgedAt: null });
    kit.clock.advance(18);
    expect(await acme.gateway.acknowledge(state, { receivedMsAgo: 15, appliedMsAgo: 5 })).toEqual({ acknowledgedRevision: state.revision, inSync: true });
    const { enforcement } = await look(client);
    expect(enforcement).toMatchObject({ status: "confirmed", tookMs: 38 });
    const at = (ms: number) => new Date(Date.parse(enforcement.requestedAt) + ms).toISOString();
    expect(enforcement).toMatchObject({ committedAt: at(0), deliveredAt: at(20), appliedAt: at(33), acknowledgedAt: at(38) });
    expect(await cutEvents(client)).toEqual([
      {
        actor_kind: "gateway",
        actor_label: `gateway ${acme.gateway.name}`,
        data: { nickname: "laptop", revision: state.revision, requestedAt: at(0), committedAt: at(0), deliveredAt: at(20), appliedAt: at(33), acknowledgedAt: at(38), tookMs: 38 },
      },
    ]);
  });

  test("with another digest finishes nothing, and tells the agent to fetch everything", async () => {
    const client = await add("laptop");
    await revoke(client);
    const state = await acme.gateway.fetch();
    for (const digest of [NO_DIGEST, "f".repeat(64), digestOfState({ instances: [] })]) {
      expect(await acme.gateway.acknowledge(state, { digest })).toEqual({ acknowledgedRevision: 0, inSync: false });
    }
    expect((await look(client)).enforcement).toMatchObject({ status: "delivered", acknowledgedAt: null });
    expect(await cutEvents(client)).toEqual([]);
  });

  test("of the state before the revocation doesn't finish it", async () => {
    const client = await add("laptop");
    const before = await acme.gateway.fetch();
    await revoke(client);
    expect(await acme.gateway.acknowledge(before)).toEqual({ acknowledgedRevision: before.revision, inSync: true });
    expect((await look(client)).enforcement.status).not.toBe("confirmed");
    expect(await cutEvents(client)).toEqual([]);
  });

  test("of a device that still holds the peer finishes nothing, even under the new revision", async () => {
    const client = await add("laptop");
    const before = await acme.gateway.fetch();
    await revoke(client);
    const after = await acme.gateway.fetch();
    expect(await acme.gateway.acknowledge(after, { digest: digestOfState(before) })).toMatchObject({ inSync: false });
    expect(await cutEvents(client)).toEqual([]);
  });

  test("settles all revisions up to its own, each once: a replay and an older one change no settled time and write no event", async () => {
    const [one, other] = [await add("one"), await add("other")];
    const older = await acme.gateway.fetch();
    await revoke(one);
    await revoke(other);
    const state = await acme.gateway.fetch();
    await acme.gateway.acknowledge(state);
    const settled = [await look(one), await look(other)];
    expect(settled.map(({ enforcement }) => enforcement.status)).toEqual(["confirmed", "confirmed"]);

    kit.clock.advance(5000);
    const before = await snapshotOf(kit);
    await acme.gateway.acknowledge(state);
    await acme.gateway.acknowledge(older);
    expect(changedTables(before, await snapshotOf(kit))).toEqual(["gateway_presence"]);
    const [gateway] = await kit.sql("SELECT acknowledged_revision::int FROM gateway_presence WHERE gateway_id = $1", [acme.gateway.id]);
    expect(gateway).toEqual({ acknowledged_revision: state.revision });
    // Not even what is known of the gateway now.
    const presence = () => kit.sql("SELECT observed_digest::text, in_sync, failure FROM gateway_presence WHERE gateway_id = $1", [acme.gateway.id]);
    const known = await presence();
    await acme.gateway.acknowledge(older, { failures: [{ instanceId: null, code: "port_in_use", message: "An old worry." }] });
    await acme.gateway.acknowledge(older, { digest: "0".repeat(64) });
    await takeReport(kit.ports, acme.gateway, { revision: older.revision, digest: "0".repeat(64), peers: [], repairs: [] }, null);
    expect(await presence()).toEqual(known);
    expect((await cutEvents(one)).length + (await cutEvents(other)).length).toBe(2);
  });

  test("sent twenty times at once writes one event", async () => {
    const client = await add("laptop");
    await revoke(client);
    const state = await acme.gateway.fetch();
    const answers = await Promise.all(Array.from({ length: 20 }, () => acme.gateway.acknowledge(state)));
    expect(new Set(answers.map(({ inSync }) => inSync))).toEqual(new Set([true]));
    expect(await cutEvents(client)).toHaveLength(1);
  });

  test.each([1_000_000, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER])("of revision %d, which never was, is out of step and no fault", async (revision) => {
    const state = await acme.gateway.fetch();
    expect(await acme.gateway.acknowledge(state, { revision })).toEqual({ acknowledgedRevision: 0, inSync: false });
  });

  test("of revision 0 is in step for a gateway that holds nothing, and for none that should hold something", async () => {
    const empty = await makeGateway(kit);
    expect(await empty.sync()).toMatchObject({ revision: 0 });
    expect(await empty.acknowledge(await empty.fetch())).toEqual({ acknowledgedRevision: 0, inSync: true });
    expect(await acme.gateway.acknowledge(await acme.gateway.fetch(), { revision: 0 })).toEqual({ acknowledgedRevision: 0, inSync: false });
  });

  test("has its times in order, whatever durations the agent claims and however the portal's clocks differ", async () => {
    const durations = fc.oneof(fc.double({ min: 0, max: 5000, noNaN: true }), fc.constantFrom(0, 1e9, 1e15, Number.MAX_SAFE_INTEGER));
    await fc.assert(
      fc.asyncProperty(durations, durations, fc.integer({ min: -3000, max: 3000 }), async (receivedMsAgo, appliedMsAgo, skew) => {
        kit.clock.advance(150_000);
        const client = await add("machine");
        await revoke(client);
        const state = await acme.gateway.fetch();
        kit.clock.advance(skew);
        expect(await acme.gateway.acknowledge(state, { receivedMsAgo, appliedMsAgo })).toMatchObject({ inSync: true });
        const { enforcement } = await look(client);
        const times = [enforcement.requestedAt, enforcement.committedAt, enforcement.deliveredAt, enforcement.appliedAt, enforcement.acknowledgedAt].map((time) => Date.parse(time ?? ""));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(enforcement.tookMs).toBeGreaterThanOrEqual(0);
        const [event] = await cutEvents(client);
        expect(event?.data).toMatchObject({ acknowledgedAt: enforcement.acknowledgedAt, tookMs: enforcement.tookMs });
        kit.clock.advance(Math.max(0, -skew));
      }),
      { numRuns: 12, seed: 20270301 },
    );
  });

  test("T3: of another gateway touches nothing of this one: no revision, no instance, no client", async () => {
    const client = await add("laptop");
    await revoke(client);
    const state = await acme.gateway.fetch();
    const other = (await makeTenant(kit)).gateway;
    const before = await snapshotOf(kit);
    // Their own revision, digest and presence; our instance with a key of theirs.
    const theirs = await other.fetch();
    const key = generateKeyPair(kit.ports.randomBytes).publicKey;
    await other.acknowledge(theirs, { instances: [{ instanceId: acme.instanceId, publicKey: key }] });
    expect(await other.acknowledge(state)).toMatchObject({ inSync: false });
    expect(changedTables(before, await snapshotOf(kit)).filter((table) => table !== "gateway_presence")).toEqual([]);
    expect((await look(client)).enforcement.status).toBe("delivered");
  });

  test("keeps what the agent could not do, for the operator, until the next one without a failure", async () => {
    const olga = await operator(kit);
    const row = async () => (await listGateways(kit.ports, olga)).items.find(({ id }) => id === acme.gateway.id);
    const state = await acme.gateway.fetch();
    await acme.gateway.acknowledge(state, { digest: NO_DIGEST, failures: [{ instanceId: acme.instanceId, code: "port_in_use", message: "UDP port 51820 is in use." }] });
    expect(await row()).toMatchObject({ inSync: false, failure: "UDP port 51820 is in use." });
    await acme.gateway.acknowledge(state);
    expect(await row()).toMatchObject({ inSync: true, failure: null, revision: state.revision, acknowledgedRevision: state.revision });
  });
});

describe("an instance", () => {
  test("is ready, with its key, once its gateway confirmed it; a new key is noted in the customer's log", async () => {
    const view = () => viewSubscription(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId });
    expect((await view()).instance).toMatchObject({ status: "ready", publicKey: acme.gateway.keyOf(acme.instanceId), endpoint: expect.stringMatching(/^gateway\.test:\d+$/) });
    const publicKey = generateKeyPair(kit.ports.randomBytes).publicKey;
    const state = await acme.gateway.fetch();
    const instances = [{ instanceId: acme.instanceId, publicKey }];
    await acme.gateway.acknowledge(state, { instances });
    await acme.gateway.acknowledge(state, { instances: [...instances, ...instances] });
    expect((await view()).instance).toMatchObject({ publicKey });
    const events = await kit.sql<{ action: string }>("SELECT action FROM audit_events WHERE chain_id = $1 AND subject_id = $2 ORDER BY seq", [acme.subscriptionId, acme.instanceId]);
    expect(events.map(({ action }) => action)).toEqual(["instance.provisioned", "instance.confirmed", "instance.key_changed"]);
  });
});

describe("a report", () => {
  const figures = { endpoint: "203.0.113.9:40000", latestHandshakeSecondsAgo: 12, receivedBytes: 9_007_199_254_740_000, sentBytes: 1 };
  const report = async (peers: Parameters<typeof takeReport>[2]["peers"], gateway = acme.gateway) => {
    const state = await gateway.fetch();
    return takeReport(kit.ports, gateway, { revision: state.revision, digest: digestOfState(state), peers, repairs: [] }, null);
  };

  test("shows where a client is and what it moved, beside one that was never seen", async () => {
    const [seen, silent] = [await add("seen"), await add("silent")];
    const peers = [
      { instanceId: acme.instanceId, publicKey: seen.publicKey, ...figures },
      { instanceId: acme.instanceId, publicKey: silent.publicKey, endpoint: null, latestHandshakeSecondsAgo: null, receivedBytes: 0, sentBytes: 0 },
    ];
    expect(await report(peers)).toEqual({ inSync: true });
    expect((await look(seen)).device).toEqual({
      online: true,
      lastHandshakeAt: new Date(kit.clock.now().getTime() - 12_000).toISOString(),
      receivedBytes: 9_007_199_254_740_000,
      sentBytes: 1,
      // There is nothing yet to compare with.
      receivedPerSecond: 0,
      sentPerSecond: 0,
      endpoint: "203.0.113.9:40000",
    });
    expect((await look(silent)).device).toMatchObject({ online: false, lastHandshakeAt: null, endpoint: null });
  });

  test("that names a peer twice, or a handshake before all time, is taken as well as can be", async () => {
    const client = await add("laptop");
    const peer = { instanceId: acme.instanceId, publicKey: client.publicKey, ...figures };
    expect(await report([peer, { ...peer, receivedBytes: 7 }])).toEqual({ inSync: true });
    expect(await report([{ ...peer, latestHandshakeSecondsAgo: Number.MAX_SAFE_INTEGER }])).toEqual({ inSync: true });
    expect((await look(client)).device).toMatchObject({ online: false });
  });

  test("T3: of peers of another gateway, another instance, or nobody changes nothing", async () => {
    const client = await add("laptop");
    const other = await makeTenant(kit);
    const theirs = await add("theirs", other);
    await report([
      { instanceId: other.instanceId, publicKey: theirs.publicKey, ...figures },
      { instanceId: acme.instanceId, publicKey: theirs.publicKey, ...figures },
      { instanceId: other.instanceId, publicKey: client.publicKey, ...figures },
      { instanceId: acme.instanceId, publicKey: generateKeyPair(kit.ports.randomBytes).publicKey, ...figures },
    ]);
    expect(await kit.sql("SELECT FROM client_sightings WHERE client_id = ANY($1)", [[client.id, theirs.id]])).toEqual([]);
  });

  test("with a digest that doesn't match is out of step: somebody changed the device by hand", async () => {
    const state = await acme.gateway.fetch();
    expect(await takeReport(kit.ports, acme.gateway, { revision: state.revision, digest: NO_DIGEST, peers: [], repairs: [] }, null)).toEqual({ inSync: false });
    expect(await takeReport(kit.ports, acme.gateway, { revision: 2 ** 40, digest: NO_DIGEST, peers: [], repairs: [] }, null)).toEqual({ inSync: false });
  });
});
