/** What a request may look like, whoever sends it. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { addClient, askForCode, errorCode, issueBody, makeKeys } from "./support/clients";
import type { Store } from "./support/store";
import { expect, test } from "./support/fixtures";
import { API, PAGES } from "./support/surface";

const MUTATIONS = API.filter(({ method }) => method !== "GET");
/** Whom this is for: nobody else's body is looked at. */
const forWhom = ({ file }: { file: string }): "unproved" | "operator" | "owner" => (file.startsWith("app/api/v1/address/") ? "unproved" : file.startsWith("app/api/v1/operator/") ? "operator" : "owner");
const readable = ({ file }: { file: string }): boolean => API.some((other) => other.file === file && other.method === "GET");

/** The tenant's rows as text: what a request that should do nothing must leave as it was. */
async function everythingOf(store: Store, subscriptionIds: string[], userIds: string[]): Promise<string> {
  const queries: [string, unknown[]][] = [
    ["SELECT t::text FROM subscriptions t WHERE id = ANY($1) ORDER BY 1", [subscriptionIds]],
    ["SELECT t::text FROM memberships t WHERE subscription_id = ANY($1) ORDER BY 1", [subscriptionIds]],
    ["SELECT id, name, status, public_key, next_host_index, live_clients, dns, mtu FROM instances WHERE subscription_id = ANY($1) ORDER BY 1", [subscriptionIds]],
    ["SELECT t::text FROM access_clients t WHERE subscription_id = ANY($1) ORDER BY 1", [subscriptionIds]],
    ["SELECT t::text FROM users t WHERE id = ANY($1) ORDER BY 1", [userIds]],
    ["SELECT t::text FROM step_up_challenges t WHERE user_id = ANY($1) ORDER BY 1", [userIds]],
    ["SELECT id, revoked_at, expires_at FROM sessions WHERE user_id = ANY($1) ORDER BY 1", [userIds]],
    ["SELECT t::text FROM audit_events t WHERE chain_id = ANY($1) AND action <> 'operator.viewed' ORDER BY 1", [[...subscriptionIds, ...userIds]]],
    ["SELECT count(*) FROM outbox_mails m JOIN users u ON u.email = m.recipient WHERE u.id = ANY($1)", [userIds]],
  ];
  return JSON.stringify(await Promise.all(queries.map(([sql, values]) => store.sql(sql, values))));
}

const foreignOrigins = (portalUrl: string): (string | null)[] => [
  null, "null", "", "https://evil.test", `${portalUrl}.evil.test`, `${portalUrl}/`, portalUrl.toUpperCase(), portalUrl.replace("http:", "https:"), portalUrl.replace(/\d+$/, "1"),
  portalUrl.replace(/:\d+$/, ""), portalUrl.replace("localhost", "127.0.0.1"), portalUrl.replace("http://", "http://evil.test@"), portalUrl.replace("localhost", "evil.localhost"), `${portalUrl}, https://evil.test`,
];

test("a change asked for from any other origin is refused and does nothing: the origin is compared whole (T4)", async ({ world, store, stack }) => {
  const { owner, unproved } = world.people;
  const scope = [[world.tenant.subscriptionId], [owner.userId, unproved.userId]] as const;
  const before = await everythingOf(store, ...(scope as unknown as [string[], string[]]));
  for (const endpoint of MUTATIONS) {
    const api = world.apis[forWhom(endpoint)];
    for (const origin of foreignOrigins(stack.portalUrl)) {
      const answer = await api.send(endpoint.method, endpoint.path(world.ids), endpoint.body?.(world.ids), { origin });
      expect([answer.status, errorCode(answer)], `${endpoint.file} from ${origin}`).toEqual([403, "foreign_origin"]);
    }
    for (const site of ["cross-site", "same-site", "none"]) {
      const answer = await api.send(endpoint.method, endpoint.path(world.ids), endpoint.body?.(world.ids), { headers: { "sec-fetch-site": site } });
      expect(errorCode(answer), `${endpoint.file} with Sec-Fetch-Site ${site}`).toBe("foreign_origin");
    }
  }
  expect(await everythingOf(store, ...(scope as unknown as [string[], string[]]))).toBe(before);
});

test("nothing lets another site read an answer: no route or page sends CORS headers, whatever origin asks (T4)", async ({ world }) => {
  for (const path of [...API.filter(({ streams }) => !streams).map((endpoint) => endpoint.path(world.ids)), ...PAGES.map((page) => page.path(world.ids)), "/api/health", "/api/auth/session", "/api/auth/csrf"]) {
    for (const method of ["GET", "OPTIONS"]) {
      const { headers } = await world.apis.owner.send(method, path, undefined, { maxRedirects: 0, headers: { origin: "https://evil.test", "access-control-request-method": "POST" } });
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control-")), `${method} ${path}`).toEqual([]);
    }
  }
});

