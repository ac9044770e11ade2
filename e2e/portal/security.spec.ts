/** Who gets what: every page and route, for everybody; and every id of somebody else. */
import { addClient, errorCode } from "./support/clients";
import { openStream } from "./support/event-stream";
import type { Answer, PortalApi } from "./support/people";
import { expect, test } from "./support/fixtures";
import { API, coveredSurface, type Endpoint, type Ids, type Outcome, outcomeOf, PAGES, surfaceOfApp, WHO } from "./support/surface";

const outcome = (answer: Answer): Outcome => {
  const code = errorCode(answer) ?? answer.headers.location;
  return code === undefined ? answer.status : `${answer.status} ${code}`;
};

async function ask(api: PortalApi, { method, path, body, streams, expects: _expects }: Endpoint, ids: Ids, portalUrl: string): Promise<Answer> {
  if (streams) {
    try {
      const stream = await openStream(api, portalUrl, path(ids).replace(/\/events$/, ""));
      stream.close();
      return { status: 200, headers: {}, text: "", body: undefined };
    } catch {
      // It was refused: the answer ends by itself and says why.
    }
  }
  return api.send(method, path(ids), body?.(ids));
}

test("every page and route of the application stands in the table that these tests go through", async () => {
  expect(await surfaceOfApp()).toEqual(coveredSurface());
});

for (const endpoint of API) {
  test(`each allowed act has its refused twin (T13): ${endpoint.method} ${endpoint.path({ subscriptionId: ":subscription", clientId: ":client", challengeId: ":challenge", systemId: ":system" })}`, async ({ world, stack, inbox, store }) => {
    // Half a minute has passed since the code was mailed.
    await store.sql("UPDATE step_up_challenges SET last_sent_at = last_sent_at - interval '31 s' WHERE id = $1", [world.ids.challengeId]);
    const outcomes: Partial<Record<string, Outcome>> = {};
    for (const who of WHO) {
      // What can be done once is done to a client of its own.
      const clientId = /\/(revoke|suspend)\//.test(endpoint.file) && endpoint.expects[who] === 200 ? (await addClient(inbox, world.people.member, world.tenant, `For the ${who}`)).client.id : world.ids.clientId;
      outcomes[who] = outcome(await ask(world.apis[who], endpoint, { ...world.ids, clientId }, stack.portalUrl));
    }
    expect(outcomes).toEqual(endpoint.expects);
  });
}

test("each page shows itself to those who may see it, and to nobody else (T13)", async ({ world }) => {
  for (const page of PAGES) {
    for (const who of WHO) {
      const answer = await world.apis[who].get(page.path(world.ids), { maxRedirects: 0 });
      expect(outcome(answer), `${page.file} for ${who}`).toBe(outcomeOf(page, who, world.ids));
      if (who === "outsider" || who === "nobody" || who === "unproved") for (const mark of world.marks) expect(answer.text, `${page.file} for ${who}`).not.toContain(mark);
    }
  }
});

test("a member sees their own clients and no colleague's, in lists, searches and pages (T13)", async ({ world, inbox }) => {
  const { client } = await addClient(inbox, world.people.colleague, world.tenant, "Colleague's tablet");
  for (const path of [`${world.tenant.apiPath}/clients`, `${world.tenant.apiPath}/clients?q=laptop`, `${world.tenant.apiPath}/clients?q=${encodeURIComponent(world.people.member.email)}`, world.tenant.pagePath]) {
    const { text } = await world.apis.colleague.get(path);
    expect(text, path).not.toContain("Marked laptop");
    expect(text, path).not.toContain(world.client.client.publicKey);
  }
  expect((await world.apis.colleague.get(`${world.tenant.apiPath}/clients`)).text).toContain(client.id);
  expect((await world.apis.owner.get(`${world.tenant.apiPath}/clients`)).text).toContain(client.id);
});

