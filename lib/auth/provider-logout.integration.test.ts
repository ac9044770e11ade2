/** OpenID Connect Back-Channel Logout 1.0: a real provider's sign-out ends the sessions it began, at once; and each token that must be refused, is. */
import { createPrivateKey, generateKeyPairSync, randomUUID, type JsonWebKey } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { importJWK, SignJWT, UnsecuredJWT, type JWK, type JWTPayload } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { POST } from "@/app/api/auth/back-channel-logout/route";
import { serve } from "@/lib/testing/api";
import { openKit, TEST_PORTAL, type Kit } from "@/lib/testing/kit";
import { currentSession, signInAt } from "@/lib/testing/next-auth-browser";
import { currentJar } from "@/lib/testing/next-headers";
import { startTestProvider, type TestProvider } from "@/lib/testing/openid-provider";
import { actorOf, enter, claimsOf } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { tidyUp } from "./housekeeping";

vi.mock("next/headers", () => import("@/lib/testing/next-headers"));

const SECRET = "Zk3vQ9tR7wXy2LmN8pBc";
const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const FORM = "application/x-www-form-urlencoded";

let kit: Kit;
let provider: TestProvider;
let portal: Server;
let stopServing: () => void;
/** What the portal answered the provider, in order. */
let answers: Promise<Response>[] = [];
let told: () => void = () => undefined;
let count = 0;

beforeAll(async () => {
  portal = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const answer = POST(new Request(`${TEST_PORTAL}${incoming.url}`, { method: "POST", headers: { "content-type": incoming.headers["content-type"] ?? "" }, body: Buffer.concat(chunks) }));
      answers.push(answer);
      void answer.then((response) => outgoing.writeHead(response.status).end()).finally(() => told());
    });
  });
  await new Promise<void>((resolve) => portal.listen(0, "127.0.0.1", resolve));
  const logoutUri = `http://127.0.0.1:${(portal.address() as AddressInfo).port}/api/auth/back-channel-logout`;
  provider = await startTestProvider({ clientId: "portcullis", clientSecret: SECRET, redirectUris: [`${TEST_PORTAL}/api/auth/callback/oidc`], logoutUri });
  const opened = await openKit({ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_SECRET: SECRET });
  // A real provider's tokens are of the real time.
  kit = { ...opened, ports: { ...opened.ports, clock: { now: () => new Date() } } };
  stopServing = serve(kit, await kit.listener());
});
afterAll(async () => {
  stopServing();
  await Promise.all([kit.close(), provider.stop(), new Promise((resolve) => portal.close(resolve))]);
});
beforeEach(async () => {
  currentJar.clear();
  answers = [];
  await kit.sql("DELETE FROM rate_limits");
  provider.down.clear();
  provider.person = { subject: `subject ${++count}`, claims: { email: `cy-${count}@people.test`, email_verified: true, name: "Cy" }, amr: ["pwd"], acr: "urn:test:strong" };
});

/** @returns the session's id */
async function signIn(): Promise<string> {
  currentJar.clear();
  await signInAt(kit, provider, "oidc");
  return (await currentSession(kit)) ?? "";
}
const isLive = async (session: string): Promise<boolean> => (await actorOf(kit, session)) !== null;
const sidOf = async (session: string): Promise<string | null> => (await kit.sql<{ provider_sid: string | null }>("SELECT provider_sid FROM sessions WHERE id = $1", [session]))[0]?.provider_sid ?? null;

const send = (body: string, type = FORM): Promise<Response> => POST(new Request(`${TEST_PORTAL}/api/auth/back-channel-logout`, { method: "POST", headers: { "content-type": type }, body }));
const sendToken = (token: string): Promise<Response> => send(new URLSearchParams({ logout_token: token }).toString());

interface Forged {
  claims?: JWTPayload;
  without?: string[];
  header?: Record<string, string>;
  key?: Parameters<SignJWT["sign"]>[0];
}

/** A token as the provider makes it, with changes. */
async function forge({ claims = {}, without = [], header = {}, key }: Forged = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload: JWTPayload = { iss: provider.issuer, aud: "portcullis", iat: now, exp: now + 120, jti: randomUUID(), sub: provider.person.subject, events: { [EVENT]: {} }, ...claims };
  for (const claim of without) delete payload[claim];
  return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: provider.signingKey.kid, typ: "logout+jwt", ...header }).sign(key ?? (await importJWK(provider.signingKey as JWK, "RS256")));
}

