/** Signing in with GitHub: what of its API is believed. GitHub itself can't be had here: a server that answers as its documentation says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openKit, TEST_PORTAL, type Kit } from "@/lib/testing/kit";
import { ask, currentSession, post } from "@/lib/testing/next-auth-browser";
import { currentJar } from "@/lib/testing/next-headers";
import { actorOf } from "@/lib/testing/people";
import { readBodyText } from "@/lib/testing/request-body";

vi.mock("next/headers", () => import("@/lib/testing/next-headers"));

let kit: Kit;
let server: Server;
let site: string;
let emails: { email: string; primary: boolean; verified: boolean }[];
let id = 1000;
const tokenRequests: URLSearchParams[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const json = (body: unknown) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (request.url === "/login/oauth/access_token") {
    tokenRequests.push(new URLSearchParams(await readBodyText(request)));
    json({ access_token: "gho_test", token_type: "bearer", scope: "read:user,user:email" });
  } else if (request.headers.authorization !== "Bearer gho_test") response.writeHead(401).end();
  else if (request.url === "/api/v3/user") json({ id, login: "ida", name: null, email: "public-and-unproved@people.test" });
  else if (request.url === "/api/v3/user/emails") json(emails);
  else response.writeHead(404).end();
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  kit = await openKit({ GITHUB_URL: site, GITHUB_CLIENT_ID: "Ov23liTest", GITHUB_CLIENT_SECRET: "8f2a91c0d7" });
});
afterAll(async () => {
  await kit.close();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  currentJar.clear();
  id += 1;
});

async function signIn(changes: Record<string, string> = {}): Promise<string | null> {
  const { redirect } = await post(kit, { action: "signin", providerId: "github" });
  const asked = new URL(redirect ?? "");
  expect(`${asked.origin}${asked.pathname}`).toBe(`${site}/login/oauth/authorize`);
  const back = await ask(kit, { action: "callback", providerId: "github", query: { code: "abc", state: asked.searchParams.get("state") ?? "", ...changes } });
  return back.redirect;
}

async function actor() {
  const session = await currentSession(kit);
  return session === null ? null : actorOf(kit, session);
}

describe("GitHub", () => {
  test("the verified primary address is proved; neither another nor the public one is", async () => {
    emails = [
      { email: "other@people.test", primary: false, verified: true },
      { email: "Ida@people.test", primary: true, verified: true },
    ];
    // GitHub names itself in the answer since 2026 (RFC 9207).
    expect(await signIn({ iss: `${site}/login/oauth` })).toBe(`${TEST_PORTAL}/`);
    expect(await actor()).toMatchObject({ email: "ida@people.test", name: "ida", twoFactor: false, method: "provider" });
    expect(tokenRequests.at(-1)?.get("code_verifier")).toMatch(/^[\w-]{43}$/);
  });

  test("T14: an address that GitHub didn't verify is not proved", async () => {
    emails = [
      { email: "kim@people.test", primary: true, verified: false },
      { email: "kim2@people.test", primary: false, verified: true },
    ];
    await signIn();
    expect(await actor()).toMatchObject({ email: null, claimedEmail: "kim@people.test" });
  });

  test("T14: without an address, nothing is made up", async () => {
    emails = [];
    await signIn();
    expect(await actor()).toMatchObject({ email: null, claimedEmail: null });
  });

  test("T14: the account is known by its number; a login or an address that changes hands opens nothing", async () => {
    emails = [{ email: "lou@people.test", primary: true, verified: true }];
    await signIn();
    const first = await actor();
    currentJar.clear();
    id += 1;
    expect(await signIn()).toBe("/signin?error=AddressTaken");
    id -= 1;
    emails = [{ email: "lou-elsewhere@people.test", primary: true, verified: true }];
    await signIn();
    expect(await actor()).toMatchObject({ userId: first?.userId, email: "lou@people.test" });
  });

  test("T8: another issuer, another state", async () => {
    emails = [{ email: "max@people.test", primary: true, verified: true }];
    expect(await signIn({ iss: "https://github.example/login/oauth" })).toMatch(/error=OAuthCallback$/);
    expect(await signIn({ state: "A".repeat(43) })).toMatch(/error=OAuthCallback$/);
    expect(await currentSession(kit)).toBeNull();
  });

  test("no access token is kept", async () => {
    emails = [{ email: "ned@people.test", primary: true, verified: true }];
    await signIn();
    expect(JSON.stringify([...currentJar])).not.toContain("gho_test");
    const rows = await kit.sql("SELECT i::text AS row FROM identities i UNION ALL SELECT s::text FROM sessions s");
    expect(JSON.stringify(rows)).not.toContain("gho_test");
  });
});
