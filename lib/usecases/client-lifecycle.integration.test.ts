/** Suspending, resuming, ending and extending: what each does to the device, the log and the mails, and who may. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { upsertPlan } from "@/lib/db/provisioning";
import { digestOfState } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, issueInput, makeTenant, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { expireClients, remindOwners } from "@/lib/usecases/expire-clients";
import { issueClient } from "@/lib/usecases/issue-client";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";
import { requestResume, resumeClient } from "@/lib/usecases/resume-client";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { extendClient, requestExtension, shortenClient } from "@/lib/usecases/set-client-expiry";
import { suspendClient } from "@/lib/usecases/suspend-client";
import type { ClientView } from "@/lib/usecases/views";

const DAY_MS = 24 * 3_600_000;

let kit: Kit;
let acme: Tenant;
let ada: Actor;

beforeAll(async () => {
  kit = await openKit();
  acme = await makeTenant(kit);
  ada = await addMember(kit, acme, "member");
});
afterAll(() => kit.close());

const input = (clientId: string) => ({ subscriptionId: acme.subscriptionId, clientId });
const inDays = (days: number): string => new Date(kit.clock.now().getTime() + days * DAY_MS).toISOString();

/** Time passes, and the people's sessions are as fresh as before. */
async function pass(milliseconds: number): Promise<void> {
  kit.clock.advance(milliseconds);
  await kit.sql("UPDATE sessions SET last_seen_at = $1, expires_at = $2", [kit.clock.now(), inDays(10)]);
}

async function add(owner: Actor, nickname: string, expiresAt: string | null = null, tenant = acme): Promise<ClientView> {
  const { subscriptionId } = tenant;
  const challenge = await requestClientChallenge(kit.ports, owner, { subscriptionId, nickname, expiresAt });
  return (await issueClient(kit.ports, owner, { ...issueInput(kit, subscriptionId, nickname, challenge), expiresAt }, proofOf(kit, challenge))).client;
}

async function resume(as: Actor, clientId: string): Promise<ClientView> {
  const challenge = await requestResume(kit.ports, as, input(clientId));
  return resumeClient(kit.ports, as, input(clientId), proofOf(kit, challenge));
}

async function extend(as: Actor, clientId: string, expiresAt: string | null): Promise<ClientView> {
  const challenge = await requestExtension(kit.ports, as, { ...input(clientId), expiresAt });
  return extendClient(kit.ports, as, { ...input(clientId), expiresAt }, proofOf(kit, challenge));
}

/** Whether the gateway is to hold the client; and that the digest it must have is of just what it is to hold. */
async function isOnDevice({ id }: ClientView): Promise<boolean> {
  const state = await acme.gateway.fetch();
  const [row] = await kit.sql<{ digest: string }>("SELECT wanted_digest::text AS digest FROM gateways WHERE id = $1", [acme.gateway.id]);
  const bits = BigInt(`0x${digestOfState(state)}`).toString(2).padStart(256, "0");
  expect(row?.digest).toBe(bits);
  return state.instances.flatMap(({ peers }) => peers).some(({ clientId }) => clientId === id);
}

const events = async (clientId: string): Promise<string[]> => (await kit.sql<{ action: string }>("SELECT action FROM audit_events WHERE subject_id = $1 ORDER BY seq", [clientId])).map(({ action }) => action);
const mails = async (template: string, nickname: string): Promise<number> => (await kit.sql("SELECT FROM outbox_mails WHERE template = $1 AND payload->>'nickname' = $2", [template, nickname])).length;

