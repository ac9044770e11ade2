/** Hostile messages to the gateway protocol's routes: each is answered by a stable code, none is a fault of the portal's, and the gateway works on. */
import * as fc from "fast-check";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POST as ack } from "@/app/api/gateway/v1/ack/route";
import { POST as credential } from "@/app/api/gateway/v1/credential/route";
import { POST as enrol } from "@/app/api/gateway/v1/enrol/route";
import { POST as report } from "@/app/api/gateway/v1/report/route";
import { GET as state } from "@/app/api/gateway/v1/state/route";
import { anyText } from "@/lib/core/testing/any-text";
import { verifyChain } from "@/lib/core/audit-chain";
import { readAuditForward } from "@/lib/db/audit";
import { MAX_ENROL_BYTES, MAX_REQUEST_BYTES } from "@/lib/protocol/limits";
import { errorResponseSchema, PROTOCOL_HEADER } from "@/lib/protocol/messages";
import { serve } from "@/lib/testing/api";
import { digestOfState, newCredential } from "@/lib/testing/gateway";
import { hostileBody, hostileVariantOf } from "@/lib/testing/hostile-messages";
import { openKit, type Kit } from "@/lib/testing/kit";
import { addClient, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { addGateway } from "@/lib/usecases/add-gateway";
import type { ClientView } from "@/lib/usecases/views";

type Handler = (request: NextRequest) => Promise<Response>;

const SEED = 20270301;
/** By what a message is refused. Anything else than these and success is a fault. */
const REFUSALS = new Set(["bad_request", "body_too_large", "enrolment_refused", "gateway_unauthenticated", "protocol_unsupported"]);

let kit: Kit;
let stopServing: () => void;
let acme: Tenant;
let client: ClientView;

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
  client = await addClient(kit, acme.owner, acme.subscriptionId);
});

interface Sent {
  method?: "GET" | "POST";
  query?: string;
  body?: BodyInit;
  headers?: Record<string, string>;
}

async function send(handler: Handler, { method = "POST", query = "", body, headers = {} }: Sent): Promise<{ status: number; code: string | null }> {
  const request = new NextRequest(`https://portal.test/api/gateway/v1${query}`, {
    method,
    headers: { [PROTOCOL_HEADER]: "1", authorization: `Bearer ${acme.gateway.credential}`, ...headers },
    // An agent that has hung up: a request that is fit to wait doesn't.
    ...(method === "GET" ? { signal: AbortSignal.abort() } : {}),
    ...(body === undefined ? {} : { body }),
  });
  const response = await handler(request);
  const answer: unknown = await response.json();
  return { status: response.status, code: response.ok ? null : errorResponseSchema.parse(answer).error.code };
}

function isSound({ status, code }: { status: number; code: string | null }): void {
  if (code !== null) expect(REFUSALS).toContain(code);
  expect(status).toBeLessThan(500);
}

/** The gateway still fetches, confirms and reports, and the logs are whole. */
async function worksOn(): Promise<void> {
  const full = await acme.gateway.fetch();
  expect(full.instances.flatMap(({ peers }) => peers.map(({ clientId }) => clientId))).toEqual([client.id]);
  expect(await acme.gateway.acknowledge(full)).toEqual({ acknowledgedRevision: full.revision, inSync: true });
  expect(await send(report, { body: JSON.stringify({ revision: full.revision, digest: digestOfState(full), peers: [] }) })).toMatchObject({ status: 200 });
  for (const chain of [acme.subscriptionId, acme.gateway.id]) {
    expect(verifyChain(await readAuditForward(kit.ports.db.read, chain, 10_000, 0))).toMatchObject({ ok: true });
  }
}

async function messages(): Promise<[name: string, handler: Handler, message: unknown][]> {
  const full = await acme.gateway.fetch();
  const about = { revision: full.revision, digest: digestOfState(full) };
  const { instanceId } = acme;
  const { publicKey } = client;
  const figures = { endpoint: "203.0.113.9:40000", latestHandshakeSecondsAgo: 12, receivedBytes: 1, sentBytes: 1 };
  const seen = ["203.0.113.9:4", "198.51.100.1:4", "203.0.113.9:4"].map((endpoint, i) => ({ msAgo: 3_000 - i * 1_000, endpoint, latestHandshakeSecondsAgo: 3 - i }));
  const { enrolToken } = await addGateway(kit.ports, { name: `gw-${kit.ports.newId()}`, endpointHost: "gateway.test" });
  return [
    [
      "ack",
      ack,
      {
        ...about,
        receivedMsAgo: 1,
        appliedMsAgo: 0,
        instances: [{ instanceId, publicKey: acme.gateway.keyOf(instanceId) }],
        failures: [{ instanceId, code: "port_in_use", message: "UDP port 51820 is in use." }],
      },
    ],
    [
      "report",
      report,
      {
        ...about,
        peers: [{ instanceId, publicKey, ...figures }],
        repairs: [{ instanceId, added: 1, updated: 0, removed: 2 }],
        moves: [{ instanceId, publicKey, seen }],
      },
    ],
    ["credential", credential, { credential: newCredential(kit) }],
    [
      "enrol",
      enrol,
      { token: enrolToken, credential: newCredential(kit), protocol: 1, agentVersion: "0.1.0", boxPublicKey: acme.gateway.boxKeys.publicKey, wireguard: { implementation: "kernel", toolsVersion: "v1" } },
    ],
  ];
}

test.each(["ack", "report", "credential", "enrol"])("%s with anything wrong in its message is taken or refused", async (route) => {
  const [, handler, message] = (await messages()).find(([name]) => name === route)!;
  // As it stands, it is taken: what is varied below reaches all that there is behind the schema.
  expect((await send(handler, { body: JSON.stringify(message) })).status).toBeLessThan(300);
  await fc.assert(
    fc.asyncProperty(hostileVariantOf(message), async (variant) => isSound(await send(handler, { body: JSON.stringify(variant) }))),
    { seed: SEED, numRuns: 150 },
  );
  await worksOn();
});

