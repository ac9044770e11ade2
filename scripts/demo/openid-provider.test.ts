import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_PASSWORD } from "@/scripts/demo/accounts";
import { type OpenIdProvider, startOpenIdProvider } from "@/scripts/demo/openid-provider";

const PORTAL = "http://localhost:59999";
const CALLBACK = `${PORTAL}/api/auth/callback/oidc`;
const client = { id: "portcullis", secret: "a-secret-of-this-test" };
let provider: OpenIdProvider;

beforeAll(async () => {
  provider = await startOpenIdProvider({ port: 0, client, portals: [PORTAL] });
});
afterAll(() => provider.stop());

/** A browser, as far as signing in needs one: keeps cookies, follows redirects until they leave the provider. */
function browser() {
  const cookies = new Map<string, string>();
  const visit = async (url: string, form?: Record<string, string>): Promise<{ url: string; response: Response | null }> => {
    if (url.startsWith(PORTAL)) return { url, response: null };
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get("location");
    return location ? visit(new URL(location, url).toString()) : { url, response };
  };
  return visit;
}

async function signInAs(form: Record<string, string>, options: { pkce?: boolean; visit?: ReturnType<typeof browser> } = {}): Promise<{ callback: URL; claims: Record<string, unknown> | null; page: Response | null }> {
  const visit = options.visit ?? browser();
  const verifier = randomBytes(32).toString("base64url");
  const authorize = new URL(`${provider.issuer}/auth`);
  const parameters = { client_id: client.id, response_type: "code", scope: "openid email profile", redirect_uri: CALLBACK, state: "s", nonce: "n" };
  for (const [name, value] of Object.entries(parameters)) authorize.searchParams.set(name, value);
  if (options.pkce !== false) {
    authorize.searchParams.set("code_challenge", createHash("sha256").update(verifier).digest("base64url"));
    authorize.searchParams.set("code_challenge_method", "S256");
  }
  const page = await visit(authorize.toString());
  if (!page.response) return { callback: new URL(page.url), claims: null, page: null };
  const done = await visit(page.url, form);
  const callback = new URL(done.url);
  const code = callback.searchParams.get("code");
  if (code === null) return { callback, claims: null, page: done.response };
  const tokens = (await (
    await fetch(`${provider.issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: verifier }),
    })
  ).json()) as { id_token: string };
  return { callback, page: null, claims: JSON.parse(Buffer.from(tokens.id_token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown> };
}

describe("the demo's OpenID provider", () => {
  it("vouches for a person in the id token: address, name, how and when they signed in", async () => {
    const { claims } = await signInAs({ subject: "demo-subscriber" });
    expect(claims).toMatchObject({ iss: provider.issuer, aud: client.id, nonce: "n", sub: "demo-subscriber", email: "subscriber@portcullis.test", email_verified: true, name: "Sam Subscriber", amr: ["pwd"] });
    expect(claims).toHaveProperty("acr");
    expect(claims).toHaveProperty("auth_time");
  });

  it("says that two factors were shown for who signs in with two, and nothing at all of who signs in at a provider that tells nothing", async () => {
    expect((await signInAs({ subject: "demo-two-factor" })).claims).toMatchObject({ amr: ["pwd", "mfa"] });
    const { claims } = await signInAs({ subject: "demo-unsaid" });
    expect(claims).toMatchObject({ sub: "demo-unsaid", email_verified: true });
    expect(claims).not.toHaveProperty("amr");
    expect(claims).not.toHaveProperty("acr");
    expect((await signInAs({ "new-email": "eve@example.test", "new-assurance": "two-factor" })).claims).toMatchObject({ amr: ["pwd", "mfa"] });
    expect((await signInAs({ "new-email": "eve@example.test", "new-assurance": "whatever" })).claims).toMatchObject({ amr: ["pwd"] });
  });

  it("says so when it does not vouch for the address", async () => {
    expect((await signInAs({ subject: "demo-unverified" })).claims).toMatchObject({ email_verified: false });
  });

  it("asks who it is at every sign-in, so that one browser can be two people in turn", async () => {
    const visit = browser();
    expect((await signInAs({ subject: "demo-subscriber" }, { visit })).claims).toMatchObject({ sub: "demo-subscriber" });
    expect((await signInAs({ subject: "demo-operator" }, { visit })).claims).toMatchObject({ sub: "demo-operator" });
  });

  it("takes the demo's password and refuses another", async () => {
    expect((await signInAs({ username: "operator@portcullis.test", password: DEMO_PASSWORD })).claims).toMatchObject({ sub: "demo-operator" });
    const refused = await signInAs({ username: "operator@portcullis.test", password: "guess" });
    expect(refused.page?.status).toBe(401);
    expect(await refused.page?.text()).toContain("go together");
  });

  it("knows a made-up person again by the address", async () => {
    const first = await signInAs({ "new-email": "ada@example.test", "new-name": "Ada", "new-verified": "yes" });
    const second = await signInAs({ "new-email": "ADA@example.test", "new-name": "Ada again" });
    expect(first.claims).toMatchObject({ email: "ada@example.test", email_verified: true, name: "Ada" });
    expect(second.claims).toMatchObject({ sub: first.claims?.sub, email_verified: false });
  });

  it("refuses a sign-in without PKCE", async () => {
    const { callback } = await signInAs({}, { pkce: false });
    expect(callback.searchParams.get("error")).toBe("invalid_request");
  });

  it("names the port and the setting when another program has it", async () => {
    const port = Number(new URL(provider.issuer).port);
    await expect(startOpenIdProvider({ port, client, portals: [PORTAL] })).rejects.toThrow(new RegExp(`Port ${port}.*OIDC_PORT`));
  });
});
