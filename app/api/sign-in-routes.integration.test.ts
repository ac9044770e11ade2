/** The sign-in's routes, called as Next calls them and without the proxy in front (T6): origin, fields, cookies, and answers alike. */
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POST as link } from "@/app/api/v1/account/identities/link/route";
import { POST as code } from "@/app/api/v1/sign-in/code/route";
import { GET as options } from "@/app/api/v1/sign-in/options/route";
import { POST as passkeyOptions } from "@/app/api/v1/sign-in/passkey/options/route";
import { POST as passkey } from "@/app/api/v1/sign-in/passkey/route";
import { POST as password } from "@/app/api/v1/sign-in/password/route";
import { POST as recovery } from "@/app/api/v1/sign-in/recovery/route";
import { POST as registerCode } from "@/app/api/v1/sign-in/register/code/route";
import { POST as registerPassword } from "@/app/api/v1/sign-in/register/password/route";
import { POST as register } from "@/app/api/v1/sign-in/register/route";
import { POST as resend } from "@/app/api/v1/sign-in/resend/route";
import { POST as resetCode } from "@/app/api/v1/sign-in/reset/code/route";
import { POST as resetPassword } from "@/app/api/v1/sign-in/reset/password/route";
import { POST as reset } from "@/app/api/v1/sign-in/reset/route";
import { POST as totp } from "@/app/api/v1/sign-in/totp/route";
import { call, serve, type Answer } from "@/lib/testing/api";
import { TestBrowser } from "@/lib/testing/browser";
import { askFor, mailed } from "@/lib/testing/factors";
import { openKit, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";

const PASSWORD = "tin lantern over the weir";
const ATTEMPT = "__Host-portcullis-attempt";
const PASSKEY = "__Host-portcullis-passkey";

let kit: Kit;
let stopServing: () => void;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
});
afterAll(async () => {
  stopServing();
  await kit.close();
});
beforeEach(() => kit.sql("DELETE FROM rate_limits"));

type Handler = Parameters<typeof call>[2];
const post = (handler: Handler, body: unknown, headers: Record<string, string | null> = {}): Promise<Answer> => call(kit, "POST", handler, { as: null, body, headers });
const attemptOf = ({ headers }: Answer): string => new RegExp(`${ATTEMPT}=([^;]+)`).exec(headers.get("set-cookie") ?? "")?.[1] ?? "";

const ROUTES: [string, Handler, unknown][] = [
  ["password", password, { email: "a@x.test", password: PASSWORD }],
  ["code", code, { code: "000000" }],
  ["resend", resend, {}],
  ["totp", totp, { code: "000000" }],
  ["recovery", recovery, { code: "x" }],
  ["passkey", passkey, { response: {}, secondFactor: false }],
  ["passkey, as a second factor", passkey, { response: {}, secondFactor: true }],
  ["passkey/options", passkeyOptions, { secondFactor: false }],
  ["register", register, { email: "a@x.test" }],
  ["register/code", registerCode, { code: "00000000" }],
  ["register/password", registerPassword, { password: PASSWORD, name: "" }],
  ["reset", reset, { email: "a@x.test" }],
  ["reset/code", resetCode, { code: "00000000" }],
  ["reset/password", resetPassword, { password: PASSWORD }],
];

