/** The gateway protocol from outside: who may speak, and about what. docs/gateway-protocol.md is the contract. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { MAX_REQUEST_BYTES } from "@/lib/protocol/limits";
import { PROTOCOL_VERSION } from "@/lib/protocol/version";
import { addGateway } from "@/lib/usecases/add-gateway";
import { addClient, errorCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import type { Answer, PortalApi } from "./support/people";
import { SOME_PUBLIC_KEY } from "./support/surface";

const API = "/api/gateway/v1";
const newCredential = (): string => `pcg_${randomBytes(32).toString("base64url")}`;
const noDigest = "0".repeat(64);

interface Speaker {
  gatewayId: string;
  name: string;
  credential: string;
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
}

const speak = (api: PortalApi, credential: string | null): Speaker["send"] => (method, path, body, headers = {}) =>
  api.send(method, `${API}/${path}`, body, { origin: null, headers: { "portcullis-protocol": String(PROTOCOL_VERSION), ...(credential === null ? {} : { authorization: `Bearer ${credential}` }), ...headers } });

const enrolment = (token: string, credential: string) => ({
  token, credential, protocol: PROTOCOL_VERSION, agentVersion: "0.1.0", boxPublicKey: SOME_PUBLIC_KEY, wireguard: { implementation: "wireguard-go", toolsVersion: "1.0.20210914" },
});

const ack = (revision: number, instances: { instanceId: string; publicKey: string }[] = []) => ({ revision, digest: noDigest, receivedMsAgo: 2, appliedMsAgo: 1, instances, failures: [] });

/** Enrols a gateway over the wire, one that holds nothing. */
async function enrolOne(api: PortalApi, store: Parameters<typeof addGateway>[0]): Promise<Speaker> {
  const name = `wire-${randomBytes(4).toString("hex")}`;
  const { gatewayId, enrolToken } = await addGateway(store, { name, endpointHost: "192.0.2.99" });
  const credential = newCredential();
  expect((await speak(api, null)("POST", "enrol", enrolment(enrolToken, credential))).status).toBe(201);
  return { gatewayId, name, credential, send: speak(api, credential) };
}

const REQUESTS = [["GET", "state?since=none&wait=0", undefined], ["POST", "ack", ack(0)], ["POST", "report", { revision: 0, digest: noDigest, peers: [] }]] as const;

test("of 40 enrolments with one token at once one succeeds, and a spent, unknown, expired or malformed token enrols nobody (T18)", async ({ make, store }) => {
  const api = await make.stranger();
  const name = `raced-${randomBytes(4).toString("hex")}`;
  const { gatewayId, enrolToken } = await addGateway(store, { name, endpointHost: "192.0.2.99" });
  const send = speak(api, null);
  const credentials = Array.from({ length: 40 }, newCredential);
  const answers = await Promise.all(credentials.map((credential) => send("POST", "enrol", enrolment(enrolToken, credential))));
  const won = answers.findIndex(({ status }) => status === 201);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter((answer) => errorCode(answer) === "enrolment_refused")).toHaveLength(39);
  expect(answers[won]?.body).toEqual({ gatewayId, name, protocol: PROTOCOL_VERSION });
  // The winner asks again, as an agent does that was killed before it read the answer; the others are still nobody.
  expect((await send("POST", "enrol", enrolment(enrolToken, credentials[won] ?? ""))).status).toBe(200);
  for (const [index, credential] of credentials.entries()) expect((await speak(api, credential)("GET", "state?since=none&wait=0")).status).toBe(index === won ? 200 : 401);

  const expired = await addGateway(store, { name: `late-${randomBytes(4).toString("hex")}`, endpointHost: "192.0.2.99" });
  await store.sql("UPDATE gateways SET enrol_token_expires = now() - interval '1 s' WHERE id = $1", [expired.gatewayId]);
  for (const token of [expired.enrolToken, `pce_${randomBytes(32).toString("base64url")}`]) {
    const refused = await send("POST", "enrol", enrolment(token, newCredential()));
    expect([refused.status, errorCode(refused)]).toEqual([401, "enrolment_refused"]);
  }
  expect((await send("POST", "enrol", enrolment("pce_short", newCredential()))).status).toBe(400);
  expect(await store.sql("SELECT credential_hash FROM gateways WHERE id = $1", [expired.gatewayId])).toEqual([{ credential_hash: null }]);
});

test("an unknown, missing or malformed credential gets nothing, and a person's session is none", async ({ make, home, store }) => {
  const stranger = await make.stranger();
  const { credential } = await enrolOne(stranger, store);
  for (const [method, path, body] of REQUESTS) {
    for (const authorization of ["", "Bearer ", `Bearer ${newCredential()}`, `Bearer ${credential}x`, `Bearer ${credential.slice(0, -1)}`, `Bearer  ${credential}`, `Basic ${credential}`, credential, `bearer-${credential}`, `Bearer ${"x".repeat(5_000)}`]) {
      const answer = await speak(stranger, null)(method, path, body, { authorization });
      expect([answer.status, errorCode(answer)], `${path} with ${authorization.slice(0, 20)}`).toEqual([401, "gateway_unauthenticated"]);
    }
    expect((await speak(home.owner.api, null)(method, path, body)).status, `${path} with a session`).toBe(401);
  }
  const answer = await stranger.get(home.apiPath, { headers: { authorization: `Bearer ${credential}` } });
  expect([answer.status, errorCode(answer)]).toEqual([401, "not_signed_in"]);
});

