import { type Page, request } from "@playwright/test";
import { expect, test } from "./support/fixtures";
import { errorCode } from "./support/clients";
import { signInOver, uniqueAddress, userIdOf } from "./support/people";

/** What an attacker puts into a link to the sign-in page, hoping that it leads elsewhere afterwards (T5). */
const HOSTILE_RETURNS = [
  "//evil.test", "///evil.test", "////evil.test/%2f..", "/\\evil.test", "\\\\evil.test", "/\\/evil.test", "\t//evil.test", "/\t/evil.test", "/\n/evil.test",
  "https://evil.test", "https:evil.test", "HTTPS://EVIL.TEST/", "http://localhost.evil.test", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
  "/%2f/evil.test", "/%5cevil.test", "/%2fevil.test", "/%252fevil.test", "/%09/evil.test", "/..//evil.test", "/.//evil.test", "/./\\evil.test", "evil.test", "@evil.test", "?//evil.test", "#//evil.test",
  `/${"a".repeat(3000)}`,
];

/** From the provider's page as somebody that it doesn't know yet. */
async function introduceOneself(page: Page, { email, emailVerified }: { email: string; emailVerified: boolean }): Promise<void> {
  await page.getByText("Be somebody new").click();
  await page.getByRole("textbox", { name: "Address" }).fill(email);
  await page.getByLabel("Name", { exact: true }).fill("Ada");
  if (!emailVerified) await page.getByLabel("The provider vouches for the address").uncheck();
  await page.getByRole("button", { name: "Sign in as this person" }).click();
}

test("a person signs in through the provider and lands on the page they had asked for", async ({ open, stack }) => {
  const wanted = `/subscriptions/${stack.subscriptionId}/activity`;
  const { page } = await open(null, wanted);
  await expect(page).toHaveURL(`${stack.portalUrl}/signin?callbackUrl=${encodeURIComponent(wanted)}`);
  await page.getByRole("button", { name: /^Continue with/ }).click();
  await page.waitForURL(`${stack.issuer}/**`);
  await page.getByRole("button", { name: "Sam Subscriber" }).click();
  await expect(page).toHaveURL(stack.portalUrl + wanted);
  await expect(page.getByRole("heading", { name: "Activity" })).toBeVisible();
});

test("the provider's way is the only one: state, nonce and PKCE are asked for, and the answer is bound to the browser that began (T8)", async ({ stack, playwright }) => {
  const victim = await playwright.request.newContext({ baseURL: stack.portalUrl });
  const attacker = await playwright.request.newContext({ baseURL: stack.portalUrl });
  const { csrfToken } = (await (await attacker.get("/api/auth/csrf")).json()) as { csrfToken: string };
  const started = (await (await attacker.post("/api/auth/signin/oidc", { form: { csrfToken, callbackUrl: "/", json: "true" } })).json()) as { url: string };
  const asked = new URL(started.url).searchParams;
  expect([asked.get("response_type"), asked.get("code_challenge_method")]).toEqual(["code", "S256"]);
  for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)?.length, name).toBeGreaterThanOrEqual(22);

  // The attacker stops short of the portal and has the victim open the last link: they would be signed in as the attacker.
  const page = await attacker.get(started.url);
  let answer = await attacker.post(page.url(), { form: { "new-email": uniqueAddress("attacker"), "new-name": "Mallory", "new-verified": "yes" }, maxRedirects: 0 });
  let location = answer.headers().location ?? "";
  while (!location.startsWith(stack.portalUrl)) {
    answer = await attacker.get(location, { maxRedirects: 0 });
    location = answer.headers().location ?? "";
  }
  const refused = await victim.get(location);
  expect(new URL(refused.url()).pathname + new URL(refused.url()).search).toMatch(/^\/signin\?.*\berror=OAuthCallback/);
  expect((await victim.get("/api/v1/operator/gateways")).status()).toBe(401);
  await Promise.all([victim.dispose(), attacker.dispose()]);
});

