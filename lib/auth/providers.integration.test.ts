/** Signing in through real providers: what is taken from them, what is refused, and what outlives their outage (T8, T14). */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { TestBrowser } from "@/lib/testing/browser";
import { openKit, TEST_PORTAL, type Kit } from "@/lib/testing/kit";
import { ask, currentSession, post, signInAt } from "@/lib/testing/next-auth-browser";
import { currentJar } from "@/lib/testing/next-headers";
import { startTestProvider, type TestProvider } from "@/lib/testing/openid-provider";
import { actorOf, BROWSER_HEADERS } from "@/lib/testing/people";

vi.mock("next/headers", () => import("@/lib/testing/next-headers"));

const SECRET = "Zk3vQ9tR7wXy2LmN8pBc";

let kit: Kit;
let one: TestProvider;
let two: TestProvider;
let count = 0;

beforeAll(async () => {
  const client = (id: string) => ({ clientId: "portcullis", clientSecret: SECRET, redirectUris: [`${TEST_PORTAL}/api/auth/callback/${id}`] });
  [one, two] = await Promise.all([startTestProvider(client("oidc")), startTestProvider(client("oidc-2"))]);
  kit = await openKit({
    OIDC_ISSUER: one.issuer,
    OIDC_CLIENT_SECRET: SECRET,
    OIDC_2_ISSUER: two.issuer,
    OIDC_2_CLIENT_ID: "portcullis",
    OIDC_2_CLIENT_SECRET: SECRET,
    OIDC_2_ACR_MFA: "urn:test:strong",
  });
});
afterAll(async () => {
  await Promise.all([kit.close(), one.stop(), two.stop()]);
});
beforeEach(() => {
  currentJar.clear();
  for (const provider of [one, two]) {
    provider.down.clear();
    provider.metadata = {};
    newPerson(provider);
  }
});

function newPerson(provider: TestProvider, claims: Record<string, string | boolean> = {}, amr = ["pwd"]): string {
  const email = `cy-${++count}@people.test`;
  provider.person = { subject: `subject ${count}`, claims: { email, email_verified: true, name: "Cy", ...claims }, amr, acr: "urn:test:strong" };
  return email;
}

async function currentActor() {
  const session = await currentSession(kit);
  return session === null ? null : actorOf(kit, session);
}

describe("signing in", () => {
  test("with amr mfa is two-factor; with a password alone it is not", async () => {
    const email = newPerson(one, {}, ["pwd"]);
    expect(await signInAt(kit, one, "oidc")).toMatchObject({ redirect: `${TEST_PORTAL}/` });
    expect(await currentActor()).toMatchObject({ email, method: "provider", twoFactor: false });
    one.person.amr = ["pwd", "mfa"];
    await signInAt(kit, one, "oidc");
    expect(await currentActor()).toMatchObject({ email, twoFactor: true });
    const [row] = await kit.sql("SELECT amr, acr, auth_time FROM sessions WHERE id = $1", [await currentSession(kit)]);
    expect(row).toMatchObject({ amr: ["pwd", "mfa"], acr: "urn:test:strong", auth_time: expect.any(Date) });
  });

  test("the operator's acr counts at the provider that it is set for", async () => {
    await signInAt(kit, two, "oidc-2");
    expect(await currentActor()).toMatchObject({ twoFactor: true });
  });

  test("the browser's cookies are __Host- on https, and it is remembered", async () => {
    await signInAt(kit, one, "oidc");
    expect([...currentJar.keys()].filter((name) => !name.startsWith("__Host-"))).toEqual([]);
    const known = currentJar.get("__Host-portcullis-browser");
    await signInAt(kit, one, "oidc");
    expect(currentJar.get("__Host-portcullis-browser")).toBe(known);
  });

  test("T14: an address that the provider did not verify is not proved", async () => {
    newPerson(one, { email_verified: false });
    await signInAt(kit, one, "oidc");
    expect(await currentActor()).toMatchObject({ email: null });
  });

  test("T14: an equal address at another provider is refused, in any case, and a recycled one too: accounts are never joined", async () => {
    const email = newPerson(one);
    await signInAt(kit, one, "oidc");
    currentJar.clear();
    newPerson(two, { email: email.toUpperCase() });
    expect(await signInAt(kit, two, "oidc-2")).toMatchObject({ redirect: "/signin?error=AddressTaken" });
    expect(await currentSession(kit)).toBeNull();
    // The same address under a new subject at the same provider: somebody else has it now.
    newPerson(one, { email });
    expect(await signInAt(kit, one, "oidc")).toMatchObject({ redirect: "/signin?error=AddressTaken" });
    // An account with a password doesn't swallow it either.
    const registered = `di-${++count}@people.test`;
    await new TestBrowser(kit, "198.51.100.200").makeAccount(registered, "tin lantern over the weir");
    newPerson(one, { email: registered });
    expect(await signInAt(kit, one, "oidc")).toMatchObject({ redirect: "/signin?error=AddressTaken" });
  });

  test("T12: a deactivated account is refused", async () => {
    const email = newPerson(one);
    await signInAt(kit, one, "oidc");
    await kit.sql("UPDATE users SET deactivated_at = now() WHERE email = $1", [email]);
    expect(await currentActor()).toBeNull();
    expect(await signInAt(kit, one, "oidc")).toMatchObject({ redirect: "/signin?error=Deactivated" });
  });

  test("T5: the way back is a path of the portal's own", async () => {
    for (const callbackUrl of ["//evil.test", "https://evil.test/", `${TEST_PORTAL}.evil.test/`, "/\\evil.test", "javascript:alert(1)", "/%2f%2fevil.test"]) {
      await post(kit, { action: "signin", providerId: "oidc" }, { callbackUrl });
      expect(currentJar.get("__Host-next-auth.callback-url")).toBe(`${TEST_PORTAL}/`);
    }
  });
});