describe("suspending and resuming", () => {
  test("takes the peer off the gateway at once and brings the same one back, with its key and addresses", async () => {
    const client = await add(ada, "laptop");
    const suspended = await suspendClient(kit.ports, acme.owner, input(client.id));
    expect(suspended).toMatchObject({ state: "suspended", suspendedByEmail: acme.owner.email, maySuspend: false, mayResume: true, enforcement: { status: "pending" } });
    expect(await isOnDevice(client)).toBe(false);
    await acme.gateway.sync();
    expect(await events(client.id)).toEqual(["client.issued", "client.suspended", "client.cut"]);
    const resumed = await resume(acme.owner, client.id);
    expect(resumed).toMatchObject({ state: "active", suspendedAt: null, suspendedByEmail: null, publicKey: client.publicKey, addressV4: client.addressV4, addressV6: client.addressV6 });
    expect(await isOnDevice(client)).toBe(true);
    expect([await mails("client-suspended", "laptop"), await mails("client-resumed", "laptop")]).toEqual([1, 1]);
  });

  test("twenty who press the button at once suspend it once; a second time changes nothing", async () => {
    const client = await add(ada, "busy");
    await Promise.all(Array.from({ length: 20 }, () => suspendClient(kit.ports, acme.owner, input(client.id))));
    expect(await events(client.id)).toEqual(["client.issued", "client.suspended"]);
    const before = await snapshotOf(kit);
    await suspendClient(kit.ports, acme.owner, input(client.id));
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("what an admin suspended no member resumes; what they suspended themselves they do", async () => {
    const client = await add(ada, "lost");
    expect((await suspendClient(kit.ports, acme.owner, input(client.id))).mayResume).toBe(true);
    await expect(requestResume(kit.ports, ada, input(client.id))).rejects.toMatchObject({ code: "forbidden" });
    await resume(acme.owner, client.id);
    expect((await suspendClient(kit.ports, ada, input(client.id))).mayResume).toBe(true);
    expect((await resume(ada, client.id)).state).toBe("active");
  });

  test("a proof that a member asked for before an admin suspended the client again is worth nothing", async () => {
    const client = await add(ada, "contested");
    await suspendClient(kit.ports, ada, input(client.id));
    const challenge = await requestResume(kit.ports, ada, input(client.id));
    await resume(acme.owner, client.id);
    await suspendClient(kit.ports, acme.owner, input(client.id));
    await expect(resumeClient(kit.ports, ada, input(client.id), proofOf(kit, challenge))).rejects.toMatchObject({ code: "forbidden" });
    expect(await isOnDevice(client)).toBe(false);
  });

  test("T2: what a member suspended themselves, and an admin then too, no member resumes: not by a proof asked for before either", async () => {
    const client = await add(ada, "both");
    await suspendClient(kit.ports, ada, input(client.id));
    const challenge = await requestResume(kit.ports, ada, input(client.id));
    const { revision } = await acme.gateway.fetch();
    expect(await suspendClient(kit.ports, acme.owner, input(client.id))).toMatchObject({ state: "suspended", suspendedByEmail: acme.owner.email });
    expect((await acme.gateway.fetch()).revision).toBe(revision);
    await expect(resumeClient(kit.ports, ada, input(client.id), proofOf(kit, challenge))).rejects.toMatchObject({ code: "forbidden" });
    // Nor by suspending it once more.
    await suspendClient(kit.ports, ada, input(client.id));
    await expect(requestResume(kit.ports, ada, input(client.id))).rejects.toMatchObject({ code: "forbidden" });
    expect((await resume(acme.owner, client.id)).state).toBe("active");
  });

  test("an operator suspends and can't resume; a colleague finds nothing; a stranger neither (T3, T13)", async () => {
    const client = await add(ada, "watched");
    const [olga, bob] = [await operator(kit), await addMember(kit, acme, "member")];
    const stranger = await makeTenant(kit, { name: "globex" });
    for (const who of [bob, stranger.owner]) {
      await expect(suspendClient(kit.ports, who, input(client.id))).rejects.toMatchObject({ code: "not_found" });
      await expect(requestResume(kit.ports, who, input(client.id))).rejects.toMatchObject({ code: "not_found" });
      await expect(requestExtension(kit.ports, who, { ...input(client.id), expiresAt: null })).rejects.toMatchObject({ code: "not_found" });
      await expect(shortenClient(kit.ports, who, { ...input(client.id), expiresAt: inDays(1) })).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await suspendClient(kit.ports, olga, input(client.id))).toMatchObject({ state: "suspended", mayResume: false });
    await expect(requestResume(kit.ports, olga, input(client.id))).rejects.toMatchObject({ code: "forbidden" });
    await expect(requestExtension(kit.ports, olga, { ...input(client.id), expiresAt: null })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("T11: a proof for one client, or for more time, resumes no other", async () => {
    const [one, other] = [await add(ada, "one"), await add(ada, "other")];
    for (const { id } of [one, other]) await suspendClient(kit.ports, ada, input(id));
    const forOne = await requestResume(kit.ports, ada, input(one.id));
    await expect(resumeClient(kit.ports, ada, input(other.id), proofOf(kit, forOne))).rejects.toMatchObject({ code: "step_up_mismatch" });
    const forTime = await requestExtension(kit.ports, ada, { ...input(one.id), expiresAt: inDays(30) });
    await expect(resumeClient(kit.ports, ada, input(one.id), proofOf(kit, forTime))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(extendClient(kit.ports, ada, { ...input(one.id), expiresAt: inDays(31) }, proofOf(kit, forTime))).rejects.toMatchObject({ code: "step_up_mismatch" });
  });

  test("a revoked client is neither suspended, resumed nor given time", async () => {
    const client = await add(ada, "gone");
    await revokeClient(kit.ports, ada, input(client.id));
    for (const act of [suspendClient, requestResume, () => requestExtension(kit.ports, ada, { ...input(client.id), expiresAt: null })]) {
      await expect(act(kit.ports, ada, input(client.id))).rejects.toMatchObject({ code: "client_final" });
    }
  });
});

describe("a client with an end", () => {
  test("goes to the gateway with it, and ends on time: off the device, in the log, by mail to its owner; the proof of the cut counts from its end", async () => {
    const end = inDays(2);
    const client = await add(ada, "guest", end);
    expect(client).toMatchObject({ expiresAt: end, state: "active" });
    expect((await acme.gateway.fetch()).instances.flatMap(({ peers }) => peers).find(({ clientId }) => clientId === client.id)?.expiresAt).toBe(end);
    await pass(2 * DAY_MS - 1);
    expect(await expireClients(kit.ports)).toBe(0);
    await pass(1);
    const counts = await Promise.all([expireClients(kit.ports), expireClients(kit.ports), expireClients(kit.ports)]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(await isOnDevice(client)).toBe(false);
    await pass(250);
    await acme.gateway.sync();
    expect(await events(client.id)).toEqual(["client.issued", "client.expired", "client.cut"]);
    expect(await kit.sql("SELECT (data->>'tookMs')::int AS took FROM audit_events WHERE subject_id = $1 AND action = 'client.cut'", [client.id])).toEqual([{ took: 250 }]);
    expect(await mails("client-expired", "guest")).toBe(1);
  });

  test("comes back with the same key when it is extended, and its address is nobody else's meanwhile", async () => {
    const client = await add(ada, "contractor", inDays(1));
    await pass(DAY_MS);
    await expireClients(kit.ports);
    const other = await add(ada, "newcomer");
    expect(other.addressV4).not.toBe(client.addressV4);
    const extended = await extend(ada, client.id, inDays(30));
    expect(extended).toMatchObject({ state: "active", expiresAt: inDays(30), publicKey: client.publicKey, addressV4: client.addressV4 });
    expect(await isOnDevice(client)).toBe(true);
    expect((await extend(ada, client.id, null)).expiresAt).toBeNull();
    expect((await acme.gateway.fetch()).instances.flatMap(({ peers }) => peers).find(({ clientId }) => clientId === client.id)?.expiresAt).toBeNull();
    expect(await mails("client-extended", "contractor")).toBe(2);
  });

  test("that was suspended when it ended is suspended when it is extended", async () => {
    const client = await add(ada, "twice", inDays(1));
    await suspendClient(kit.ports, acme.owner, input(client.id));
    await pass(DAY_MS);
    await expireClients(kit.ports);
    expect(await extend(acme.owner, client.id, inDays(5))).toMatchObject({ state: "suspended", suspendedByEmail: acme.owner.email });
    expect(await isOnDevice(client)).toBe(false);
    expect((await resume(acme.owner, client.id)).state).toBe("active");
  });

  test("can be given an earlier end by a click; a later one that way is refused", async () => {
    const client = await add(ada, "leaver", inDays(30));
    expect((await shortenClient(kit.ports, ada, { ...input(client.id), expiresAt: inDays(3) })).expiresAt).toBe(inDays(3));
    expect((await acme.gateway.fetch()).instances.flatMap(({ peers }) => peers).find(({ clientId }) => clientId === client.id)?.expiresAt).toBe(inDays(3));
    await expect(shortenClient(kit.ports, ada, { ...input(client.id), expiresAt: inDays(4) })).rejects.toMatchObject({ code: "expiry_invalid" });
    await expect(shortenClient(kit.ports, ada, { ...input(client.id), expiresAt: inDays(-1) })).rejects.toMatchObject({ code: "expiry_invalid" });
    const endless = await add(ada, "endless");
    expect((await shortenClient(kit.ports, acme.owner, { ...input(endless.id), expiresAt: inDays(1) })).expiresAt).toBe(inDays(1));
  });

  test("T11: the proof is for the end that was shown: a client with another end is not made by it", async () => {
    const { subscriptionId } = acme;
    const challenge = await requestClientChallenge(kit.ports, ada, { subscriptionId, nickname: "short", expiresAt: inDays(1) });
    expect(challenge.details.map(({ label }) => label)).toContain("Access ends");
    const wanted = issueInput(kit, subscriptionId, "short", challenge);
    for (const expiresAt of [null, undefined, inDays(2)]) {
      await expect(issueClient(kit.ports, ada, { ...wanted, expiresAt }, proofOf(kit, challenge))).rejects.toMatchObject({ code: "step_up_mismatch" });
    }
    expect((await issueClient(kit.ports, ada, { ...wanted, expiresAt: inDays(1) }, proofOf(kit, challenge))).client.expiresAt).toBe(inDays(1));
  });

  test("lasts no longer than the plan allows, asked for or not, also when it is extended", async () => {
    const capped = await makeTenant(kit, { name: "initech" });
    const [plan] = await kit.sql<{ code: string }>("SELECT p.code FROM plans p JOIN subscriptions s ON s.plan_id = p.id WHERE s.id = $1", [capped.subscriptionId]);
    await upsertPlan(kit.ports.db.read, { id: kit.ports.newId(), code: plan?.code ?? "", name: "Team", maxClients: null, maxClientDays: 30, now: kit.clock.now() });
    const client = await add(capped.owner, "default", null, capped);
    expect(client.expiresAt).toBe(inDays(30));
    await expect(requestClientChallenge(kit.ports, capped.owner, { subscriptionId: capped.subscriptionId, nickname: "long", expiresAt: inDays(60) })).rejects.toMatchObject({ code: "expiry_invalid" });
    await pass(10 * DAY_MS);
    const to = { subscriptionId: capped.subscriptionId, clientId: client.id, expiresAt: null };
    const challenge = await requestExtension(kit.ports, capped.owner, to);
    expect((await extendClient(kit.ports, capped.owner, to, proofOf(kit, challenge))).expiresAt).toBe(inDays(30));
  });
});

describe("reminders", () => {
  test("go to the owner seven days and one day before the end, once each, however many processes look", async () => {
    await add(ada, "reminded", inDays(60));
    const look = async (): Promise<number> => {
      await Promise.all([remindOwners(kit.ports), remindOwners(kit.ports)]);
      return mails("client-ending", "reminded");
    };
    expect(await look()).toBe(0);
    await pass(53 * DAY_MS);
    expect([await look(), await look()]).toEqual([1, 1]);
    await pass(6 * DAY_MS);
    expect([await look(), await look()]).toEqual([2, 2]);
    expect(await kit.sql("SELECT (payload->>'days')::int AS days FROM outbox_mails WHERE template = 'client-ending' AND payload->>'nickname' = 'reminded' ORDER BY 1")).toEqual([{ days: 1 }, { days: 7 }]);
  });

  test("start anew for a new end, and are not sent for a client that is gone or was given little time", async () => {
    const [extended, revoked] = [await add(ada, "moved", inDays(30)), await add(ada, "stopped", inDays(30))];
    await add(ada, "weekender", inDays(3));
    await revokeClient(kit.ports, ada, input(revoked.id));
    await pass(25 * DAY_MS);
    await remindOwners(kit.ports);
    await extend(ada, extended.id, inDays(30));
    await pass(25 * DAY_MS);
    await remindOwners(kit.ports);
    expect([await mails("client-ending", "moved"), await mails("client-ending", "stopped"), await mails("client-ending", "weekender")]).toEqual([2, 0, 0]);
  });

  test("reach every client, also when many end at once", async () => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => addClient(kit, ada, acme.subscriptionId, `many ${i}`)));
    await kit.sql("UPDATE access_clients SET expires_at = $1, expiry_set_at = $2 WHERE nickname LIKE 'many %'", [inDays(5), inDays(-60)]);
    expect(await remindOwners(kit.ports)).toBe(12);
    await pass(5 * DAY_MS);
    expect(await expireClients(kit.ports)).toBeGreaterThanOrEqual(12);
    expect(await kit.sql("SELECT DISTINCT state FROM access_clients WHERE nickname LIKE 'many %'")).toEqual([{ state: "expired" }]);
  });
});
