/** What a request must bring: our own origin, a session that counts, a body of the right shape; and how refusals and faults are told. */
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GET as activity } from "@/app/api/v1/subscriptions/[subscriptionId]/activity/route";
import { POST as revoke } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/[clientId]/revoke/route";
import { POST as challenge } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/challenge/route";
import { GET as listClients, POST as issue } from "@/app/api/v1/subscriptions/[subscriptionId]/clients/route";
import { GET as viewSubscription } from "@/app/api/v1/subscriptions/[subscriptionId]/route";
import { POST as requestAddress } from "@/app/api/v1/address/challenge/route";
import { POST as verifyAddress } from "@/app/api/v1/address/verify/route";
import { POST as resend } from "@/app/api/v1/challenges/[challengeId]/resend/route";
import { GET as searchClients } from "@/app/api/v1/operator/clients/route";
import type { Actor } from "@/lib/auth/actor";
import { endSessionById } from "@/lib/auth/end-session";
import { call, serve, type Answer } from "@/lib/testing/api";
import { openKit, type Kit } from "@/lib/testing/kit";
import { captureLog } from "@/lib/testing/log-lines";
import { cookieOf, operator, person, unprovedPerson } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, addressProofOf, makeTenant, prepareIssue, type Tenant } from "@/lib/testing/tenancy";

const UNKNOWN_ID = "00000000-0000-4000-8000-00000000dead";

let kit: Kit;
let stopServing: () => void;
let acme: Tenant;
let member: Actor;
let membersClient: string;
let olga: Actor;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
  acme = await makeTenant(kit);
  member = await addMember(kit, acme, "member");
  membersClient = (await addClient(kit, member, acme.subscriptionId, "mine")).id;
  olga = await operator(kit);
});
afterAll(async () => {
  stopServing();
  await kit.close();
});

const here = (more: Record<string, string> = {}) => ({ subscriptionId: acme.subscriptionId, ...more });
const codeOf = ({ body }: Answer): string | undefined => (body as { error?: { code: string } } | null)?.error?.code;

describe("T4: a change asked for by another site is refused, whoever is signed in, and nothing is done", () => {
  const foreign: Record<string, string | null>[] = [
    { origin: null },
    { origin: "null" },
    { origin: "https://evil.test" },
    { origin: "https://portal.test.evil.test" },
    { origin: "https://portal.test:8443" },
    { origin: "http://portal.test" },
    { origin: "https://portal.test/" },
    { origin: "https://PORTAL.test" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
  ];
  test.each(foreign)("%j", async (headers) => {
    const before = await snapshotOf(kit);
    for (const [handler, params, body] of [
      [revoke, here({ clientId: membersClient }), undefined],
      [challenge, here(), { nickname: "machine" }],
      [issue, here(), {}],
      [resend, { challengeId: UNKNOWN_ID }, undefined],
      [requestAddress, {}, undefined],
      [verifyAddress, {}, {}],
    ] as const) {
      expect(codeOf(await call(kit, "POST", handler, { as: acme.owner, params, body, headers }))).toBe("foreign_origin");
    }
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });
});

describe("a session", () => {
  const read = (cookie: string | null, more: Record<string, string> = {}) => call(kit, "GET", viewSubscription, { as: null, params: here(), headers: { cookie, ...more } });

  test("that was ended, has expired, or whose account was deactivated is none, on the very next request (T12)", async () => {
    const [ended, expired, deactivated] = [await addMember(kit, acme, "admin"), await addMember(kit, acme, "admin"), await addMember(kit, acme, "admin")];
    const status = async (as: Actor) => (await call(kit, "GET", viewSubscription, { as, params: here() })).status;
    for (const actor of [ended, expired, deactivated]) expect(await status(actor)).toBe(200);
    await endSessionById(kit.ports, ended.sessionId);
    await kit.sql("UPDATE sessions SET created_at = created_at - interval '1 day', expires_at = $2 WHERE id = $1", [expired.sessionId, kit.clock.now()]);
    await kit.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [deactivated.userId]);
    for (const actor of [ended, expired, deactivated]) expect(await status(actor)).toBe(401);
    expect(await status(acme.owner)).toBe(200);
  });

  test("is what the cookie alone says: forged, foreign, altered or bearer tokens are none", async () => {
    const { name, value } = await cookieOf(kit, acme.owner.sessionId);
    expect((await read(`${name}=${value}`)).status).toBe(200);
    const forged = await encode({ token: { sid: acme.owner.sessionId }, secret: "another secret, of another portal" });
    for (const cookie of [`${name}=${forged}`, `${name}=${value.slice(0, -4)}AAAA`, `${name}=`, `${name}=${acme.owner.sessionId}`, `next-auth.session-token=${value}`, `x${name}=${value}`]) {
      expect((await read(cookie)).status).toBe(401);
    }
    expect((await read(null, { authorization: `Bearer ${value}` })).status).toBe(401);
    for (const sid of [UNKNOWN_ID, "", "x", acme.owner.userId]) {
      const odd = await cookieOf(kit, sid);
      expect((await read(`${odd.name}=${odd.value}`)).status).toBe(401);
    }
  });
});

