/** Who a gateway is, over time: versions of the protocol, a credential that is replaced, one that somebody kept, and a gateway that is cut off. */
import { EventEmitter, once } from "node:events";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POST as ack } from "@/app/api/gateway/v1/ack/route";
import { POST as credential } from "@/app/api/gateway/v1/credential/route";
import { POST as report } from "@/app/api/gateway/v1/report/route";
import { GET as state } from "@/app/api/gateway/v1/state/route";
import type { Actor } from "@/lib/auth/actor";
import { generateKeyPair } from "@/lib/core/keys";
import { golden } from "@/lib/protocol/golden";
import type { Wakeups } from "@/lib/db/wakeups";
import { PROTOCOL_HEADER } from "@/lib/protocol/messages";
import { serve } from "@/lib/testing/api";
import { digestOfState, makeGateway, newCredential, type TestGateway } from "@/lib/testing/gateway";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { addGateway } from "@/lib/usecases/add-gateway";
import { enrolGatewayAgent } from "@/lib/usecases/gateway-enrol";
import { cutOffGateway, rotateGatewayCredential } from "@/lib/usecases/gateways/credential";
import { listActivity } from "@/lib/usecases/list-activity";
import { listGateways } from "@/lib/usecases/list-gateways";
import { moveOwnInstance } from "@/lib/usecases/provisioning/move-instance";
import { provisionOwnInstance } from "@/lib/usecases/provisioning/provision-own";
import { viewClient } from "@/lib/usecases/view-client";

type Handler = (request: NextRequest) => Promise<Response>;

let kit: Kit;
let stopServing: () => void;
let acme: Tenant;
let gateway: TestGateway;
let operator: Actor;
let listener: Wakeups;
/** Tells, by topic, that a request is let in and about to wait. */
const waits = new EventEmitter();

beforeAll(async () => {
  kit = await openKit();
  listener = await kit.listener();
  stopServing = serve(kit, {
    ...listener,
    subscribe: (topic, wake) => {
      waits.emit(topic);
      return listener.subscribe(topic, wake);
    },
  });
  operator = await person(kit, TEST_OPERATOR);
});
afterAll(async () => {
  stopServing();
  await kit.close();
});
beforeEach(async () => {
  acme = await makeTenant(kit);
  ({ gateway } = acme);
});

interface Sent {
  as?: string;
  body?: unknown;
  query?: string;
  speaks?: string | null;
  agent?: string;
}

