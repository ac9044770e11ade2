/** An operator's look shows up in the customer's own log, by whatever way they look (product rule 10). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import type { Wakeups } from "@/lib/db/wakeups";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { addClient, addMember, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { searchSubscriptionRecords } from "@/lib/usecases/billing/operate-billing";
import { listActivity } from "@/lib/usecases/list-activity";
import { listClients } from "@/lib/usecases/list-clients";
import { offerGateways } from "@/lib/usecases/provisioning/move-instance";
import { searchClients } from "@/lib/usecases/search-clients";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import { watchSubscription } from "@/lib/usecases/watch-subscription";

let kit: Kit;
let wakeups: Wakeups;
let olga: Actor;
let acme: Tenant;
let clientId: string;
let nickname: string;

beforeAll(async () => {
  kit = await openKit();
  wakeups = await kit.listener();
  olga = await operator(kit);
});
afterAll(() => kit.close());
beforeEach(async () => {
  acme = await makeTenant(kit);
  nickname = `n${kit.ports.newId().slice(0, 8)}`;
  clientId = (await addClient(kit, acme.owner, acme.subscriptionId, nickname)).id;
});

const looks = async () => kit.sql<{ actor_label: string; actor_operator: boolean; source_address: string }>("SELECT actor_label, actor_operator, source_address FROM audit_events WHERE action = 'operator.viewed' AND chain_id = $1", [acme.subscriptionId]);

const WAYS: [string, (actor: Actor) => Promise<unknown>][] = [
  ["the subscription", (actor) => viewSubscription(kit.ports, actor, acme)],
  ["its clients", (actor) => listClients(kit.ports, actor, acme)],
  ["one client", (actor) => viewClient(kit.ports, actor, { ...acme, clientId })],
  ["its log", (actor) => listActivity(kit.ports, actor, acme)],
  ["where its instance could move to", (actor) => offerGateways(kit.ports, actor, acme)],
  ["its live events", (actor) => watchSubscription({ ...kit.ports, wakeups }, actor, acme, AbortSignal.abort())],
  ["a search that finds it", (actor) => searchSubscriptionRecords(kit.ports, actor, { query: acme.owner.email })],
  ["a search that finds a client of it", (actor) => searchClients(kit.ports, actor, { query: nickname })],
];

test.each(WAYS)("%s", async (_, look) => {
  await look(olga);
  expect(await looks()).toEqual([{ actor_label: olga.email, actor_operator: true, source_address: "192.0.2.10" }]);
  const { items } = await listActivity(kit.ports, acme.owner, acme);
  expect(items[0]).toMatchObject({ actor: olga.email, actorIsOperator: true, summary: "Looked at this subscription as an operator." });
});

test("all of them at once leave one entry, and another only after an hour", async () => {
  await Promise.all(Array.from({ length: 5 }, () => WAYS.map(([, look]) => look(olga))).flat());
  expect(await looks()).toHaveLength(1);
  kit.clock.advance(3_600_000 - 1);
  await Promise.all(WAYS.map(([, look]) => look(olga)));
  expect(await looks()).toHaveLength(1);
  kit.clock.advance(1);
  await viewSubscription(kit.ports, olga, acme);
  expect(await looks()).toHaveLength(2);
});

test("a member's look, and an operator's at a subscription they are a member of, is nobody's business", async () => {
  const olgaAsMember = await addMember(kit, acme, "member", olga.email);
  for (const actor of [acme.owner, olgaAsMember]) await viewSubscription(kit.ports, actor, acme);
  expect(await looks()).toEqual([]);
});

describe("the operator's search", () => {
  const found = async (query: string) => (await searchClients(kit.ports, olga, { query })).items.map(({ id }) => id);

  test("finds a client by nickname, owner, key and address, whole or in part, in any case", async () => {
    const client = await viewClient(kit.ports, acme.owner, { ...acme, clientId });
    for (const query of [nickname, nickname.slice(2, 7).toUpperCase(), client.ownerEmail, client.ownerEmail.slice(0, 10), client.publicKey, client.publicKey.slice(0, 12), client.addressV6, `${client.addressV6}/128`, client.addressV6.toUpperCase()]) {
      expect(await found(query)).toContain(clientId);
    }
    expect(await found(client.addressV4)).toContain(clientId);
    expect(await found(`${nickname}x`)).toEqual([]);
    const otherKey = `${client.publicKey.startsWith("A") ? "B" : "A"}${client.publicKey.slice(1)}`;
    expect(await found(otherKey)).toEqual([]);
  });

  test("takes %, _ and \\ for what they are", async () => {
    const odd = (await addClient(kit, acme.owner, acme.subscriptionId, "50% _of_ C:\\x")).id;
    for (const query of ["50%", "_of_", "C:\\x", "% _"]) expect(await found(query)).toEqual([odd]);
  });

  test("pages through everything once, newest first, also where many were made in the same millisecond", async () => {
    const owner = await addMember(kit, acme, "admin");
    for (let i = 0; i < 25; i += 1) await addClient(kit, owner, acme.subscriptionId, `page ${i}`);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof searchClients>> = await searchClients(kit.ports, olga, { query: owner.email, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });
});