/** Everything that an id in a path can be, besides the right one. */
function strangeIds(ids: Ids, foreign: Ids): Record<keyof Ids, string[]> {
  const malformed = ["x", "null", "undefined", "0", "%00", "%27%20OR%201%3D1%20--", "..%2f..%2fhealth", "00000000-0000-0000-0000-000000000000", "a".repeat(3000)];
  return {
    subscriptionId: [foreign.subscriptionId, ids.clientId, crypto.randomUUID(), ids.subscriptionId.toUpperCase(), `${ids.subscriptionId}%20`, ...malformed],
    systemId: [foreign.systemId, foreign.subscriptionId, ids.clientId, crypto.randomUUID(), ids.systemId.toUpperCase(), `${ids.systemId}%0a`, ...malformed],
    clientId: [foreign.clientId, foreign.subscriptionId, ids.subscriptionId, crypto.randomUUID(), ids.clientId.toUpperCase(), `${ids.clientId}%0a`, ...malformed],
    challengeId: [],
  };
}

/** Own client under a foreign parent, and the other way round, are among them. */
const combinations = (ids: Ids, foreign: Ids, scoped: (keyof Ids)[]): Ids[] => {
  const strange = strangeIds(ids, foreign);
  return [...scoped.flatMap((slot) => strange[slot].map((id) => ({ ...ids, [slot]: id }))), ...(scoped.includes("clientId") || scoped.includes("systemId") ? [foreign] : [])];
};

test("an id of another tenant, with the wrong parent, or malformed, is one and the same 404 on every route (T3)", async ({ world, store, inbox }) => {
  const foreign: Ids = { subscriptionId: world.foreign.subscriptionId, clientId: world.foreignClient.client.id, challengeId: world.ids.challengeId, systemId: world.foreignSystemId };
  const snapshot = async () => JSON.stringify(await store.sql("SELECT * FROM access_clients WHERE subscription_id = ANY($1) ORDER BY id", [[world.tenant.subscriptionId, world.foreign.subscriptionId]]));
  const before = await snapshot();
  const bodies = new Map<string, string>();
  for (const endpoint of API.filter(({ scoped }) => scoped.length > 0)) {
    for (const ids of combinations(world.ids, foreign, endpoint.scoped)) {
      const path = endpoint.path(ids);
      const answer = await world.apis.owner.send(endpoint.method, path, endpoint.body?.(ids));
      bodies.set(`${answer.status} ${answer.text}`, `${endpoint.method} ${path.slice(0, 150)}`);
    }
  }
  expect([...bodies.keys()]).toEqual(['404 {"error":{"code":"not_found","message":"There is nothing here, or it isn\'t yours to see.","facts":{}}}']);
  expect(await snapshot()).toBe(before);
  const after = await inbox.latest();
  expect(await inbox.latest()).toBe(after);
});

const UUIDS = /^\/subscriptions\/[0-9a-fA-F-]{36}(?:\/activity|\/billing|\/members|\/service|\/settings|\/systems(?:\/[0-9a-fA-F-]{36})?|\/clients\/new|\/clients\/[0-9a-fA-F-]{36}(?:\/replace-key)?)?$/;

/** What is of this one answer alone: the address that was asked for, the nonce, the time. */
function withoutTheRequest(text: string, path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "" && !/^[a-z]+$/.test(segment));
  return segments
    .reduce((rest, segment) => rest.replaceAll(segment, "ID"), text)
    .replace(/nonce(=\\?"|\\?":\\?")[A-Za-z0-9+/=]+/g, "nonce")
    .replace(/serverNow\\?":\d+/g, "serverNow");
}

test("an id of another tenant, with the wrong parent, or malformed, is one and the same 404 page (T3)", async ({ world }) => {
  const foreign: Ids = { subscriptionId: world.foreign.subscriptionId, clientId: world.foreignClient.client.id, challengeId: world.ids.challengeId, systemId: world.foreignSystemId };
  for (const page of PAGES.filter(({ scoped }) => scoped.length > 0)) {
    const seen = new Map<string, string>();
    for (const ids of combinations(world.ids, foreign, page.scoped)) {
      const path = page.path(ids);
      const { status, text } = await world.apis.owner.get(path, { maxRedirects: 0 });
      expect([status, text.includes("There is nothing here")], path.slice(0, 150)).toEqual([404, true]);
      for (const mark of ["Foreign Works", "Foreigninstance", "Foreign laptop", "foreign-nas", world.foreignClient.client.publicKey]) expect(text).not.toContain(mark);
      // Of malformed ones there is nothing to learn.
      if (UUIDS.test(path)) seen.set(withoutTheRequest(text, path), path);
    }
    expect([...seen.values()], `paths of ${page.file} with answers that differ`).toHaveLength(1);
  }
});