async function send(handler: Handler, { as = gateway.credential, body, query = "", speaks = "1, 2", agent = "portcullis-agent/9.9.9" }: Sent): Promise<{ status: number; code: string | undefined; version: string | null; body: Record<string, unknown> }> {
  const request = new NextRequest(`https://portal.test/api/gateway/v1${query}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${as}`, "user-agent": agent, ...(speaks === null ? {} : { [PROTOCOL_HEADER]: speaks }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const response = await handler(request);
  const answer = (await response.json()) as Record<string, unknown> & { error?: { code: string } };
  return { status: response.status, code: answer.error?.code, version: response.headers.get(PROTOCOL_HEADER), body: answer };
}

const ask = (as?: string, more: Sent = {}) => send(state, { as, query: "?since=none&wait=0", ...more });
const handIn = (next: string, as?: string) => send(credential, { as, body: { credential: next } });
const view = async () => (await listGateways(kit.ports, operator)).items.find(({ id }) => id === gateway.id);
const tell = async (as?: string) => {
  const full = await gateway.fetch();
  return send(report, { as, body: { revision: full.revision, digest: digestOfState(full), peers: [] } });
};
const chain = async (id: string): Promise<string[]> => (await kit.sql<{ action: string }>("SELECT action FROM audit_events WHERE chain_id = $1 ORDER BY seq", [id])).map(({ action }) => action);

describe("versions", () => {
  test.each([
    ["1", "1"],
    ["1, 2", "2"],
    ["2,3,4", "2"],
    ["2", "2"],
  ])("an agent that speaks %s is answered in %s, and is known by it", async (speaks, version) => {
    expect(await ask(undefined, { speaks })).toMatchObject({ status: 200, version });
    expect(await view()).toMatchObject({ protocolVersion: Number(version), agentVersion: "9.9.9" });
  });

  test.each([
    ["3", "bring the portal up to date"],
    ["0", "run the install command"],
    [null, "run the install command"],
    ["1; drop", "run the install command"],
  ])("one that speaks %s is refused with what to do, and the console says it", async (speaks, advice) => {
    expect(await ask(undefined, { speaks })).toMatchObject({ status: 426, code: "protocol_unsupported", body: { error: { message: expect.stringContaining(advice) } } });
    expect(await view()).toMatchObject({ failure: expect.stringContaining(advice), inSync: false, agentVersion: "9.9.9", protocolVersion: speaks === "3" ? 3 : 0 });
    if (speaks === null) expect((await ask(undefined, { speaks })).body).toMatchObject(golden.errorResponseTooOld);
    // And is heard again once it was brought up to date.
    const full = await gateway.fetch();
    const confirmed = { revision: full.revision, digest: digestOfState(full), receivedMsAgo: 0, appliedMsAgo: 0, instances: [], failures: [] };
    expect(await send(ack, { body: confirmed })).toMatchObject({ status: 200, body: { inSync: true } });
    expect(await view()).toMatchObject({ failure: null, inSync: true });
    await ask();
    expect(await view()).toMatchObject({ protocolVersion: 2 });
  });

  test("a stranger is told nothing about versions", async () => {
    expect(await ask(newCredential(kit), { speaks: "3" })).toMatchObject({ status: 401, code: "gateway_unauthenticated" });
  });
});

describe("a credential is replaced", () => {
  test("after 30 days, or when an operator asks, and not before", async () => {
    expect((await tell()).body).toEqual({ inSync: true });
    await rotateGatewayCredential(kit.ports, operator, { gatewayId: gateway.id });
    expect(await view()).toMatchObject({ rotating: true });
    expect((await tell()).body).toEqual({ inSync: true, rotateCredential: true });
    const next = newCredential(kit);
    await handIn(next);
    await ask(next);
    expect((await tell(next)).body).toEqual({ inSync: true });
    expect(await view()).toMatchObject({ rotating: false, credentialMadeAt: kit.clock.now().toISOString() });
    kit.clock.advance(30 * 86_400_000 - 1);
    expect((await tell(next)).body).toEqual({ inSync: true });
    kit.clock.advance(1);
    expect((await tell(next)).body).toEqual({ inSync: true, rotateCredential: true });
  });

  test("at the first use of the next one: until then the old one counts, and a minute later it doesn't", async () => {
    const next = newCredential(kit);
    expect(await handIn(next)).toMatchObject({ status: 200, body: {} });
    // Its answer was lost: the same again, or another one.
    expect((await handIn(next)).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect((await ask(next)).status).toBe(200);
    // Requests that were on their way.
    kit.clock.advance(60_000);
    expect((await ask()).status).toBe(200);
    kit.clock.advance(1);
    expect(await ask()).toMatchObject({ status: 401, code: "gateway_unauthenticated" });
    expect((await ask(next)).status).toBe(200);
    expect((await chain(gateway.id)).filter((action) => action === "gateway.credential_rotated")).toHaveLength(1);
  });

  test("by one of many uses at the same time, once", async () => {
    const next = newCredential(kit);
    await handIn(next);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(next)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await chain(gateway.id)).filter((action) => action === "gateway.credential_rotated")).toHaveLength(1);
  });

  test("one that was handed in and never used is worth nothing once another was; none is anybody's twice", async () => {
    const [first, second] = [newCredential(kit), newCredential(kit)];
    await handIn(first);
    await handIn(second);
    expect((await ask(first)).status).toBe(401);
    const other = (await makeTenant(kit)).gateway;
    for (const taken of [gateway.credential, second]) expect(await handIn(taken, other.credential)).toMatchObject({ status: 400, code: "bad_request" });
    expect(await handIn(gateway.credential)).toMatchObject({ status: 400 });
    expect((await ask(second)).status).toBe(200);
    expect(await handIn(gateway.credential, second)).toMatchObject({ status: 400 });
    expect((await ask(other.credential)).status).toBe(200);
  });

  test("the old one hands in none, not even while it counts: who has a copy would have the gateway for good", async () => {
    const [next, thiefs] = [newCredential(kit), newCredential(kit)];
    await handIn(next);
    await ask(next);
    expect((await ask()).status).toBe(200);
    expect(await handIn(thiefs)).toMatchObject({ status: 400, code: "bad_request" });
    expect((await ask(thiefs)).status).toBe(401);
    expect((await ask(next)).status).toBe(200);
  });

  test("who uses one from before the last is told of as well, also within a minute, and it is never taken again", async () => {
    const [second, third] = [newCredential(kit), newCredential(kit)];
    for (const [next, using] of [[second, gateway.credential], [third, second]] as const) {
      await handIn(next, using);
      await ask(next);
    }
    expect((await ask(second)).status).toBe(200);
    expect(await ask()).toMatchObject({ status: 401, code: "gateway_unauthenticated" });
    expect((await chain(gateway.id)).filter((action) => action === "gateway.old_credential_used")).toHaveLength(1);
    expect(await handIn(gateway.credential, third)).toMatchObject({ status: 400 });
    // For a year.
    const fourth = newCredential(kit);
    kit.clock.advance(366 * 86_400_000);
    await handIn(fourth, third);
    await ask(fourth);
    expect(await kit.sql("SELECT FROM old_credentials WHERE gateway_id = $1", [gateway.id])).toHaveLength(1);
  });

  test("who uses the old one later is refused, and operators are told, once an hour", async () => {
    const next = newCredential(kit);
    await handIn(next);
    await ask(next);
    kit.clock.advance(120_000);
    const mails = () => kit.sql("SELECT payload->>'sourceAddress' AS address FROM outbox_mails WHERE template = 'gateway-old-credential' AND payload->>'gatewayName' = $1 AND recipient = $2", [gateway.name, TEST_OPERATOR]);
    for (let i = 0; i < 3; i += 1) expect((await ask()).status).toBe(401);
    expect(await mails()).toHaveLength(1);
    kit.clock.advance(3_600_001);
    await ask();
    expect(await mails()).toHaveLength(2);
    expect((await chain(gateway.id)).filter((action) => action === "gateway.old_credential_used")).toHaveLength(2);
    expect((await ask(next)).status).toBe(200);
  });
});

describe("a gateway that is cut off", () => {
  const cut = (actor = operator, gatewayId = gateway.id) => cutOffGateway(kit.ports, actor, { gatewayId });

  test("is out at once, also where it waits for news, and customers' logs say so", async () => {
    const { revision } = await gateway.fetch();
    const begins = once(waits, `gateway:${gateway.id}`);
    const waiting = send(state, { query: `?since=${revision}&wait=30` });
    await begins;
    const told = new Promise<void>((resolve) => listener.subscribe(`gateway:${gateway.id}`, () => resolve()));
    await cut();
    // Whoever waits, at whichever portal.
    await told;
    expect(await waiting).toMatchObject({ status: 401, code: "gateway_unauthenticated" });
    for (const answer of [await ask(), await handIn(newCredential(kit))]) expect(answer).toMatchObject({ status: 401, code: "gateway_unauthenticated" });
    expect(await view()).toMatchObject({ enrolled: false, cutOffAt: kit.clock.now().toISOString(), credentialMadeAt: null });
    expect((await listActivity(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId })).items[0]).toMatchObject({ action: "gateway.cut_off", actorIsOperator: true, summary: expect.stringContaining("nothing can be changed there") });
    await expect(cut()).rejects.toMatchObject({ code: "not_found" });
  });

  test("says nothing by a request that began before: its body is read, and its credential is asked for again", async () => {
    await addClient(kit, acme.owner, acme.subscriptionId);
    const full = await gateway.fetch();
    const next = newCredential(kit);
    for (const [handler, body] of [
      [ack, { revision: full.revision, digest: digestOfState(full), receivedMsAgo: 0, appliedMsAgo: 0, instances: [], failures: [] }],
      [report, { revision: full.revision, digest: digestOfState(full), peers: [] }],
      [credential, { credential: next }],
    ] as const) {
      const { gateway: slow } = await makeTenant(kit);
      let send!: (text: string) => void;
      let reading!: () => void;
      const begun = new Promise<void>((resolve) => (reading = resolve));
      // Nobody pulls before the credential was found good.
      const stream = new ReadableStream<Uint8Array>({ pull: (controller) => new Promise((resolve) => ((send = (text) => (controller.enqueue(Buffer.from(text)), controller.close(), resolve())), reading())) }, { highWaterMark: 0 });
      const answer = handler(new NextRequest("https://portal.test/api/gateway/v1", { method: "POST", headers: { authorization: `Bearer ${slow.credential}`, [PROTOCOL_HEADER]: "1, 2" }, body: stream, duplex: "half" } as RequestInit & { signal?: AbortSignal }));
      await begun;
      await cut(operator, slow.id);
      // Enrolled anew meanwhile: what was begun with the old credential must not reach the new host's.
      const { enrolToken } = await addGateway(kit.ports, { name: slow.name, endpointHost: "gateway.test" });
      await enrolGatewayAgent(kit.ports, { token: enrolToken, credential: newCredential(kit), protocol: 2, agentVersion: "0.1.0", boxPublicKey: slow.boxKeys.publicKey, wireguard: { implementation: "kernel", toolsVersion: "v1.0" } }, null);
      send(JSON.stringify(body));
      expect((await answer).status).toBe(401);
      expect(await kit.sql("SELECT FROM gateways WHERE id = $1 AND next_credential_hash IS NOT NULL", [slow.id])).toHaveLength(0);
    }
    expect((await ask(next)).status).toBe(401);
  });

  test("gets no new instance, and nobody but an operator cuts one off", async () => {
    const before = await snapshotOf(kit);
    await expect(cut(acme.owner)).rejects.toMatchObject({ code: "forbidden" });
    await expect(rotateGatewayCredential(kit.ports, acme.owner, { gatewayId: gateway.id })).rejects.toMatchObject({ code: "forbidden" });
    await expect(cut(operator, kit.ports.newId())).rejects.toMatchObject({ code: "not_found" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    kit.clock.advance(3_600_000);
    await gateway.sync();
    await cut();
    await kit.sql("DELETE FROM gateway_changes WHERE instance_id IN (SELECT id FROM instances WHERE subscription_id = $1)", [acme.subscriptionId]);
    await kit.sql("DELETE FROM instances WHERE subscription_id = $1", [acme.subscriptionId]);
    await expect(provisionOwnInstance(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, name: "Again", subnetV4: "10.73.1.0/24" }, async () => [])).rejects.toMatchObject({ code: "no_gateway_free" });
  });

  test("lets its instances move, with none of the preshared keys that it holds", async () => {
    const client = await addClient(kit, acme.owner, acme.subscriptionId);
    await gateway.sync();
    await cut();
    const elsewhere = await makeGateway(kit);
    await moveOwnInstance(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, gatewayId: elsewhere.id }, async () => []);
    expect(await elsewhere.sync()).toMatchObject({ instances: [{ peers: [{ publicKey: client.publicKey, sealedPresharedKey: null }] }] });
    expect(await viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id })).toMatchObject({ needsNewFile: true, hasPresharedKey: false });
  });

  test("and enrolled anew on another host, is in sync; every machine needs a new file, since nothing opens what was sealed", async () => {
    const client = await addClient(kit, acme.owner, acme.subscriptionId);
    await gateway.sync();
    await cut();
    const { enrolToken } = await addGateway(kit.ports, { name: gateway.name, endpointHost: "gateway.test" });
    const anew = newCredential(kit);
    const wireguard = { implementation: "kernel" as const, toolsVersion: "v1.0" };
    await enrolGatewayAgent(kit.ports, { token: enrolToken, credential: anew, protocol: 2, agentVersion: "0.1.0", boxPublicKey: generateKeyPair(kit.ports.randomBytes).publicKey, wireguard }, "198.51.100.8");
    expect((await ask()).status).toBe(401);
    const full = await ask(anew);
    expect(full).toMatchObject({ status: 200, body: { kind: "full", instances: [{ peers: [{ publicKey: client.publicKey, sealedPresharedKey: null }] }] } });
    expect(await gateway.acknowledge(await gateway.fetch())).toMatchObject({ inSync: true });
    expect(await viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id })).toMatchObject({ needsNewFile: true, hasPresharedKey: false, state: "active" });
    expect(await view()).toMatchObject({ enrolled: true, cutOffAt: null });
  });

  test("and enrolled anew on the same host, with the same box key, loses nothing", async () => {
    const client = await addClient(kit, acme.owner, acme.subscriptionId);
    await gateway.sync();
    await cut();
    const { enrolToken } = await addGateway(kit.ports, { name: gateway.name, endpointHost: "gateway.test" });
    await enrolGatewayAgent(kit.ports, { token: enrolToken, credential: newCredential(kit), protocol: 2, agentVersion: "0.1.0", boxPublicKey: gateway.boxKeys.publicKey, wireguard: { implementation: "kernel", toolsVersion: "v1.0" } }, null);
    expect(await viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id })).toMatchObject({ needsNewFile: false, hasPresharedKey: true });
    expect(await gateway.acknowledge(await gateway.fetch())).toMatchObject({ inSync: true });
  });
});