describe("a request of the wrong shape", () => {
  const send = (body: unknown) => call(kit, "POST", issue, { as: acme.owner, params: here(), body });

  test("is refused with the field's name, and changes nothing", async () => {
    const { input, proof } = await prepareIssue(kit, acme.owner, acme.subscriptionId, "machine");
    const before = await snapshotOf(kit);
    const cases: [unknown, string | undefined][] = [
      ["{", undefined],
      ["[]", ""],
      ["null", ""],
      [{ ...input }, "proof"],
      [{ ...input, proof: { ...proof, code: 123456 } }, "proof.code"],
      [{ ...input, proof, publicKey: ["a"] }, "publicKey"],
      [{ ...input, proof, publicKey: "a".repeat(101) }, "publicKey"],
      [{ ...input, proof, nickname: null }, "nickname"],
      [{ ...input, proof, sealedPresharedKey: undefined }, "sealedPresharedKey"],
    ];
    for (const [body, field] of cases) {
      const answer = await send(body);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });
      expect((answer.body as { error: { facts: { field?: string } } }).error.facts.field).toBe(field);
    }
    for (const [change, code] of [
      [{ nickname: "" }, "nickname_invalid"],
      [{ nickname: "laptop\nPostUp = evil" }, "nickname_invalid"],
      [{ nickname: "x".repeat(41) }, "nickname_invalid"],
      [{ publicKey: "" }, "public_key_invalid"],
      [{ publicKey: `${"A".repeat(43)}=` }, "public_key_invalid"],
      [{ publicKey: input.publicKey.slice(0, 43) }, "public_key_invalid"],
      [{ publicKey: `${input.publicKey.slice(0, 20)}\n${input.publicKey.slice(20)}` }, "public_key_invalid"],
      [{ sealedPresharedKey: "" }, "sealed_key_invalid"],
      [{ sealedPresharedKey: input.sealedPresharedKey?.slice(4) }, "sealed_key_invalid"],
    ] as const) {
      expect(codeOf(await send({ ...input, ...change, proof }))).toBe(code);
    }
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("is refused when it is too large, whether or not it says so", async () => {
    const body = JSON.stringify({ nickname: "x".repeat(70_000) });
    expect(await send(body)).toMatchObject({ status: 413, body: { error: { code: "body_too_large" } } });
    expect(await call(kit, "POST", issue, { as: acme.owner, params: here(), body: "{}", headers: { "content-length": "99999999" } })).toMatchObject({ status: 413 });
  });

  test("of a page or a search that can't be is refused or finds nothing, and is no fault of ours", async () => {
    for (const cursor of ["x", "-1", "0", "1e9", "99999999999999999999", "bnVsbA", "eyJhdCI6IjIwMjctMDMtMDEiLCJpZCI6IngifQ"]) {
      for (const handler of [listClients, activity]) {
        expect([200, 400]).toContain((await call(kit, "GET", handler, { as: acme.owner, params: here(), query: `?cursor=${cursor}` })).status);
      }
      expect([200, 400]).toContain((await call(kit, "GET", searchClients, { as: olga, query: `?cursor=${cursor}` })).status);
    }
    for (const q of ["%00", "%25", "_", "%5C", "'", "%F0%9F%98%80", "a".repeat(5000), "10.77.0.2", "fd00%3A%3A1", "999.1.1.1", "0%2F0", "AAAAAAAA", "A".repeat(44), "%00%00%00%00"]) {
      for (const [handler, as, params] of [[listClients, acme.owner, here()], [searchClients, olga, {}]] as const) {
        expect((await call(kit, "GET", handler, { as, params, query: `?q=${q}` })).status).toBe(200);
      }
    }
  });
});

test("too soon and too many say after how many seconds, in the header too", async () => {
  const { proof } = await prepareIssue(kit, member, acme.subscriptionId, "machine");
  const answer = await call(kit, "POST", resend, { as: member, params: { challengeId: proof.challengeId } });
  expect(answer).toMatchObject({ status: 429, body: { error: { code: "step_up_too_soon", facts: { retryAfterSeconds: 30 } } } });
  expect(answer.headers.get("retry-after")).toBe("30");
});

test("an address that the provider did not verify is proved by the code, and then everything else is open", async () => {
  const una = await unprovedPerson(kit, "una.two@acme.test");
  const asked = await call(kit, "POST", requestAddress, { as: una });
  expect(asked).toMatchObject({ status: 201, body: { sentTo: "u•••@acme.test", resendAfterSeconds: 30 } });
  const body = addressProofOf(kit, asked.body as { challengeId: string });
  expect(await call(kit, "POST", verifyAddress, { as: una, body })).toMatchObject({ status: 204, body: null });
  expect((await call(kit, "GET", viewSubscription, { as: una, params: here() })).status).toBe(404);
});

test("a fault of ours is told by its reference alone, and the log has the rest", async () => {
  const broken: Actor = await person(kit, "broken@acme.test");
  await kit.sql("ALTER TABLE subscriptions RENAME TO elsewhere");
  const log = captureLog();
  try {
    const answer = await call(kit, "GET", viewSubscription, { as: broken, params: here() });
    expect(answer).toMatchObject({ status: 500, body: { error: { code: "internal", message: expect.stringMatching(/^Something went wrong on our side\..*[0-9a-f-]{36}$/) } } });
    expect(JSON.stringify(answer.body)).not.toMatch(/subscriptions|relation|SELECT/);
    const [reference] = /[0-9a-f-]{36}/.exec(JSON.stringify(answer.body)) ?? [];
    expect(await log.line(reference ?? "")).toContain('relation \\"subscriptions\\" does not exist');
  } finally {
    log.stop();
    await kit.sql("ALTER TABLE elsewhere RENAME TO subscriptions");
  }
});