test("another version of the protocol is told so before anything else is looked at", async ({ make, store }) => {
  const api = await make.stranger();
  const { send } = await enrolOne(api, store);
  for (const version of ["", "0", String(PROTOCOL_VERSION + 1), `${PROTOCOL_VERSION}.0`, "one", `0${PROTOCOL_VERSION}`]) {
    for (const [method, path, body] of [...REQUESTS, ["POST", "enrol", enrolment("pce_x", "pcg_x")] as const]) {
      const answer = await send(method, path, body, { "portcullis-protocol": version });
      expect([answer.status, errorCode(answer)], `${path} with version "${version}"`).toEqual([426, "protocol_unsupported"]);
    }
  }
});

test("a gateway reads and confirms its own instances alone: another's can't be seen, acknowledged or reported on", async ({ make, home, store, inbox }) => {
  const added = await addClient(inbox, home.owner, home, "Elsewhere");
  const { send, gatewayId } = await enrolOne(await make.stranger(), store);
  expect((await send("GET", "state?since=none&wait=0")).body).toEqual({ kind: "full", revision: 0, instances: [] });

  const look = async () => JSON.stringify([
    await store.sql("SELECT public_key, status FROM instances WHERE id = $1", [home.instanceId]),
    await store.sql("SELECT * FROM gateway_changes WHERE instance_id = $1 ORDER BY revision", [home.instanceId]),
    await store.sql("SELECT latest_handshake_at, received_bytes, endpoint FROM client_sightings WHERE client_id = $1", [added.client.id]),
  ]);
  await expect.poll(async () => (await store.sql("SELECT FROM gateway_changes WHERE instance_id = $1 AND acknowledged_at IS NULL", [home.instanceId])).length).toBe(0);
  const before = await look();
  const confirmed = await send("POST", "ack", ack(0, [{ instanceId: home.instanceId, publicKey: SOME_PUBLIC_KEY }]));
  expect(confirmed.status).toBe(200);
  expect((await send("POST", "ack", ack(1, [{ instanceId: home.instanceId, publicKey: SOME_PUBLIC_KEY }]))).body).toMatchObject({ inSync: false });
  const reported = await send("POST", "report", { revision: 0, digest: noDigest, peers: [{ instanceId: home.instanceId, publicKey: added.pair.publicKey, endpoint: "203.0.113.66:6666", latestHandshakeSecondsAgo: 1, receivedBytes: 666, sentBytes: 666 }] });
  expect(reported.status).toBe(200);
  expect(await look()).toBe(before);
  expect(await store.sql("SELECT count(*)::int FROM audit_events WHERE actor_id = $1 AND action <> 'gateway.enrolled'", [gatewayId])).toEqual([{ count: 0 }]);
});

test("a message that is too large or of another shape is refused with a reason, never with a fault of ours", async ({ make, store }) => {
  const { send } = await enrolOne(await make.stranger(), store);
  const large = await send("POST", "ack", { ...ack(0), padding: "x".repeat(MAX_REQUEST_BYTES) });
  expect([large.status, errorCode(large)]).toEqual([413, "body_too_large"]);
  for (const [path, body] of [["ack", {}], ["ack", []], ["ack", { ...ack(0), digest: "x" }], ["ack", { ...ack(-1) }], ["ack", { ...ack(0), receivedMsAgo: -5 }], ["ack", ack(0, [{ instanceId: "x", publicKey: "y" }])], ["report", { revision: 0, digest: noDigest, peers: [{}] }], ["report", null]] as const) {
    const answer = await send("POST", path, body);
    expect([answer.status, errorCode(answer)], `${path} ${JSON.stringify(body)}`).toEqual([400, "bad_request"]);
  }
  for (const query of ["", "?since=none", "?since=none&wait=31", "?since=-1&wait=0", "?since=x&wait=0", "?since=1.5&wait=0", "?since=none&wait=abc"]) {
    expect((await send("GET", `state${query}`)).status, query).toBe(400);
  }
  // A revision from the future gets everything, not an error.
  expect((await send("GET", "state?since=999&wait=0")).body).toMatchObject({ kind: "full" });
});

test("17 MB are refused, whether their length is told beforehand or not, and the gateway is served as before", async ({ make, store, stack }) => {
  const { send, credential } = await enrolOne(await make.stranger(), store);
  const told = await send("POST", "ack", { ...ack(0), padding: "x".repeat(17_000_000) });
  expect([told.status, errorCode(told)]).toEqual([413, "body_too_large"]);

  const untold = httpRequest(`${stack.portalUrl}${API}/ack`, { method: "POST", headers: { "portcullis-protocol": String(PROTOCOL_VERSION), authorization: `Bearer ${credential}`, "transfer-encoding": "chunked" } });
  // The connection may end while there is still something to send.
  untold.on("error", () => undefined);
  const answered = once(untold, "response") as Promise<[IncomingMessage]>;
  for (let sent = 0; sent < 17_000_000; sent += 1_000_000) untold.write(Buffer.alloc(1_000_000, 32));
  const [response] = await answered;
  expect(response.statusCode).toBe(413);
  untold.destroy();
  expect((await send("POST", "ack", ack(0))).body).toEqual({ acknowledgedRevision: 0, inSync: true });
});
