/** The gateway protocol's routes as Next calls them: version, credential, message; and each gateway's own state alone. */
import { NextRequest } from "next/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POST as ack } from "@/app/api/gateway/v1/ack/route";
import { POST as enrol } from "@/app/api/gateway/v1/enrol/route";
import { POST as report } from "@/app/api/gateway/v1/report/route";
import { GET as state } from "@/app/api/gateway/v1/state/route";
import { MAX_REQUEST_BYTES } from "@/lib/protocol/limits";
import { ackResponseSchema, enrolResponseSchema, errorResponseSchema, reportResponseSchema, stateResponseSchema, PROTOCOL_HEADER } from "@/lib/protocol/messages";
import { serve } from "@/lib/testing/api";
import { digestOfState, newCredential, type FullState } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { addGateway } from "@/lib/usecases/add-gateway";
import { revokeClient } from "@/lib/usecases/revoke-client";

type Handler = (request: NextRequest) => Promise<Response>;

let kit: Kit;
let stopServing: () => void;
let acme: Tenant;

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
});

async function send(handler: Handler, credential: string | null, { body, query = "", headers = {} }: { body?: unknown; query?: string; headers?: Record<string, string> }): Promise<{ status: number; body: unknown }> {
  const request = new NextRequest(`https://portal.test/api/gateway/v1${query}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { [PROTOCOL_HEADER]: "1", ...(credential === null ? {} : { authorization: `Bearer ${credential}` }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const response = await handler(request);
  return { status: response.status, body: await response.json() };
}

const fetchState = async (credential: string, since: number | "none" = "none") => send(state, credential, { query: `?since=${since}&wait=0` });
const ackOf = (full: FullState) => ({ revision: full.revision, digest: digestOfState(full), receivedMsAgo: 1, appliedMsAgo: 0, instances: [], failures: [] });
const NOTHING_HELD = { revision: 0, digest: "0".repeat(64) };

test("a gateway enrols, fetches, confirms and reports, in messages that both sides' schemas take", async () => {
  const { enrolToken } = await addGateway(kit.ports, { name: `gw-${kit.ports.newId()}`, endpointHost: "gateway.test" });
  const credential = newCredential(kit);
  const body = { token: enrolToken, credential, protocol: 1, agentVersion: "0.1.0", boxPublicKey: acme.gateway.boxKeys.publicKey, wireguard: { implementation: "kernel", toolsVersion: "v1" } };
  const enrolled = await send(enrol, null, { body });
  expect(enrolled.status).toBe(201);
  const again = await send(enrol, null, { body });
  expect(again).toEqual({ status: 200, body: enrolResponseSchema.parse(enrolled.body) });
  expect(await send(enrol, null, { body: { ...body, credential: newCredential(kit) } })).toMatchObject({ status: 401, body: { error: { code: "enrolment_refused" } } });

  const client = await addClient(kit, acme.owner, acme.subscriptionId);
  await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
  const full = await fetchState(acme.gateway.credential);
  const parsed = stateResponseSchema.parse(full.body);
  expect(parsed).toMatchObject({ kind: "full", instances: [{ instanceId: acme.instanceId, peers: [] }] });
  const acked = await send(ack, acme.gateway.credential, { body: ackOf(parsed as FullState) });
  expect(ackResponseSchema.parse(acked.body)).toEqual({ acknowledgedRevision: parsed.revision, inSync: true });
  const reported = await send(report, acme.gateway.credential, { body: { revision: parsed.revision, digest: digestOfState(parsed as FullState), peers: [] } });
  expect(reportResponseSchema.parse(reported.body)).toEqual({ inSync: true });
  const unchanged = await fetchState(acme.gateway.credential, parsed.revision);
  expect(stateResponseSchema.parse(unchanged.body)).toEqual({ kind: "unchanged", revision: parsed.revision });
});

const PRIVILEGED: [string, Handler, { body?: unknown; query?: string }][] = [
  ["state", state, { query: "?since=none&wait=0" }],
  ["ack", ack, { body: { ...NOTHING_HELD, receivedMsAgo: 0, appliedMsAgo: 0, instances: [], failures: [] } }],
  ["report", report, { body: { ...NOTHING_HELD, peers: [] } }],
];

describe.each(PRIVILEGED)("%s", (_, handler, message) => {
  test("T13: is refused without a credential, with one that nobody has, an enrolment token, a person's cookie, or another scheme", async () => {
    const { enrolToken } = await addGateway(kit.ports, { name: `gw-${kit.ports.newId()}`, endpointHost: "gateway.test" });
    const eve = await person(kit, "eve@evil.test");
    const before = await snapshotOf(kit);
    const own = acme.gateway.credential;
    const answers = [
      await send(handler, null, message),
      ...(await Promise.all(["", "x", `pcg_${"A".repeat(43)}`, enrolToken, own.slice(0, -1), `${own}A`, own.toLowerCase(), `${own} ${own}`, eve.sessionId].map((credential) => send(handler, credential, message)))),
      await send(handler, null, { ...message, headers: { authorization: own } }),
      await send(handler, null, { ...message, headers: { authorization: `Basic ${own}` } }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, body: { error: { code: "gateway_unauthenticated" } } });
      expect(errorResponseSchema.parse(answer.body).error.message).not.toContain(own.slice(4));
    }
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("is refused when the protocol's version is missing or another", async () => {
    for (const version of ["", "0", "3", "1.0", "one"]) {
      expect(await send(handler, acme.gateway.credential, { ...message, headers: { [PROTOCOL_HEADER]: version } })).toMatchObject({ status: 426, body: { error: { code: "protocol_unsupported" } } });
    }
  });

  test("a message of the wrong shape is 400, one that is too large 413, and neither changes anything but when the gateway was seen", async () => {
    const before = await snapshotOf(kit);
    if (handler === state) {
      for (const query of ["", "?since=none", "?since=-1&wait=0", "?since=x&wait=0", "?since=none&wait=31", "?since=1e3&wait=0"]) {
        expect(await send(handler, acme.gateway.credential, { query })).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });
      }
    } else {
      for (const body of ["", "{", "[]", {}, { ...(message.body as object), revision: -1 }, { ...(message.body as object), digest: "00" }, { ...(message.body as object), revision: "1" }]) {
        expect(await send(handler, acme.gateway.credential, { body })).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });
      }
      expect(await send(handler, acme.gateway.credential, { body: "x".repeat(MAX_REQUEST_BYTES + 1) })).toMatchObject({ status: 413 });
    }
    expect(changedTables(before, await snapshotOf(kit)).filter((table) => table !== "gateway_presence")).toEqual([]);
  });
});

test("T3: a credential reaches its own gateway's state alone", async () => {
  const globex = await makeTenant(kit, { name: "globex" });
  await addClient(kit, acme.owner, acme.subscriptionId);
  const theirs = (await fetchState(globex.gateway.credential)).body as FullState;
  expect(theirs.instances.map(({ instanceId }) => instanceId)).toEqual([globex.instanceId]);
});

test("a request that waits is answered by the commit of a change", async () => {
  const { revision } = (await fetchState(acme.gateway.credential)).body as FullState;
  const waiting = send(state, acme.gateway.credential, { query: `?since=${revision}&wait=30` });
  const client = await addClient(kit, acme.owner, acme.subscriptionId);
  expect(await waiting).toMatchObject({ status: 200, body: { kind: "delta", from: revision, changes: [{ kind: "peer", peer: { clientId: client.id } }] } });
});
