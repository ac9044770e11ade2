/** Enrolment: a token is good once, for one agent (T18). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tokenHashOf } from "@/lib/auth/tokens";
import { generateKeyPair } from "@/lib/core/keys";
import { findByCredential } from "@/lib/db/gateway-credentials";
import type { EnrolRequest } from "@/lib/protocol/messages";
import { newCredential } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { changedTables, snapshotOf, tablesHolding } from "@/lib/testing/snapshot";
import { addGateway } from "@/lib/usecases/add-gateway";
import { enrolGatewayAgent } from "@/lib/usecases/gateway-enrol";

let kit: Kit;
let name: string;
let token: string;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  name = `gw-${kit.ports.newId()}`;
  token = (await addGateway(kit.ports, { name, endpointHost: "gateway.test" })).enrolToken;
});

const requestOf = (changes: Partial<EnrolRequest> = {}): EnrolRequest => ({
  token,
  credential: newCredential(kit),
  protocol: 1,
  agentVersion: "0.1.0",
  boxPublicKey: generateKeyPair(kit.ports.randomBytes).publicKey,
  wireguard: { implementation: "kernel", toolsVersion: "v1.0.20210914" },
  ...changes,
});

const enrol = (request: EnrolRequest) => enrolGatewayAgent(kit.ports, request, "198.51.100.7");

test("T18: a token has 256 random bits, and neither it nor the credential is stored", async () => {
  expect(token).toMatch(/^pce_[A-Za-z0-9_-]{43}$/);
  const request = requestOf();
  await enrol(request);
  const stored = await snapshotOf(kit);
  for (const secret of [token, request.credential]) {
    expect(tablesHolding(stored, secret)).toEqual([]);
    expect(tablesHolding(stored, Buffer.from(secret.slice(4), "base64url").toString("hex"))).toEqual([]);
  }
  expect(await findByCredential(kit.ports.db.read, tokenHashOf(request.credential))).toMatchObject({ name });
});

test("T18: of fifty agents that try one token at once, one is enrolled", async () => {
  const requests = Array.from({ length: 50 }, () => requestOf());
  const results = await Promise.allSettled(requests.map(enrol));
  const winners = requests.filter((_, i) => results[i]?.status === "fulfilled");
  expect(winners).toHaveLength(1);
  expect(new Set(results.flatMap((result) => (result.status === "rejected" ? [(result.reason as { code: string }).code] : [])))).toEqual(new Set(["enrolment_refused"]));
  const known = await Promise.all(requests.map(({ credential }) => findByCredential(kit.ports.db.read, tokenHashOf(credential))));
  expect(known.filter(Boolean)).toHaveLength(1);
  expect(await kit.sql("SELECT FROM audit_events WHERE action = 'gateway.enrolled' AND actor_label = $1", [`gateway ${name}`])).toHaveLength(1);
});

test("the same agent that asks again, because the answer was lost, gets the same answer, also at once and also after the token's day", async () => {
  const request = requestOf();
  const answers = await Promise.all(Array.from({ length: 10 }, () => enrol(request)));
  expect(answers.filter(({ again }) => !again)).toHaveLength(1);
  expect(new Set(answers.map(({ gatewayId }) => gatewayId)).size).toBe(1);
  kit.clock.advance(2 * 24 * 3_600_000);
  expect(await enrol(request)).toMatchObject({ gatewayId: answers[0]?.gatewayId, again: true });
  expect(await kit.sql("SELECT FROM audit_events WHERE action = 'gateway.enrolled' AND actor_label = $1", [`gateway ${name}`])).toHaveLength(1);
});

describe("is refused, and changes nothing,", () => {
  async function isRefused(request: EnrolRequest): Promise<void> {
    const before = await snapshotOf(kit);
    await expect(enrol(request)).rejects.toMatchObject({ code: "enrolment_refused" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  }

  test("with a spent token and another credential", async () => {
    await enrol(requestOf());
    await isRefused(requestOf());
  });

  test("with a token that nobody gave out", () => isRefused(requestOf({ token: `pce_${"A".repeat(43)}` })));

  test("with a token older than a day", async () => {
    kit.clock.advance(24 * 3_600_000);
    await isRefused(requestOf());
  });

  test("with a token that was renewed since", async () => {
    const old = token;
    token = (await addGateway(kit.ports, { name, endpointHost: "gateway.test" })).enrolToken;
    await isRefused(requestOf({ token: old }));
    expect(await enrol(requestOf())).toMatchObject({ name });
  });

  test("with the credential of another gateway: two hosts never pass for one another", async () => {
    const first = requestOf();
    await enrol(first);
    const second = await addGateway(kit.ports, { name: `${name}-2`, endpointHost: "gateway.test" });
    await isRefused(requestOf({ token: second.enrolToken, credential: first.credential }));
  });
});

test("a gateway that has enrolled gets no new token", async () => {
  await enrol(requestOf());
  await expect(addGateway(kit.ports, { name, endpointHost: "gateway.test" })).rejects.toMatchObject({ code: "bad_request", message: expect.stringContaining("enrolled already") });
});

test.each([
  ["name", { name: "", endpointHost: "gateway.test" }],
  ["name", { name: "Frankfurt 1", endpointHost: "gateway.test" }],
  ["name", { name: "gw\nx", endpointHost: "gateway.test" }],
  ["endpointHost", { name: "gw", endpointHost: "" }],
  ["endpointHost", { name: "gw", endpointHost: "https://gateway.test" }],
  ["endpointHost", { name: "gw", endpointHost: "[::1]" }],
  ["endpointHost", { name: "gw", endpointHost: "gateway.test\nPostUp = evil" }],
])("T15: a gateway's %s that could not stand in a config is refused: %j", async (field, input) => {
  await expect(addGateway(kit.ports, input)).rejects.toMatchObject({ code: "bad_request", facts: { field } });
});
