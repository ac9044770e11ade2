/** Live pages: told what changed on one's own subscription, and nothing of anyone else's (T4). */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { endSessionById } from "@/lib/auth/end-session";
import type { Wakeups } from "@/lib/db/wakeups";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator, person } from "@/lib/testing/people";
import { addClient, addMember, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import { wake } from "@/lib/testing/wake";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { MAX_STREAMS_PER_SESSION, watchSubscription, type SubscriptionEvent } from "@/lib/usecases/watch-subscription";

let kit: Kit;
let wakeups: Wakeups;
let acme: Tenant;

beforeAll(async () => {
  kit = await openKit();
  wakeups = await kit.listener();
});
afterAll(() => kit.close());
beforeEach(async () => {
  acme = await makeTenant(kit);
});

const leave = new AbortController();
afterAll(() => leave.abort());

const watch = (actor: Actor, tenant: Tenant = acme, signal = leave.signal) =>
  watchSubscription({ ...kit.ports, wakeups }, actor, { subscriptionId: tenant.subscriptionId }, signal);

/** The next client that the reader is told of; null at the end. That the instance is up may be told before. */
async function nextClient(events: AsyncGenerator<SubscriptionEvent>): Promise<string | null> {
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }) {
    if (event.name === "client") return event.data.clientId;
  }
  return null;
}

const touch = (tenant: Tenant = acme) => wake(kit.ports.db.read, `subscription:${tenant.subscriptionId}`);

test("issuing, revoking and the gateway's confirmation are each told, by the client's id alone", async () => {
  const events = await watch(acme.owner);
  const told = nextClient(events);
  const client = await addClient(kit, acme.owner, acme.subscriptionId);
  expect(await told).toBe(client.id);
  const revoked = nextClient(events);
  await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
  expect(await revoked).toBe(client.id);
  const confirmed = nextClient(events);
  await acme.gateway.sync();
  expect(await confirmed).toBe(client.id);
});

test("T4: nothing of another tenant is told, though it shares the gateway", async () => {
  const globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
  const events = await watch(acme.owner);
  const told = nextClient(events);
  await addClient(kit, globex.owner, globex.subscriptionId);
  const ours = await addClient(kit, acme.owner, acme.subscriptionId);
  expect(await told).toBe(ours.id);
});

test("T4: a member is told of their own clients, and not of a colleague's; an operator of all", async () => {
  const ada = await addMember(kit, acme, "member");
  const [hers, all] = [await watch(ada), await watch(await operator(kit))];
  const [toldHer, toldOperator] = [nextClient(hers), nextClient(all)];
  const colleagues = await addClient(kit, acme.owner, acme.subscriptionId);
  expect(await toldOperator).toBe(colleagues.id);
  const own = await addClient(kit, ada, acme.subscriptionId);
  expect(await toldHer).toBe(own.id);
});

test("T3: who has no part in the subscription gets the same answer as for one that isn't there", async () => {
  const stranger = await person(kit, "eve@evil.test");
  await expect(watch(stranger)).rejects.toMatchObject({ code: "not_found" });
  await expect(watch(stranger, { ...acme, subscriptionId: kit.ports.newId() })).rejects.toMatchObject({ code: "not_found" });
  await expect(watch(stranger, { ...acme, subscriptionId: "no id" })).rejects.toMatchObject({ code: "not_found" });
});

test("T12: the stream ends with the next event once the session is ended, the membership is lost, or the account is deactivated", async () => {
  const [ended, removed, deactivated] = [await addMember(kit, acme, "member"), await addMember(kit, acme, "admin"), await addMember(kit, acme, "admin")];
  const streams = await Promise.all([ended, removed, deactivated].map((actor) => watch(actor)));
  const told = streams.map(nextClient);
  await endSessionById(kit.ports, ended.sessionId);
  await kit.sql("DELETE FROM memberships WHERE user_id = $1", [removed.userId]);
  await kit.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [deactivated.userId]);
  await touch();
  expect(await Promise.all(told)).toEqual([null, null, null]);
});

test("a reader who leaves ends the stream", async () => {
  const leaving = new AbortController();
  const events = await watch(acme.owner, acme, leaving.signal);
  const told = nextClient(events);
  leaving.abort();
  expect(await told).toBeNull();
});

test("a reader who left before the first event is not waited for", async () => {
  const topics: string[] = [];
  const counting: Wakeups = {
    ...wakeups,
    subscribe(topic, wake) {
      topics.push(topic);
      const stop = wakeups.subscribe(topic, wake);
      return () => {
        topics.splice(topics.indexOf(topic), 1);
        stop();
      };
    },
  };
  const leaving = new AbortController();
  await watchSubscription({ ...kit.ports, wakeups: counting }, acme.owner, { subscriptionId: acme.subscriptionId }, leaving.signal);
  expect(topics).toEqual([`subscription:${acme.subscriptionId}`]);
  leaving.abort();
  expect(topics).toEqual([]);
});

test("one session has so many streams and no more, others have theirs, and who leaves makes room", async () => {
  const ada = await addMember(kit, acme, "member");
  const left = new AbortController();
  for (let stream = 0; stream < MAX_STREAMS_PER_SESSION; stream++) await watch(ada, acme, left.signal);
  await expect(watch(ada)).rejects.toMatchObject({ code: "too_many_tries" });
  await expect(watch(acme.owner)).resolves.toBeDefined();
  await expect(watch(await person(kit, ada.email))).resolves.toBeDefined();
  left.abort();
  await expect(watch(ada)).resolves.toBeDefined();
});
