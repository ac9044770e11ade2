/** T3 on the gateway protocol, route by route: a credential reads and confirms its own gateway's state, and nothing that it says reaches another's. */
import { readdirSync } from "node:fs";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POST as ack } from "@/app/api/gateway/v1/ack/route";
import { POST as credential } from "@/app/api/gateway/v1/credential/route";
import { POST as enrol } from "@/app/api/gateway/v1/enrol/route";
import { POST as report } from "@/app/api/gateway/v1/report/route";
import { GET as state } from "@/app/api/gateway/v1/state/route";
import { GET as wgConf } from "@/app/api/gateway/v1/wg.conf/route";
import { generateKeyPair } from "@/lib/core/keys";
import { PROTOCOL_HEADER } from "@/lib/protocol/messages";
import { serve } from "@/lib/testing/api";
import { digestOfState, newCredential, type FullState, type TestGateway } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { changedTables, snapshotOf, type Snapshot } from "@/lib/testing/snapshot";
import { listedInstance } from "@/lib/testing/peer-list";
import { addClient, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { addGateway } from "@/lib/usecases/add-gateway";
import { makeListCredential } from "@/lib/usecases/make-list-credential";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { viewClient } from "@/lib/usecases/view-client";
import type { ClientView } from "@/lib/usecases/views";

type Handler = (request: NextRequest) => Promise<Response>;

let kit: Kit;
let stopServing: () => void;
/** Whose state is reached for. */
let acme: Tenant;
let client: ClientView;
/** Who reaches for it. */
let mallory: Tenant;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
});
afterAll(async () => {
  stopServing();
  await kit.close();
});
beforeEach(async () => {
  acme = await makeTenant(kit);
  mallory = await makeTenant(kit, { name: "mallory" });
  client = await addClient(kit, acme.owner, acme.subscriptionId);
  await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
});