test("hostile return addresses lead to the start page of the portal, at sign-in, in the cookie and for who is signed in (T5)", async ({ make, stack }) => {
  const email = uniqueAddress("returning");
  // One of each kind goes all the way; the rest end in the same function (lib/core/return-path.test.ts).
  for (const hostile of ["//evil.test", "/\\evil.test", "https://evil.test/", `${stack.portalUrl}.evil.test/`, "javascript:alert(1)", "/%2f%2fevil.test"]) {
    const context = await request.newContext({ baseURL: stack.portalUrl });
    const end = await signInOver(context, stack, { email, name: "Ada", emailVerified: true }, hostile);
    expect(end.url(), `after signing in with ${hostile}`).toBe(`${stack.portalUrl}/`);
    await context.dispose();
  }
  const { api } = await make.person();
  for (const hostile of HOSTILE_RETURNS) {
    for (const page of ["/signin", "/verify-address"]) {
      const { status, headers } = await api.get(`${page}?callbackUrl=${encodeURIComponent(hostile)}`, { maxRedirects: 0 });
      expect([status, headers.location], `${page} with ${JSON.stringify(hostile.slice(0, 40))}`).toEqual([307, "/"]);
    }
  }
  const signOut = await api.post("/api/auth/signout", undefined, {
    raw: new URLSearchParams({ csrfToken: ((await api.get("/api/auth/csrf")).body as { csrfToken: string }).csrfToken, callbackUrl: "https://evil.test", json: "true" }).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expect(signOut.body).toEqual({ url: `${stack.portalUrl}/` });
});

test("signing out ends the session at once, also for who kept its cookie", async ({ make, open, stack }) => {
  const person = await make.person();
  const { page } = await open(person.api, "/");
  await expect(page.getByRole("heading", { name: "No subscription yet" })).toBeVisible();
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(`${stack.portalUrl}/signin`);
  await page.goto("/");
  await expect(page).toHaveURL(/\/signin\?callbackUrl=/);
  const kept = await person.api.get("/", { maxRedirects: 0 });
  expect([kept.status, kept.headers.location]).toEqual([307, "/signin?callbackUrl=%2F"]);
  expect(errorCode(await person.api.get(`/api/v1/subscriptions/${stack.subscriptionId}`))).toBe("not_signed_in");
});

test("a session that was ended, has expired, or whose account was deactivated is refused on the next request (T12)", async ({ make, store, stack }) => {
  const endings = ["UPDATE sessions SET revoked_at = now() WHERE user_id = $1", "UPDATE sessions SET expires_at = now(), created_at = now() - interval '1 day' WHERE user_id = $1", "UPDATE users SET deactivated_at = now() WHERE id = $1"];
  for (const ending of endings) {
    const { api, userId } = await make.person();
    expect((await api.get("/")).status).toBe(200);
    await store.sql(ending, [userId]);
    expect((await api.get("/", { maxRedirects: 0 })).headers.location, ending).toBe("/signin?callbackUrl=%2F");
    expect((await api.get(`/api/v1/subscriptions/${stack.subscriptionId}`)).status, ending).toBe(401);
  }
});

test("a deactivated account can't sign in, and is told so", async ({ make, open, store, stack }) => {
  const person = await make.person();
  await store.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [person.userId]);
  const { page } = await open(null, "/signin");
  await page.getByRole("button", { name: /^Continue with/ }).click();
  await page.waitForURL(`${stack.issuer}/**`);
  await introduceOneself(page, { email: person.email, emailVerified: true });
  await expect(page.getByRole("alert").filter({ hasText: "This account is deactivated" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Continue with/ })).toBeEnabled();
});

test("a sign-in that was denied at the provider, or whose answer is forged, says so; the next one leads where the first was to lead", async ({ open, stack }) => {
  const { page } = await open(null, "/api/auth/callback/oidc?code=forged&state=forged");
  await expect(page.getByRole("alert").filter({ hasText: "Sign-in wasn't completed" })).toBeVisible();

  const wanted = `/subscriptions/${stack.subscriptionId}/activity`;
  await page.goto(wanted);
  const authorization = page.waitForRequest((sent) => sent.url().startsWith(`${stack.issuer}/auth?`));
  await page.getByRole("button", { name: /^Continue with/ }).click();
  const state = new URL((await authorization).url()).searchParams.get("state") ?? "";
  await page.waitForURL(`${stack.issuer}/**`);
  await page.goto(`/api/auth/callback/oidc?${new URLSearchParams({ error: "access_denied", error_description: "The person said no <b>twice</b>.", state })}`);
  await expect(page.getByRole("alert").filter({ hasText: "Sign-in was" })).toBeVisible();
  await expect(page.getByText("twice")).toHaveCount(0);

  await page.getByRole("button", { name: /^Continue with/ }).click();
  await page.waitForURL(`${stack.issuer}/**`);
  await page.getByRole("button", { name: "Sam Subscriber" }).click();
  await expect(page).toHaveURL(stack.portalUrl + wanted);
});

test("an address that the provider doesn't vouch for is proved by a mailed code before anything else", async ({ open, stack, inbox, store }) => {
  const email = uniqueAddress("unproved");
  const wanted = "/?all=1";
  const { page, watch } = await open(null, wanted);
  await page.getByRole("button", { name: /^Continue with/ }).click();
  await page.waitForURL(`${stack.issuer}/**`);
  await introduceOneself(page, { email, emailVerified: false });
  await expect(page).toHaveURL(`${stack.portalUrl}/verify-address?callbackUrl=${encodeURIComponent(wanted)}`);
  await expect(page.getByText(email)).toBeVisible();

  const after = await inbox.latest();
  await page.getByRole("button", { name: "Mail me a code" }).click();
  const mail = await inbox.waitFor(email, { after });
  const code = /\b\d{8}\b/.exec(mail.text)?.[0] ?? "";
  expect(mail.subject).toContain(`${code} is your code to confirm that this e-mail address is yours`);
  expect(mail.text).toContain(`Address: ${email}`);

  const field = page.getByRole("textbox", { name: "Code" });
  watch.expect(/status of 403/);
  await field.fill(code === "11111111" ? "22222222" : "11111111");
  await expect(page.getByText("That code isn’t right. 4 tries left.")).toBeVisible();
  expect(await store.sql("SELECT email FROM users WHERE id = $1", [await userIdOf(store, email)])).toEqual([{ email: null }]);
  await field.fill(code);
  await expect(page).toHaveURL(stack.portalUrl + wanted);
  await expect(page.getByText(email)).toBeVisible();
  expect(await store.sql("SELECT email FROM users WHERE id = $1", [await userIdOf(store, email)])).toEqual([{ email }]);
});

test("a proved address is found again at the next sign-in, whatever the provider says of it by then (T14)", async ({ make, stack, store }) => {
  const person = await make.person();
  const context = await request.newContext({ baseURL: stack.portalUrl });
  const end = await signInOver(context, stack, { email: person.email, name: "Ada", emailVerified: false }, "/");
  expect(end.url()).toBe(`${stack.portalUrl}/`);
  expect(await store.sql("SELECT count(*)::int FROM users WHERE email = $1", [person.email])).toEqual([{ count: 1 }]);
  await context.dispose();
});