describe("T8: what is refused", () => {
  const refused = async (change: (back: URL) => void, provider = one, id = "oidc"): Promise<void> => {
    expect((await signInAt(kit, provider, id, change)).redirect).toMatch(/error=OAuthCallback$/);
    expect(await currentSession(kit)).toBeNull();
  };

  test("another state", () => refused((back) => back.searchParams.set("state", "A".repeat(43))));
  test("no state", () => refused((back) => back.searchParams.delete("state")));
  test("another issuer in the answer", () => refused((back) => back.searchParams.set("iss", two.issuer)));
  test("no issuer in the answer of a provider that always names itself", () => refused((back) => back.searchParams.delete("iss")));
  test("another code", () => refused((back) => back.searchParams.set("code", "A".repeat(43))));

  test("an id token of another issuer than the one that was asked", async () => {
    const { host } = new URL(one.issuer);
    const elsewhere = await openKit({ OIDC_ISSUER: `http://localhost:${host.split(":")[1]}`, OIDC_CLIENT_SECRET: SECRET });
    one.metadata = { issuer: elsewhere.ports.config.providers[0]?.issuer, authorization_response_iss_parameter_supported: false };
    expect((await signInAt(elsewhere, one, "oidc", (back) => back.searchParams.delete("iss"))).redirect).toMatch(/error=OAuthCallback$/);
    await elsewhere.close();
  });

  test("a discovery page about another issuer", async () => {
    const fresh = await openKit({ OIDC_ISSUER: one.issuer, OIDC_CLIENT_SECRET: SECRET });
    one.metadata = { issuer: two.issuer };
    expect((await post(fresh, { action: "signin", providerId: "oidc" })).redirect).toMatch(/error=OAuthSignin$/);
    await fresh.close();
  });

  test("an answer that was begun at another provider: state, PKCE and nonce are bound to theirs", async () => {
    const { redirect } = await post(kit, { action: "signin", providerId: "oidc" });
    const back = await one.visit(redirect!);
    const answer = await ask(kit, { action: "callback", providerId: "oidc-2", query: Object.fromEntries(back.searchParams) });
    expect(answer.redirect).toMatch(/error=OAuthCallback$/);
  });

  test("an answer in a browser that didn't ask", async () => {
    const { redirect } = await post(kit, { action: "signin", providerId: "oidc" });
    const back = await one.visit(redirect!);
    currentJar.clear();
    expect((await ask(kit, { action: "callback", providerId: "oidc", query: Object.fromEntries(back.searchParams) })).redirect).toMatch(/error=OAuthCallback$/);
  });

  test("a token that holds an error is no session", async () => {
    const { encode } = await import("next-auth/jwt");
    const { sessionCookieName, sessionCookieSecret } = await import("./cookies");
    const { findActor } = await import("./session");
    await signInAt(kit, one, "oidc");
    const sid = await currentSession(kit);
    const secret = sessionCookieSecret(kit.ports.config);
    const asked = async (token: Record<string, unknown>) => findActor(kit.ports, { cookies: { [sessionCookieName(kit.ports.config)]: await encode({ token, secret }) }, headers: BROWSER_HEADERS });
    expect(await asked({ sid })).not.toBeNull();
    expect(await asked({ sid, error: "RefreshAccessTokenError" })).toBeNull();
    expect(await asked({ error: "Configuration" })).toBeNull();
  });
});

describe("a provider's outage", () => {
  test("of its discovery and key pages stops nobody; and a new key is fetched when it signs with one", async () => {
    await signInAt(kit, one, "oidc");
    one.down.add("/.well-known/openid-configuration").add("/jwks");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    try {
      expect((await signInAt(kit, one, "oidc")).redirect).toBe(`${TEST_PORTAL}/`);
      expect(one.asked.get("/jwks")).toBe(1);
      one.down.clear();
      await one.rotateKeys();
      expect((await signInAt(kit, one, "oidc")).redirect).toBe(`${TEST_PORTAL}/`);
    } finally {
      vi.useRealTimers();
    }
  });

  test("from the start is said, and over when it is over", async () => {
    const fresh = await openKit({ OIDC_ISSUER: two.issuer, OIDC_CLIENT_SECRET: SECRET });
    two.down.add("/.well-known/openid-configuration");
    expect((await post(fresh, { action: "signin", providerId: "oidc" })).redirect).toMatch(/error=OAuthSignin$/);
    two.down.clear();
    expect((await post(fresh, { action: "signin", providerId: "oidc" })).redirect).toMatch(/^http:\/\/127/);
    await fresh.close();
  });
});