test.each(["ack", "report", "credential", "enrol"])("%s with a body that is no message at all is refused", async (route) => {
  const [, handler] = (await messages()).find(([name]) => name === route)!;
  await fc.assert(
    fc.asyncProperty(hostileBody, async (bytes) => {
      const tooLarge = route === "enrol" && bytes.byteLength > MAX_ENROL_BYTES;
      expect(await send(handler, { body: bytes })).toEqual(tooLarge ? { status: 413, code: "body_too_large" } : { status: 400, code: "bad_request" });
    }),
    { seed: SEED, numRuns: 60 },
  );
  await worksOn();
});

test("any query of state is answered or refused", async () => {
  const word = fc.oneof(anyText, fc.constantFrom("none", "0", "1", "30", "-1", "1e3", "9007199254740991", "9007199254740992", "99999999999999999999", "%00", "\u0000", "0x1", " 1", "NaN"));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.oneof(fc.constantFrom("since", "wait"), anyText), word), { maxLength: 4 }), async (fields) => {
      const query = new URLSearchParams(fields);
      isSound(await send(state, { method: "GET", query: `?${query.toString()}` }));
    }),
    { seed: SEED, numRuns: 150 },
  );
  await worksOn();
});

test("any credential and any version are answered or refused", async () => {
  const latin = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).filter((point) => point !== 0x7f).map((point) => String.fromCodePoint(point)), maxLength: 200 });
  const anyCredential = fc.oneof(latin, latin.map((text) => `Bearer ${text}`), fc.constantFrom("Bearer", "Bearer  ", `Bearer ${"A".repeat(10_000)}`, `Bearer pcg_${"\u00e9".repeat(43)}`));
  await fc.assert(
    fc.asyncProperty(anyCredential, fc.oneof(fc.constant("1"), latin), async (authorization, version) => {
      const answer = await send(state, { method: "GET", query: "?since=none&wait=0", headers: { authorization, [PROTOCOL_HEADER]: version } });
      expect(["gateway_unauthenticated", "protocol_unsupported"]).toContain(answer.code);
    }),
    { seed: SEED, numRuns: 150 },
  );
});

describe("what PostgreSQL or the log can't hold (a NUL, half of a surrogate pair) is refused as a bad request", () => {
  test.each([
    ["a failure's message", "ack", (message: { failures: object[] }) => ({ ...message, failures: [{ ...message.failures[0], message: "out of \u0000 order" }] })],
    ["the agent's version", "enrol", (message: object) => ({ ...message, agentVersion: "0.1\u0000" })],
    ["the tools' version", "enrol", (message: object) => ({ ...message, wireguard: { implementation: "kernel", toolsVersion: "\u0000" } })],
    ["a failure's message, with half of a pair", "ack", (message: { failures: object[] }) => ({ ...message, failures: [{ ...message.failures[0], message: "\ud83d" }] })],
  ])("in %s", async (_, route, change) => {
    const [, handler, message] = (await messages()).find(([name]) => name === route)!;
    expect(await send(handler, { body: JSON.stringify(change(message as { failures: object[] })) })).toEqual({ status: 400, code: "bad_request" });
  });
});

test.each([
  ["17 MB at once", () => new Uint8Array(17_000_000).fill(32)],
  ["one byte more than the bound", () => new Uint8Array(MAX_REQUEST_BYTES + 1).fill(32)],
])("%s is too large, for whoever asks and on every route", async (_, make) => {
  for (const handler of [ack, report, credential, enrol]) expect(await send(handler, { body: make() })).toEqual({ status: 413, code: "body_too_large" });
});

test("of an enrolment, which anybody may send, less is taken", async () => {
  const [, handler, message] = (await messages()).find(([name]) => name === "enrol")!;
  const padded = (bytes: number) => JSON.stringify({ ...(message as object), padding: "" }).replace('"padding":""', `"padding":"${"x".repeat(bytes)}"`);
  expect(await send(handler, { body: padded(MAX_ENROL_BYTES) })).toEqual({ status: 413, code: "body_too_large" });
  expect((await send(handler, { body: padded(MAX_ENROL_BYTES / 2) })).status).not.toBe(413);
});

test("a body without an end is read no further than the bound", async () => {
  for (const handler of [ack, report, credential, enrol]) {
    let given = 0;
    let stopped = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
      cancel() {
        stopped = true;
      },
    });
    const request = new NextRequest("https://portal.test/api/gateway/v1", { method: "POST", headers: { [PROTOCOL_HEADER]: "1", authorization: `Bearer ${acme.gateway.credential}` }, body: endless, duplex: "half" });
    const response = await handler(request);
    expect([response.status, stopped]).toEqual([413, true]);
    expect(given).toBeLessThan(MAX_REQUEST_BYTES + 1_000_000);
  }
});

test("a body that breaks off in the middle is refused as a bad request, and changes nothing", async () => {
  const broken = () => new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from('{"revision":')),
    pull: (controller) => controller.error(new Error("aborted")),
  });
  for (const handler of [ack, report, credential, enrol]) {
    const request = new NextRequest("https://portal.test/api/gateway/v1", { method: "POST", headers: { [PROTOCOL_HEADER]: "1", authorization: `Bearer ${acme.gateway.credential}` }, body: broken(), duplex: "half" });
    const response = await handler(request);
    expect([response.status, (await response.json() as { error: { code: string } }).error.code]).toEqual([400, "bad_request"]);
  }
});