describe("a real provider", () => {
  test("ends the session that began with its own, and no other, when the person signs out there", async () => {
    const other = await signIn();
    const here = await signIn();
    expect(await sidOf(here)).not.toBeNull();
    expect(await sidOf(here)).not.toBe(await sidOf(other));
    const heard = new Promise<void>((resolve) => (told = resolve));
    await provider.signOut();
    await heard;
    const [answer] = await Promise.all(answers);
    expect([answer?.status, answer?.headers.get("cache-control"), await answer?.text()]).toEqual([200, "no-store", ""]);
    expect([await isLive(here), await isLive(other)]).toEqual([false, true]);
    const [event] = await kit.sql<{ actor_kind: string; data: object }>("SELECT actor_kind, data FROM audit_events WHERE action = 'session.ended' AND subject_id = $1", [here]);
    expect(event).toEqual({ actor_kind: "portal", data: { why: "provider", provider: provider.issuer } });
  });
});

describe("a token", () => {
  test("that names the account ends all that the provider began for it, and nobody else's, nor what began otherwise", async () => {
    const [one, two] = [await signIn(), await signIn()];
    const { userId } = (await actorOf(kit, one)) ?? { userId: "" };
    const own = await signIn();
    await kit.sql("UPDATE sessions SET identity_id = NULL, method = 'passkey', provider_sid = NULL WHERE id = $1", [own]);
    const stranger = await enter(kit, claimsOf("stranger@people.test"));
    expect((await sendToken(await forge())).status).toBe(200);
    expect(await Promise.all([one, two, own, stranger].map(isLive))).toEqual([false, false, true, true]);
    expect(await kit.sql("SELECT FROM audit_events WHERE action = 'session.ended' AND chain_id = $1", [userId])).toHaveLength(2);
  });

  test("that names a session ends that one, with the account or without; one that is not known ends the account's", async () => {
    const [one, two, three] = [await signIn(), await signIn(), await signIn()];
    expect((await sendToken(await forge({ claims: { sid: (await sidOf(one)) ?? "" }, without: ["sub"] }))).status).toBe(200);
    expect(await Promise.all([one, two, three].map(isLive))).toEqual([false, true, true]);
    expect((await sendToken(await forge({ claims: { sid: (await sidOf(two)) ?? "" } }))).status).toBe(200);
    expect(await Promise.all([two, three].map(isLive))).toEqual([false, true]);
    expect((await sendToken(await forge({ claims: { sid: "from before" }, without: ["sub"] }))).status).toBe(200);
    expect(await isLive(three)).toBe(true);
    expect((await sendToken(await forge({ claims: { sid: "from before" } }))).status).toBe(200);
    expect(await isLive(three)).toBe(false);
  });

  test("is good for what has ended already: nothing happens, and that is no error", async () => {
    await signIn();
    await sendToken(await forge());
    const snapshot = await snapshotOf(kit);
    expect((await sendToken(await forge())).status).toBe(200);
    expect(changedTables(snapshot, await snapshotOf(kit))).toEqual(["logout_tokens"]);
  });

  test("is used once, also when it comes ten times at once; and forgotten when its age refuses it", async () => {
    await signIn();
    const token = await forge();
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await sendToken(token)).status));
    expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 400)]);
    await tidyUp(kit.ports);
    expect(await kit.sql("SELECT FROM logout_tokens")).not.toHaveLength(0);
    await tidyUp({ ...kit.ports, clock: { now: () => new Date(Date.now() + 700_000) } });
    expect(await kit.sql("SELECT FROM logout_tokens")).toHaveLength(0);
  });

  const now = (): number => Math.floor(Date.now() / 1000);
  const refused: [string, () => Forged][] = [
    ["signed by another key", () => ({ key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey })],
    ["signed by a key that nobody knows", () => ({ header: { kid: "unknown" } })],
    ["signed with another algorithm", () => ({ header: { alg: "RS512" }, key: createPrivateKey({ key: provider.signingKey as JsonWebKey, format: "jwk" }) })],
    ["signed with the client's secret", () => ({ header: { alg: "HS256" }, key: Buffer.from(SECRET.padEnd(32, "x")) })],
    ["of another kind", () => ({ header: { typ: "at+jwt" } })],
    ["of an issuer that isn't set up", () => ({ claims: { iss: "https://elsewhere.test" } })],
    ["without an issuer", () => ({ without: ["iss"] })],
    ["for another audience", () => ({ claims: { aud: "another client" } })],
    ["without an audience", () => ({ without: ["aud"] })],
    ["of an hour ago", () => ({ claims: { iat: now() - 3600, exp: now() + 3600 } })],
    ["of an hour ahead", () => ({ claims: { iat: now() + 3600, exp: now() + 7200 } })],
    ["that doesn't say when it was made", () => ({ without: ["iat"] })],
    ["that ran out", () => ({ claims: { iat: now() - 300, exp: now() - 120 } })],
    ["that never runs out", () => ({ without: ["exp"] })],
    ["without an id", () => ({ without: ["jti"] })],
    ["with an id that is none", () => ({ claims: { jti: "" } })],
    ["without events", () => ({ without: ["events"] })],
    ["about another event", () => ({ claims: { events: { "http://schemas.openid.net/event/other": {} } } })],
    ["whose event is no object", () => ({ claims: { events: { [EVENT]: true } } })],
    ["whose events are a list", () => ({ claims: { events: [EVENT] } })],
    ["with a nonce, as an id token has", () => ({ claims: { nonce: "n" } })],
    ["that names nobody", () => ({ without: ["sub"] })],
    ["that names somebody by a number", () => ({ claims: { sub: 7 as unknown as string } })],
    ["that names somebody at great length", () => ({ claims: { sub: "s".repeat(256) } })],
    ["that names somebody with a NUL", () => ({ claims: { sub: "s\0" } })],
  ];

  test.each(refused)("%s is refused, and ends nothing", async (_, changes) => {
    const here = await signIn();
    const answer = await sendToken(await forge(changes()));
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([400, "no-store"]);
    expect(await answer.json()).toEqual({ error: "invalid_request", error_description: expect.any(String) });
    expect(await isLive(here)).toBe(true);
  });

  test("that is not signed, is none, or doesn't come as a form of decent size, is refused", async () => {
    const here = await signIn();
    const unsecured = new UnsecuredJWT({ sub: provider.person.subject, jti: randomUUID(), events: { [EVENT]: {} } }).setIssuer(provider.issuer).setAudience("portcullis").setIssuedAt().setExpirationTime("2m").encode();
    const token = await forge();
    const [header, payload] = token.split(".");
    const bodies = [unsecured, "", "x", "a.b.c", `${header}.${payload}.`, `${token}x`].map((text) => sendToken(text));
    for (const answer of await Promise.all([...bodies, send(""), send(JSON.stringify({ logout_token: token }), "application/json"), send(`logout_token=${token}`, "text/plain"), send(`logout_token=${token}&x=${"x".repeat(17_000)}`)])) {
      expect(answer.status).toBe(400);
    }
    expect(await isLive(here)).toBe(true);
  });
});