async function send(handler: Handler, gateway: TestGateway | null, { body, query = "" }: { body?: unknown; query?: string }): Promise<{ status: number; body: unknown }> {
  const request = new NextRequest(`https://portal.test/api/gateway/v1${query}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { [PROTOCOL_HEADER]: "1", ...(gateway === null ? {} : { authorization: `Bearer ${gateway.credential}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const response = await handler(request);
  return { status: response.status, body: await response.json() };
}

/** Rows of each table in which the gateway, its instance, or anything of its subscription is named. */
function rowsOf(snapshot: Snapshot, { gateway, instanceId, subscriptionId }: Tenant): Snapshot {
  return new Map([...snapshot].map(([table, rows]) => [table, rows.filter((row) => [gateway.id, instanceId, subscriptionId, client.id].some((id) => row.includes(id)))]));
}

/** @returns tables with a row of acme's that the act changed */
async function touchedBy(act: () => Promise<unknown>): Promise<string[]> {
  const before = rowsOf(await snapshotOf(kit), acme);
  await act();
  return changedTables(before, rowsOf(await snapshotOf(kit), acme));
}

async function fetchList(credential: string): Promise<{ status: number; body: string }> {
  const response = await wgConf(new NextRequest(`https://portal.test/api/gateway/v1/wg.conf?instance=${acme.instanceId}`, { headers: { authorization: `Bearer ${credential}` } }));
  return { status: response.status, body: await response.text() };
}

const foreignKey = () => generateKeyPair(kit.ports.randomBytes).publicKey;
const figures = { endpoint: "203.0.113.66:6666", latestHandshakeSecondsAgo: 1, receivedBytes: 666, sentBytes: 666 };

/** For each route what a gateway may try with it on another's state. Each must leave that as it is. */
const ATTEMPTS: Record<string, (theirs: FullState, own: FullState) => Promise<void>> = {
  async state(theirs, own) {
    for (const query of ["?since=none&wait=0", `?since=${own.revision}&wait=0`, `?since=${theirs.revision}&wait=0`, "?since=0&wait=0", `?since=none&wait=0&gateway=${acme.gateway.id}&gatewayId=${acme.gateway.id}`]) {
      const { status, body } = await send(state, mallory.gateway, { query });
      expect(status).toBe(200);
      for (const secret of [acme.instanceId, client.id, client.publicKey, acme.gateway.id]) expect(JSON.stringify(body)).not.toContain(secret);
    }
  },
  async ack(theirs, own) {
    const about = (full: FullState) => ({ revision: full.revision, digest: digestOfState(full), receivedMsAgo: 0, appliedMsAgo: 0 });
    const instances = [{ instanceId: acme.instanceId, publicKey: foreignKey() }];
    const failures = [{ instanceId: acme.instanceId, code: "port_in_use", message: "Not yours to say." }];
    expect(await send(ack, mallory.gateway, { body: { ...about(own), instances, failures } })).toMatchObject({ status: 200, body: { inSync: true } });
    expect(await send(ack, mallory.gateway, { body: { ...about(theirs), instances, failures, gatewayId: acme.gateway.id } })).toMatchObject({ status: 200, body: { inSync: false } });
  },
  async report(theirs, own) {
    const { instanceId } = acme;
    const { publicKey } = client;
    const body = {
      peers: [{ instanceId, publicKey, ...figures }],
      repairs: [{ instanceId, added: 1, updated: 1, removed: 1 }],
      moves: [{ instanceId, publicKey, seen: [{ msAgo: 2_000, endpoint: "203.0.113.1:1", latestHandshakeSecondsAgo: 2 }, { msAgo: 1_000, endpoint: "198.51.100.1:1", latestHandshakeSecondsAgo: 1 }] }],
    };
    for (const full of [own, theirs]) expect((await send(report, mallory.gateway, { body: { revision: full.revision, digest: digestOfState(full), ...body } })).status).toBe(200);
  },
  async "wg.conf"() {
    const list = await listedInstance(kit);
    const text = await fetchList(list.credential);
    expect(text.status).toBe(200);
    for (const secret of [acme.instanceId, client.id, client.publicKey, acme.gateway.id]) expect(text.body).not.toContain(secret);
    // A gateway's credential fetches no list, and a list's credential is no gateway's.
    for (const other of [acme.gateway.credential, mallory.gateway.credential, `pcl_${acme.gateway.credential.slice(4)}`]) expect((await fetchList(other)).status).toBe(401);
    for (const [handler, sent] of [[state, { query: "?since=none&wait=0" }], [ack, { body: {} }], [report, { body: {} }]] as const) {
      expect(await send(handler, { ...mallory.gateway, credential: list.credential }, sent)).toMatchObject({ status: 401 });
    }
    await expect(makeListCredential(kit.ports, acme.instanceId)).rejects.toMatchObject({ code: "bad_request" });
  },
  async credential(theirs) {
    const next = newCredential(kit);
    // What is another's can't be made one's own; what is one's own leads nowhere else.
    expect(await send(credential, mallory.gateway, { body: { credential: acme.gateway.credential } })).toMatchObject({ status: 400 });
    expect(await send(credential, mallory.gateway, { body: { credential: next, gatewayId: acme.gateway.id } })).toMatchObject({ status: 200 });
    const { body } = await send(state, { ...mallory.gateway, credential: next }, { query: "?since=none&wait=0" });
    expect(JSON.stringify(body)).not.toContain(acme.instanceId);
    expect(await send(state, acme.gateway, { query: `?since=${theirs.revision}&wait=0` })).toMatchObject({ status: 200 });
    Object.assign(mallory.gateway, { credential: next });
  },
  async enrol() {
    const { enrolToken } = await addGateway(kit.ports, { name: `gw-${kit.ports.newId()}`, endpointHost: "gateway.test" });
    const body = { protocol: 1, agentVersion: "0.1.0", boxPublicKey: foreignKey(), wireguard: { implementation: "kernel", toolsVersion: "v1" }, gatewayId: acme.gateway.id };
    for (const message of [
      // Another's credential, under a token of one's own: would make two hosts one.
      { ...body, token: enrolToken, credential: acme.gateway.credential },
      { ...body, token: `pce_${acme.gateway.credential.slice(4)}`, credential: newCredential(kit) },
    ]) {
      expect(await send(enrol, mallory.gateway, { body: message })).toMatchObject({ status: 401, body: { error: { code: "enrolment_refused" } } });
    }
  },
};

test("T3: every route of the gateway protocol is tried here", () => {
  expect(readdirSync("app/api/gateway/v1").sort()).toEqual(Object.keys(ATTEMPTS).sort());
});

test.each(Object.keys(ATTEMPTS))("T3: with the credential of another gateway, %s reads nothing of this one's and changes nothing of it", async (route) => {
  const theirs = await acme.gateway.fetch();
  const own = await mallory.gateway.fetch();
  expect(await touchedBy(() => ATTEMPTS[route]!(theirs, own))).toEqual([]);
  const { enforcement } = await viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
  expect(enforcement).toMatchObject({ status: "delivered", acknowledgedAt: null });
});

test("T3: a change at one gateway wakes its own agent with it, and another's is told of nothing", async () => {
  const { revision } = await mallory.gateway.fetch();
  const waiting = send(state, mallory.gateway, { query: `?since=${revision}&wait=30` });
  const late = await addClient(kit, acme.owner, acme.subscriptionId, "late");
  const own = await addClient(kit, mallory.owner, mallory.subscriptionId, "own");
  const answer = await waiting;
  expect(answer).toMatchObject({ status: 200, body: { kind: "delta", from: revision, changes: [{ kind: "peer", peer: { clientId: own.id } }] } });
  expect(JSON.stringify(answer.body)).not.toContain(late.id);
});

describe("T3: an acknowledgement that is replayed, or comes late,", () => {
  const bodyOf = (full: FullState, publicKey: string, changes: object = {}) => ({
    revision: full.revision,
    digest: digestOfState(full),
    receivedMsAgo: 3,
    appliedMsAgo: 1,
    instances: [{ instanceId: acme.instanceId, publicKey }],
    failures: [],
    ...changes,
  });
  const acknowledge = async (body: object) => (await send(ack, acme.gateway, { body })).body;

  test("takes back nothing that a newer one settled: no cut, no time, no instance's key, no event", async () => {
    const [oldKey, newKey] = [foreignKey(), foreignKey()];
    const older = await acme.gateway.fetch();
    const first = bodyOf(older, oldKey);
    expect(await acknowledge(first)).toEqual({ acknowledgedRevision: older.revision, inSync: true });
    const second = await addClient(kit, acme.owner, acme.subscriptionId, "second");
    await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: second.id });
    const newer = await acme.gateway.fetch();
    expect(await acknowledge(bodyOf(newer, newKey))).toEqual({ acknowledgedRevision: newer.revision, inSync: true });

    kit.clock.advance(60_000);
    const before = await snapshotOf(kit);
    await acknowledge(first);
    await acknowledge(bodyOf(older, oldKey, { digest: "0".repeat(64), failures: [{ instanceId: null, code: "tool_missing", message: "An old worry." }] }));
    // When the gateway was heard of last is all that may move.
    const moved = changedTables(before, await snapshotOf(kit));
    expect(moved).toEqual(["gateway_presence"]);
    const [presence] = await kit.sql("SELECT acknowledged_revision::int AS revision, in_sync, failure FROM gateway_presence WHERE gateway_id = $1", [acme.gateway.id]);
    expect(presence).toEqual({ revision: newer.revision, in_sync: true, failure: null });
    const [instance] = await kit.sql<{ key: string }>("SELECT encode(public_key, 'base64') AS key FROM instances WHERE id = $1", [acme.instanceId]);
    expect(instance?.key).toBe(newKey);
  });

  test("that comes at the same moment as a newer one leaves what the newer one says, in whichever order they are taken", async () => {
    const [oldKey, newKey] = [foreignKey(), foreignKey()];
    const older = await acme.gateway.fetch();
    const second = await addClient(kit, acme.owner, acme.subscriptionId, "second");
    const newer = await acme.gateway.fetch();
    await Promise.all([...Array.from({ length: 6 }, () => acknowledge(bodyOf(older, oldKey))), ...Array.from({ length: 6 }, () => acknowledge(bodyOf(newer, newKey)))]);
    const [instance] = await kit.sql<{ key: string }>("SELECT encode(public_key, 'base64') AS key FROM instances WHERE id = $1", [acme.instanceId]);
    expect(instance?.key).toBe(newKey);
    const view = await viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: second.id });
    expect(view.enforcement.status).toBe("confirmed");
  });
});