test("reading changes nothing: no GET or HEAD of any page or route writes, also with a body or a method in a header", async ({ world, store }) => {
  const users = [world.people.owner.userId, world.people.member.userId];
  const before = await everythingOf(store, [world.tenant.subscriptionId], users);
  for (const endpoint of API.filter(({ streams }) => !streams)) {
    for (const method of ["GET", "HEAD"]) {
      const { status } = await world.apis.owner.send(method, endpoint.path(world.ids), undefined, { headers: { "x-http-method-override": "POST", "x-method-override": "POST" } });
      expect(readable(endpoint) ? [200, 403, 404] : [405], `${method} ${endpoint.path(world.ids)}`).toContain(status);
    }
  }
  for (const page of PAGES) for (const method of ["GET", "HEAD"]) await world.apis.owner.send(method, page.path(world.ids), undefined, { maxRedirects: 0 });
  await world.apis.owner.get("/api/auth/signout");
  await world.apis.owner.get("/api/auth/signin/oidc", { maxRedirects: 0 });
  expect((await world.apis.owner.get(world.tenant.apiPath)).status).toBe(200);
  expect(await everythingOf(store, [world.tenant.subscriptionId], users)).toBe(before);
});

/** Ways in which frameworks were talked past their middleware, or asked for a page's data alone (CVE-2025-29927 and its kin). */
const DETOURS: Record<string, string>[] = [
  {},
  ...["middleware", "src/middleware", "proxy", "src/proxy", "pages/_middleware", "proxy:proxy:proxy:proxy:proxy", "middleware:middleware:middleware:middleware:middleware", "src/middleware:src/middleware:src/middleware:src/middleware:src/middleware"].map((name) => ({ "x-middleware-subrequest": name })),
  { rsc: "1" },
  { rsc: "1", "next-router-prefetch": "1" },
  { rsc: "1", "next-router-segment-prefetch": "/_tree" },
  { rsc: "1", "next-router-state-tree": encodeURIComponent('["",{"children":["(portal)",{"children":["__PAGE__",{}]}]},null,"refetch"]') },
  { "x-nextjs-data": "1" },
  { "x-middleware-invoke": "1", "x-invoke-path": "/signin", "x-invoke-status": "200", "x-middleware-rewrite": "/signin" },
  { "x-forwarded-host": "evil.test", "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "x-portcullis-path": "/", "x-portcullis-remote-address": "127.0.0.1" },
  { "next-action": "x", "content-type": "text/plain" },
];

const spellings = (path: string): string[] => {
  const [plain = "", query = ""] = path.split("?");
  return [path, `${plain}?_rsc=abc12`, `${plain}.rsc`, `${plain}.txt`, `${plain}.json`, `${plain}.segments/_tree.segment.rsc`, `${plain}/`, `/${plain}`, `/_next/data/build${plain}.json`, `/.${plain}`, `/en${plain}`, `${plain}%2f`, `${plain}${query === "" ? "" : `?${query}&`}#x`];
};

for (const who of ["nobody", "outsider", "unproved"] as const) {
  test(`every page and route refuses by itself, past any proxy, middleware header, prefetch or .rsc path (T6): ${who}`, async ({ world, stack }) => {
    const entries = [...PAGES.filter(({ scoped }) => scoped.length > 0), ...API.filter(({ method, scoped, streams }) => method === "GET" && scoped.length > 0 && !streams)];
    const paths = entries.map((entry) => entry.path(world.ids));
    // Some pages are for the client's owner alone, who is the member.
    const owned = new Map(await Promise.all(entries.map(async ({ path, expects }): Promise<[string, string]> => [path(world.ids), (await world.apis[expects.owner === 200 ? "owner" : "member"].get(path(world.ids))).text])));
    const refused = async (path: string, headers: Record<string, string>, hops = 3): Promise<void> => {
      const { status, text, headers: sent } = await world.apis[who].get(path, { headers, maxRedirects: 0 });
      const what = `${path} with ${JSON.stringify(headers)}`;
      for (const mark of world.marks) expect(text, what).not.toContain(mark);
      if (sent.location !== undefined) {
        if (/^\/(signin|verify-address)/.test(sent.location)) return;
        // Next tidies an address before it looks at it: what it leads to must refuse.
        const next = new URL(sent.location, stack.portalUrl);
        expect([next.origin, hops > 0], `${what} leads to ${next}`).toEqual([stack.portalUrl, true]);
        return refused(next.pathname + next.search, headers, hops - 1);
      }
      // A payload of a page's parts carries its redirect or its "not found" inside, and answers 200 itself.
      if (status === 200) expect(`${sent["content-type"]} ${/NEXT_REDIRECT;\w+;\/(signin|verify-address)|NEXT_HTTP_ERROR_FALLBACK;404|__PAGE__/.test(text)}`, `${what}: ${text.slice(0, 300)}`).toBe("text/x-component true");
      else expect([400, 401, 403, 404, 405], what).toContain(status);
    };
    for (const path of paths) {
      // What is looked for is there for those who may see it.
      expect(world.marks.some((mark) => owned.get(path)?.includes(mark)), path).toBe(true);
      await Promise.all([...DETOURS.map((headers) => refused(path, headers)), ...spellings(path).map((spelling) => refused(spelling, {})), refused(`${path}?_rsc=1`, { rsc: "1" })]);
    }
  });
}

/** Fields that a request has no business setting. */
const SMUGGLED = {
  id: "00000000-0000-4000-8000-00000000abcd", role: "owner", state: "suspended", ownerId: "00000000-0000-4000-8000-00000000abcd", subscriptionId: "00000000-0000-4000-8000-00000000abcd",
  instanceId: "00000000-0000-4000-8000-00000000abcd", userId: "00000000-0000-4000-8000-00000000abcd", addressV4: "10.94.1.250", addressV6: "fd00::1", hostIndex: 250, gatewayId: "x", revision: 1,
  isOperator: true, operator: true, email: "stolen@example.test", emailVerified: true, email_verified: true, disabled: true, suspendedAt: null, nextPublicKey: null, revokedAt: null, triesLeft: 1000, maxClients: 9999,
  standing: "owner", createdAt: "2000-01-01T00:00:00Z", constructor: { prototype: { isOperator: true } },
};

test("fields that a request has no business setting are ignored, in every body and query (T1)", async ({ world, store, inbox }) => {
  const { member } = world.people;
  const row = () => store.sql("SELECT u.email, u.is_operator, m.role FROM users u JOIN memberships m ON m.user_id = u.id WHERE u.id = $1", [member.userId]);
  const before = await row();
  const withProto = (body: object) => JSON.stringify({ ...body, ...SMUGGLED }).replace("{", '{"__proto__":{"isOperator":true},');
  const json = { "content-type": "application/json" };
  const query = `?${new URLSearchParams({ role: "owner", ownerId: world.people.owner.userId, state: "active", subscriptionId: world.foreign.subscriptionId })}`;

  const after = await inbox.latest();
  const asked = await member.api.post(`${world.tenant.apiPath}/clients/challenge${query}`, undefined, { raw: withProto({ nickname: "Smuggled" }), headers: json });
  const challenge = asked.body as { challengeId: string; triesLeft: number; sealTo: string };
  expect([asked.status, challenge.triesLeft]).toEqual([201, 5]);
  const code = await inbox.codeFor(member.email, { after, subject: "Smuggled" });
  const keys = makeKeys(challenge.sealTo);
  const body = { nickname: "Smuggled", publicKey: keys.pair.publicKey, sealedPresharedKey: keys.sealedPresharedKey, proof: { challengeId: challenge.challengeId, code, userId: world.people.owner.userId, triesLeft: 99 } };
  const issued = await member.api.post(`${world.tenant.apiPath}/clients${query}`, undefined, { raw: withProto(body), headers: json });
  expect(issued.status, issued.text).toBe(201);
  const [client] = await store.sql<{ id: string; host_index: number; expires_at: Date | null }>("SELECT id, owner_id, subscription_id, state, host_index, expires_at, created_at > now() - interval '1 min' AS fresh FROM access_clients WHERE challenge_id = $1", [challenge.challengeId]);
  expect(client).toMatchObject({ owner_id: member.userId, subscription_id: world.tenant.subscriptionId, state: "active", expires_at: null, fresh: true });
  expect([client?.id === SMUGGLED.id, client?.host_index === 250]).toEqual([false, false]);

  const revoked = await member.api.post(`${world.tenant.apiPath}/clients/${client?.id}/revoke${query}`, undefined, { raw: withProto({}), headers: json });
  expect(revoked.body).toMatchObject({ state: "revoked", revokedByEmail: member.email });
  const { unproved } = world.people;
  expect((await unproved.api.post(`/api/v1/address/challenge${query}`, undefined, { raw: withProto({}), headers: json })).status).toBe(201);
  await unproved.api.post("/api/v1/address/verify", undefined, { raw: withProto({ challengeId: challenge.challengeId, code }), headers: json });
  expect(await store.sql("SELECT email, is_operator FROM users WHERE id = $1", [unproved.userId])).toEqual([{ email: null, is_operator: false }]);
  expect(await row()).toEqual(before);
  expect((await member.api.get("/api/v1/operator/gateways")).status).toBe(403);
});

test("a body that is too large, no JSON, or of another shape is refused with a reason, never with a fault of ours", async ({ world, stack }) => {
  const withBody = MUTATIONS.filter(({ body }) => body !== undefined);
  for (const endpoint of withBody) {
    const api = world.apis[forWhom(endpoint)];
    const path = endpoint.path(world.ids);
    const json = { "content-type": "application/json" };
    const large = await api.send(endpoint.method, path, undefined, { raw: JSON.stringify({ ...endpoint.body?.(world.ids), nickname: "x".repeat(endpoint.mostBytes ?? 64 * 1024) }), headers: json });
    expect([large.status, errorCode(large)], path).toEqual([413, "body_too_large"]);
    for (const raw of ["{", "nonsense", '"text"', "[]", "null", "1", "{}", '{"nickname":null}', '{"nickname":{"toString":1}}', '{"nickname":["a"],"proof":[]}', "[".repeat(20_000), '{"nickname":"\\ud800","publicKey":1,"code":{}}', "\u0000", "a=b&c=d"]) {
      const answer = await api.send(endpoint.method, path, undefined, { raw, headers: json });
      expect([400, 403, 404, 422], `${path} with ${raw.slice(0, 30)}`).toContain(answer.status);
      expect(errorCode(answer)).toMatch(/^(bad_request|nickname_invalid|factor_name_invalid|step_up_mismatch|passkey_refused|not_found)$/);
    }
  }
  // Without a length: it is counted as it comes.
  const { cookies } = await world.apis.owner.storageState();
  let pieces = 0;
  const stream = new ReadableStream({
    pull(controller) {
      if (++pieces > 10) controller.close();
      else controller.enqueue(new TextEncoder().encode(" ".repeat(10_000)));
    },
  });
  const chunked = await fetch(`${stack.portalUrl}${world.tenant.apiPath}/clients/challenge`, {
    method: "POST",
    headers: { origin: stack.portalUrl, "content-type": "application/json", cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") },
    body: stream,
    duplex: "half",
  } as RequestInit);
  expect(chunked.status).toBe(413);
});

test("every page may be framed by nobody, runs no script but its own, and is kept by no cache (T16)", async ({ world }) => {
  for (const page of PAGES) {
    for (const who of ["owner", "operator", "unproved", "nobody"] as const) {
      const { headers, status } = await world.apis[who].get(page.path(world.ids), { maxRedirects: 0 });
      const what = `${page.file} for ${who} (${status})`;
      const policy = headers["content-security-policy"] ?? "";
      expect(policy, what).toMatch(/(^|; )frame-ancestors 'none'(;|$)/);
      expect(policy, what).toMatch(/(^|; )default-src 'none'(;|$)/);
      expect(policy, what).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/);
      expect(headers["x-content-type-options"], what).toBe("nosniff");
      expect(headers["x-powered-by"], what).toBeUndefined();
      if (status === 200) expect(headers["cache-control"], what).toMatch(/no-store/);
    }
  }
  for (const endpoint of API.filter(({ method, streams }) => method === "GET" && !streams)) {
    const { headers } = await world.apis.operator.get(endpoint.path(world.ids));
    expect(headers, endpoint.file).toMatchObject({ "cache-control": "no-store", "content-security-policy": "default-src 'none'; frame-ancestors 'none'", "x-content-type-options": "nosniff" });
  }
  const state = await world.apis.owner.storageState();
  for (const cookie of state.cookies) expect([cookie.httpOnly, cookie.sameSite], cookie.name).toEqual([true, "Lax"]);
});

test("no log holds a code, a session, a token or a credential (T16)", async ({ world, stack, inbox }) => {
  const { member } = world.people;
  const { code } = await askForCode(inbox, member, world.tenant, "Not logged");
  await addClient(inbox, member, world.tenant, "Logged");
  const approval = await askForCode(inbox, member, world.tenant, "Refused");
  await member.api.post(`${world.tenant.apiPath}/clients`, issueBody("Another", approval, makeKeys(approval.challenge.sealTo)));
  await member.api.get(`/api/auth/callback/oidc?code=${"oidc-code-".padEnd(30, "x")}&state=forged`);
  const { cookies } = await member.api.storageState();
  const folder = dirname(stack.logs.portal);
  const logs = (await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")))).join("\n");
  const secrets = [code, approval.code, "oidc-code-", ...cookies.filter(({ name }) => name.includes("session-token")).map(({ value }) => value), stack.instance.password];
  for (const secret of secrets) expect(logs.includes(secret), "a secret is in a log").toBe(false);
  expect(logs).not.toMatch(/pce_[A-Za-z0-9_-]{43}|pcg_[A-Za-z0-9_-]{43}|PrivateKey|next-auth\.session-token=/);
});