test("wrong tokens are slowed by their source, and never a right one", async () => {
  const here = await signIn();
  for (let i = 0; i < 100; i += 1) expect((await sendToken("x")).status).toBe(400);
  const slowed = await sendToken("x");
  expect([slowed.status, Number(slowed.headers.get("retry-after")) > 0]).toEqual([429, true]);
  expect((await sendToken(await forge())).status).toBe(200);
  expect(await isLive(here)).toBe(false);
});

test("with the provider out of reach it says that it can be tried again, and counts nothing", async () => {
  const away = await openKit({ DATABASE_URL: kit.databaseUrl, OIDC_ISSUER: "http://127.0.0.1:1", OIDC_CLIENT_SECRET: SECRET });
  stopServing();
  stopServing = serve({ ...away, ports: { ...away.ports, clock: kit.ports.clock } }, await kit.listener());
  try {
    expect((await sendToken(await forge({ claims: { iss: "http://127.0.0.1:1" } }))).status).toBe(503);
    expect(await kit.sql("SELECT FROM rate_limits")).toEqual([]);
  } finally {
    stopServing();
    stopServing = serve(kit, await kit.listener());
    await away.close();
  }
});

// The last one: who signs in next would have to wait until their keys are asked for again.
test("a provider that has changed its keys is understood", async () => {
  const here = await signIn();
  await provider.rotateKeys();
  // A key that is not known is asked for, though not all the time.
  vi.setSystemTime(Date.now() + 31_000);
  try {
    expect((await sendToken(await forge())).status).toBe(200);
  } finally {
    vi.useRealTimers();
  }
  expect(await isLive(here)).toBe(false);
});