describe("each route", () => {
  test("is here", () => {
    const files = readdirSync("app/api/v1/sign-in", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("route.ts"));
    expect(files.map((file) => dirname(file)).sort()).toEqual([...new Set(ROUTES.map(([name]) => name.split(",")[0])), "options"].sort());
  });

  test.each(ROUTES)("%s does nothing for another site's page, or for who doesn't say where they are", async (_name, handler, body) => {
    const before = await snapshotOf(kit);
    for (const origin of ["https://evil.test", "https://portal.test.evil.test", "null", null]) expect(await post(handler, body, { origin })).toMatchObject({ status: 403, body: { error: { code: "foreign_origin" } } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test.each(ROUTES.filter(([, , body]) => Object.keys(body as object).length > 0 && !("response" in (body as object))))("%s refuses what is not of its shape", async (_name, handler, body) => {
    for (const wrong of [{}, Object.fromEntries(Object.keys(body as object).map((key) => [key, { $ne: "" }])), "[", "null"]) expect((await post(handler, wrong)).status).toBe(400);
  });

  test.each(ROUTES.filter(([name]) => /code|totp|recovery|resend|\/password|^passkey(,|$)/.test(name)))("%s goes no further without an attempt, or with a made-up one", async (_name, handler, body) => {
    for (const cookie of ["", `${ATTEMPT}=${"A".repeat(43)}; ${PASSKEY}=${"A".repeat(43)}`, `${ATTEMPT}=' OR 1=1 --; ${PASSKEY}=' OR 1=1 --`]) expect(await post(handler, body, { cookie })).toMatchObject({ status: 410, body: { error: { code: "attempt_over" } } });
  });
});

test("starting gives the browser a cookie that scripts can't read and other sites don't send; the token is not in the answer", async () => {
  const answer = await post(register, { email: "ann@people.test" });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("set-cookie")).toMatch(/^__Host-portcullis-attempt=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(JSON.stringify(answer.body)).not.toContain(attemptOf(answer));
});

test("T1: fields beside the expected ones are not taken", async () => {
  const browser = new TestBrowser(kit, "192.0.2.10");
  const started = await post(register, { email: "bob@people.test", userId: kit.ports.newId(), shown: ["code"], purpose: "sign_in" });
  const cookie = `${ATTEMPT}=${attemptOf(started)}`;
  expect(await post(registerPassword, { password: PASSWORD, name: "" }, { cookie })).toMatchObject({ status: 410 });
  expect(await post(registerCode, { code: await browser.mailedCodeOrFail("bob@people.test") }, { cookie })).toMatchObject({ status: 200, body: { next: "password" } });
  const made = await post(registerPassword, { password: PASSWORD, name: "Bob", role: "owner", isOperator: true, emailVerified: true, email: "olga@operators.test" }, { cookie });
  expect(made.body).toEqual({ ticket: expect.stringMatching(/^[\w-]{43}$/) });
  expect(await kit.sql("SELECT email, is_operator FROM users WHERE name = 'Bob'")).toEqual([{ email: "bob@people.test", is_operator: false }]);
});

test("asking for a passkey, as a second tab does, ends nothing that the browser is at: it has a cookie of its own", async () => {
  const browser = new TestBrowser(kit, "192.0.2.10");
  await browser.makeAccount("eli@people.test", PASSWORD);
  const started = await post(password, { email: "eli@people.test", password: PASSWORD });
  const attempt = `${ATTEMPT}=${attemptOf(started)}`;
  const asked = await post(passkeyOptions, { secondFactor: false }, { cookie: attempt });
  expect(asked.status).toBe(200);
  expect(asked.headers.get("set-cookie")).toMatch(/^__Host-portcullis-passkey=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
  const both = `${attempt}; ${asked.headers.get("set-cookie")?.split(";")[0] ?? ""}`;
  expect(await post(code, { code: await browser.mailedCodeOrFail("eli@people.test") }, { cookie: both })).toMatchObject({ status: 200, body: { ticket: expect.any(String) } });
});

test("a known and an unknown address get the same status, headers and text", async () => {
  await new TestBrowser(kit, "192.0.2.11").makeAccount("cat@people.test", PASSWORD);
  const plain = ({ status, headers, body }: Answer) => ({ status, headers: [...headers].map(([name, value]) => [name, name === "set-cookie" ? value.replace(/=[\w-]{43}/, "") : value]), body: JSON.stringify(body).replace(/\d{4}-[^"]+Z/, "") });
  for (const [handler, rest] of [[password, { password: "not this one at all" }], [register, {}], [reset, {}]] as const) {
    const [known, unknown] = [await post(handler, { email: "cat@people.test", ...rest }), await post(handler, { email: "cow@people.test", ...rest })];
    expect(plain(known)).toEqual(plain(unknown));
  }
});

test("T10: who tries too often is told how long to wait, as HTTP says it", async () => {
  for (let tries = 0; tries < 5; tries++) await post(password, { email: "dan@people.test", password: "not this one at all" });
  const answer = await post(password, { email: "dan@people.test", password: "not this one at all" });
  expect(answer).toMatchObject({ status: 429, body: { error: { code: "too_many_tries", facts: { retryAfterSeconds: 60 } } } });
  expect(answer.headers.get("retry-after")).toBe("60");
});

test("the page learns what it may offer", async () => {
  expect(await call(kit, "GET", async () => options(), { as: null })).toMatchObject({ status: 200, body: { providers: [{ id: "oidc", name: "single sign-on", icon: "key" }], password: true, passkey: true } });
});

test("T13: linking takes a session, one's own proof, and the portal's own page", async () => {
  const [eva, fred] = [await person(kit, "eva@people.test"), await person(kit, "fred@people.test")];
  const proof = mailed(kit, await askFor(kit, eva, "identity.link", { parameters: { provider: "oidc" } }));
  const body = { provider: "oidc", proof };
  expect((await post(link, body)).status).toBe(401);
  expect(await call(kit, "POST", link, { as: fred, body })).toMatchObject({ status: 403, body: { error: { code: "step_up_mismatch" } } });
  expect(await call(kit, "POST", link, { as: eva, body, headers: { origin: "https://evil.test" } })).toMatchObject({ status: 403, body: { error: { code: "foreign_origin" } } });
  const answer = await call(kit, "POST", link, { as: eva, body });
  expect(answer).toMatchObject({ status: 200, body: { provider: "oidc" } });
  expect(answer.headers.get("set-cookie")).toMatch(/^__Host-portcullis-link=[\w-]{43}; .*HttpOnly/i);
});
