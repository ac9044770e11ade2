/** Systems that join: asked for with the API key, let in by proof, cut like any client; and what strangers learn, which is nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GET as poll } from "@/app/api/v1/systems/[systemId]/route";
import { POST as join } from "@/app/api/v1/systems/route";
import type { Actor } from "@/lib/auth/actor";
import { REMOTE_ADDRESS_HEADER } from "@/lib/auth/source";
import { generateKeyPair } from "@/lib/core/keys";
import { MAX_WAITING_SYSTEMS, SYSTEM_WAITS_MS } from "@/lib/core/system";
import { call, serve, type Answer } from "@/lib/testing/api";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, prepareIssue, proofOf, wrongCodeOf, type Tenant } from "@/lib/testing/tenancy";
import { cutOffGateway } from "@/lib/usecases/gateways/credential";
import { listClients } from "@/lib/usecases/list-clients";
import { takeDownOwnInstance } from "@/lib/usecases/provisioning/take-down";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { JoinedView } from "@/lib/usecases/system-views";
import { requestApiKey, rotateApiKey, showApiKey } from "./api-key";
import { removeSystem, renameSystem } from "./change-system";
import { approveSystem, refuseSystem, requestApproval } from "./decide";
import { listSystems, viewSystem } from "./view-systems";

let kit: Kit;
let stopServing: () => void;
let acme: Tenant;
let apiKey: string;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
});
afterAll(async () => {
  stopServing();
  await kit.close();
});
beforeEach(async () => {
  acme = await makeTenant(kit, { gateway: acme?.gateway });
  apiKey = await keyOf(acme);
});

async function keyOf({ subscriptionId, owner }: Tenant): Promise<string> {
  return (await showApiKey(kit.ports, owner, { subscriptionId }, proofOf(kit, await requestApiKey(kit.ports, owner, { subscriptionId }, "api-key.show")))).apiKey;
}

const newKey = (): string => generateKeyPair(kit.ports.randomBytes).publicKey;
const withBearer = (credential: string | null, from = "198.51.100.9") => ({ as: null, headers: { authorization: credential === null ? null : `Bearer ${credential}`, origin: null, cookie: null, [REMOTE_ADDRESS_HEADER]: from } });
const ask = (body: object = {}, key: string | null = apiKey, from?: string) => call(kit, "POST", join, { ...withBearer(key, from), body: { publicKey: newKey(), hostName: "nas-01", serial: "A1-2020", version: "TrueNAS 25.10", ...body } });
const pollFor = (id: string, token: string | null, from?: string) => call(kit, "GET", poll, { ...withBearer(token, from), params: { systemId: id } });
const codeOf = ({ body }: Answer): string | undefined => (body as { error?: { code: string } } | null)?.error?.code;

async function asked(body: object = {}): Promise<JoinedView> {
  const answer = await ask(body);
  expect(answer.status).toBe(202);
  return answer.body as JoinedView;
}
const named = (systemId: string) => ({ subscriptionId: acme.subscriptionId, systemId });
const approve = async (systemId: string, actor: Actor = acme.owner) => approveSystem(kit.ports, actor, named(systemId), proofOf(kit, await requestApproval(kit.ports, actor, named(systemId))));
const mailsOf = async (template: string): Promise<number> => (await kit.sql("SELECT FROM outbox_mails WHERE template = $1 AND payload ->> 'url' LIKE $2", [template, `%${acme.subscriptionId}%`])).length;
const eventsOf = async (): Promise<string[]> => (await kit.sql<{ action: string }>("SELECT action FROM audit_events WHERE chain_id = $1 AND (action LIKE 'system.%' OR action = 'client.cut') ORDER BY seq", [acme.subscriptionId])).map(({ action }) => action);

test("a system asks, waits, is let in by proof, gets what it needs to connect, and is a peer until the gateway confirms its removal", async () => {
  const publicKey = newKey();
  const mine = await asked({ publicKey });
  expect(mine).toMatchObject({ name: "nas-01", state: "pending", configuration: null, pollAfterSeconds: 5 });
  expect(await mailsOf("system-asks")).toBe(1);
  expect((await acme.gateway.fetch()).instances.flatMap(({ peers }) => peers.map((peer) => peer.publicKey))).not.toContain(publicKey);

  expect(await approve(mine.id)).toMatchObject({ state: "approved", name: "nas-01", serial: "A1-2020", askedFrom: "198.51.100.9", client: { state: "active", addressV4: "10.77.0.2", ownerEmail: "" } });
  const answer = (await pollFor(mine.id, mine.token)).body;
  expect(answer).toMatchObject({
    state: "approved",
    configuration: { addresses: ["10.77.0.2/32", expect.stringMatching(/::2\/128$/)], allowedIps: ["10.77.0.0/24", expect.stringMatching(/::\/64$/)], serverPublicKey: acme.gateway.keyOf(acme.instanceId), endpoint: expect.stringMatching(/^gateway\.test:\d+$/), persistentKeepaliveSeconds: 25 },
  });
  expect(JSON.stringify(answer)).not.toMatch(/private|preshared/i);
  const held = await acme.gateway.sync();
  expect(held.instances.find(({ instanceId }) => instanceId === acme.instanceId)?.peers).toMatchObject([{ publicKey, allowedIps: ["10.77.0.2/32", expect.any(String)] }]);
  expect((await viewSystem(kit.ports, acme.owner, named(mine.id))).client?.enforcement.status).toBe("confirmed");

  expect(await removeSystem(kit.ports, acme.owner, named(mine.id))).toMatchObject({ state: "removed", client: { state: "revoked", enforcement: { status: "pending" } } });
  expect((await pollFor(mine.id, mine.token)).body).toMatchObject({ state: "removed", configuration: null });
  await acme.gateway.sync();
  expect((await viewSystem(kit.ports, acme.owner, named(mine.id))).client?.enforcement.status).toBe("confirmed");
  expect(await removeSystem(kit.ports, acme.owner, named(mine.id))).toMatchObject({ state: "removed" });
  expect(await eventsOf()).toEqual(["system.asked", "system.approved", "system.removed", "client.cut"]);
  // Its key is used up, as any client's.
  expect(await ask({ publicKey })).toMatchObject({ status: 202, body: { id: mine.id, state: "removed" } });
});

test("the same key again asks for nothing new and answers the same, however many ask at once", async () => {
  const publicKey = newKey();
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask({ publicKey })));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  const before = await snapshotOf(kit);
  const again = await ask({ publicKey, hostName: "another-name" });
  expect(again.body).toEqual(answers[0]?.body);
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  expect(await mailsOf("system-asks")).toBe(1);
  await approve((again.body as JoinedView).id);
  expect((await ask({ publicKey })).body).toMatchObject({ state: "approved", configuration: { addresses: ["10.77.0.2/32", expect.any(String)] } });
});

describe("T13: wrong, replaced and foreign credentials", () => {
  test("get one and the same answer, with nothing read of what they say, and nothing done", async () => {
    const replaced = apiKey;
    apiKey = (await rotateApiKey(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId }, proofOf(kit, await requestApiKey(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId }, "api-key.rotate")))).apiKey;
    const mine = await asked();
    const other = await asked();
    const before = await snapshotOf(kit);
    const right = { publicKey: newKey() };
    const refused = [
      await ask(right, replaced),
      await ask(right, `pck_${"A".repeat(43)}`),
      await ask(right, null),
      await ask(right, apiKey.slice(0, -1)),
      await ask(right, mine.token),
      await ask({ publicKey: "no key", hostName: "\n" }, replaced),
      await pollFor(mine.id, other.token),
      await pollFor(mine.id, apiKey),
      await pollFor(mine.id, null),
      await pollFor("00000000-0000-4000-8000-00000000dead", mine.token),
      await pollFor("../systems", mine.token),
    ];
    const told = refused.map(({ status, body, headers }) => ({ status, body, headers: [...headers].filter(([name]) => name !== "x-request-id") }));
    expect(told.map((one) => JSON.stringify(one)).filter((one) => one !== JSON.stringify(told[0]))).toEqual([]);
    expect(refused[0]).toMatchObject({ status: 401, body: { error: { code: "credential_unknown" } } });
    expect(changedTables(before, await snapshotOf(kit)).filter((table) => !/limit/.test(table))).toEqual([]);
    expect((await pollFor(mine.id, mine.token)).status).toBe(200);
  });

  test("T10: make their source wait, and nobody who has a right one", async () => {
    const from = "203.0.113.77";
    const tries = Array.from({ length: 101 }, () => ask({}, "pck_wrong", from));
    const answers = await Promise.all(tries);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect((await ask({}, "pck_wrong", from)).status).toBe(429);
    expect((await ask({}, apiKey, from)).status).toBe(202);
  });

  test("T3: one tenant's key asks that tenant alone; neither may see or decide what asks the other", async () => {
    const globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
    const mine = await asked();
    const theirs = { subscriptionId: globex.subscriptionId, systemId: mine.id };
    for (const act of [
      () => viewSystem(kit.ports, globex.owner, theirs),
      () => viewSystem(kit.ports, globex.owner, named(mine.id)),
      () => requestApproval(kit.ports, globex.owner, theirs),
      () => refuseSystem(kit.ports, globex.owner, theirs),
      () => removeSystem(kit.ports, globex.owner, theirs),
      () => renameSystem(kit.ports, globex.owner, { ...theirs, name: "ours" }),
      () => viewSystem(kit.ports, acme.owner, named("00000000-0000-4000-8000-00000000dead")),
    ]) await expect(act()).rejects.toMatchObject({ code: "not_found" });
    expect((await listSystems(kit.ports, globex.owner, { subscriptionId: globex.subscriptionId })).items).toEqual([]);
    // Another tenant may be asked with the same key: who comes first has it.
    const [publicKey] = [newKey()];
    await approve((await asked({ publicKey })).id);
    expect(codeOf(await ask({ publicKey }, await keyOf(globex)))).toBe("public_key_in_use");
  });
});

describe("letting in", () => {
  test("T11: takes a proof made for this system, once; an admin may, members and operators may not", async () => {
    const [mine, other] = [await asked(), await asked()];
    const challenge = await requestApproval(kit.ports, acme.owner, named(mine.id));
    await expect(approveSystem(kit.ports, acme.owner, named(other.id), proofOf(kit, challenge))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(approveSystem(kit.ports, acme.owner, named(mine.id), { challengeId: challenge.challengeId, code: wrongCodeOf(kit, challenge) })).rejects.toMatchObject({ code: "step_up_wrong_code" });
    const admin = await addMember(kit, acme, "admin");
    await expect(approveSystem(kit.ports, admin, named(mine.id), proofOf(kit, challenge))).rejects.toMatchObject({ code: "step_up_mismatch" });
    for (const actor of [await addMember(kit, acme, "member"), await operator(kit)]) {
      await expect(requestApproval(kit.ports, actor, named(mine.id))).rejects.toMatchObject({ code: "forbidden" });
      await expect(approveSystem(kit.ports, actor, named(mine.id), proofOf(kit, challenge))).rejects.toMatchObject({ code: "forbidden" });
    }
    expect(await approve(other.id, admin)).toMatchObject({ state: "approved" });
    await approveSystem(kit.ports, acme.owner, named(mine.id), proofOf(kit, challenge));
    // The answer was lost, and the request comes again.
    expect(await approveSystem(kit.ports, acme.owner, named(mine.id), proofOf(kit, challenge))).toMatchObject({ id: mine.id, state: "approved" });
    await expect(approveSystem(kit.ports, admin, named(mine.id), proofOf(kit, challenge))).rejects.toMatchObject({ code: "system_decided" });
    expect(await kit.sql("SELECT FROM access_clients WHERE system_id = ANY($1)", [[mine.id, other.id]])).toHaveLength(2);
  });

  test("a system is in no list of clients, and no client's act reaches it; nor is it anybody's when they go", async () => {
    const mine = await asked();
    const { client } = await approve(mine.id);
    await addClient(kit, acme.owner, acme.subscriptionId, "laptop");
    expect((await listClients(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId })).items.map(({ nickname }) => nickname)).toEqual(["laptop"]);
    await expect(viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client?.id ?? "" })).rejects.toMatchObject({ code: "not_found" });
    expect(await viewSubscription(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId })).toMatchObject({ liveClients: 1, liveSystems: 1 });
    expect(await kit.sql("SELECT FROM access_clients WHERE owner_id = $1 AND system_id IS NOT NULL", [acme.owner.userId])).toEqual([]);
  });

  test("refusing takes a click and is told to the system; the same key asks in vain, and nobody approves it any more", async () => {
    const mine = await asked();
    await expect(refuseSystem(kit.ports, await addMember(kit, acme, "member"), named(mine.id))).rejects.toMatchObject({ code: "forbidden" });
    expect(await refuseSystem(kit.ports, acme.owner, named(mine.id))).toMatchObject({ state: "refused", client: null });
    expect(await refuseSystem(kit.ports, acme.owner, named(mine.id))).toMatchObject({ state: "refused" });
    expect((await pollFor(mine.id, mine.token)).body).toMatchObject({ state: "refused", configuration: null });
    await expect(requestApproval(kit.ports, acme.owner, named(mine.id))).rejects.toMatchObject({ code: "system_decided" });
    expect(await eventsOf()).toEqual(["system.asked", "system.refused"]);
  });

  test("a name is given as to a client, and an approved system is not refused but removed", async () => {
    const mine = await asked();
    await expect(renameSystem(kit.ports, acme.owner, { ...named(mine.id), name: "Attic" })).rejects.toMatchObject({ code: "system_decided" });
    await approve(mine.id);
    await expect(renameSystem(kit.ports, acme.owner, { ...named(mine.id), name: "At\ntic" })).rejects.toMatchObject({ code: "nickname_invalid" });
    expect(await renameSystem(kit.ports, acme.owner, { ...named(mine.id), name: "Attic" })).toMatchObject({ name: "Attic", hostName: "nas-01" });
    expect((await pollFor(mine.id, mine.token)).body).toMatchObject({ name: "Attic" });
    await expect(refuseSystem(kit.ports, acme.owner, named(mine.id))).rejects.toMatchObject({ code: "system_decided" });
    await removeSystem(kit.ports, await operator(kit), named(mine.id));
    await expect(renameSystem(kit.ports, acme.owner, { ...named(mine.id), name: "Cellar" })).rejects.toMatchObject({ code: "client_final" });
  });
});

describe("what is bounded", () => {
  test("a request nobody decides ends after three days; the same key then asks anew, and mails go out again", async () => {
    const publicKey = newKey();
    const mine = await asked({ publicKey });
    kit.clock.advance(SYSTEM_WAITS_MS);
    expect((await pollFor(mine.id, mine.token)).body).toMatchObject({ state: "expired" });
    expect((await asked({ publicKey })).id).toBe(mine.id);
    expect((await pollFor(mine.id, mine.token)).body).toMatchObject({ state: "pending" });
    expect(await mailsOf("system-asks")).toBe(2);
  });

  test("so many wait and no more, also when they ask at once; each then waits its turn", async () => {
    const answers = await Promise.all(Array.from({ length: MAX_WAITING_SYSTEMS + 5 }, () => ask()));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(MAX_WAITING_SYSTEMS);
    expect(new Set(answers.filter(({ status }) => status !== 202).map(codeOf))).toEqual(new Set(["systems_waiting"]));
    const later = await Promise.all(Array.from({ length: 10 }, () => ask()));
    expect(later.map(codeOf)).toContain("too_many_tries");
    expect(await mailsOf("system-asks")).toBe(MAX_WAITING_SYSTEMS);
  });

  test("T2: of many approved at once no more get in than the plan has room for, and people's clients don't count among them", async () => {
    await kit.sql("UPDATE plans SET max_systems = 2, max_clients = 1 WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [acme.subscriptionId]);
    await addClient(kit, acme.owner, acme.subscriptionId);
    const waiting = await Promise.all(Array.from({ length: 6 }, () => asked()));
    const proofs = await Promise.all(waiting.map(async ({ id }) => ({ id, proof: proofOf(kit, await requestApproval(kit.ports, acme.owner, named(id))) })));
    const outcomes = await Promise.all(proofs.map(({ id, proof }) => approveSystem(kit.ports, acme.owner, named(id), proof).then(({ state }) => state, (error: { code: string }) => error.code)));
    expect(outcomes.toSorted()).toEqual(["approved", "approved", ...Array.from({ length: 4 }, () => "plan_limit_reached")]);
    expect(codeOf(await ask())).toBe("plan_limit_reached");
    await expect((await prepareIssue(kit, acme.owner, acme.subscriptionId)).issue()).rejects.toMatchObject({ code: "plan_limit_reached" });
    const [first] = (await listSystems(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId })).items.filter(({ state }) => state === "approved");
    await removeSystem(kit.ports, acme.owner, named(first?.id ?? ""));
    expect((await ask()).status).toBe(202);
  });

  test("T15: what a system says of itself is plain, or refused; its key is one, and not the instance's own", async () => {
    for (const [field, body] of [["hostName", { hostName: "nas\nPostUp = x" }], ["serial", { serial: "<b>" }], ["version", { version: "$(reboot)" }], ["publicKey", { publicKey: "x" }], ["publicKey", { publicKey: acme.gateway.keyOf(acme.instanceId) }]] as const) {
      expect((await ask(body)).body).toMatchObject({ error: { facts: { field } } });
    }
    expect((await call(kit, "POST", join, { ...withBearer(apiKey), body: { hostName: "x".repeat(5000) } })).status).toBe(413);
  });
});

test("nothing joins a subscription that isn't in good standing, and an approved system there gets no configuration", async () => {
  const mine = await asked();
  await approve(mine.id);
  await kit.sql("UPDATE subscriptions SET billing_state = 'suspended' WHERE id = $1", [acme.subscriptionId]);
  expect(codeOf(await ask())).toBe("subscription_inactive");
  expect((await pollFor(mine.id, mine.token)).body).toMatchObject({ configuration: null });
});

test("taking the instance down removes its systems with it, forgets who waited, and the key with them", async () => {
  const [mine, waiting] = [await asked(), await asked()];
  await approve(mine.id);
  await acme.gateway.sync();
  await takeDownOwnInstance(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId });
  expect((await pollFor(mine.id, mine.token)).body).toMatchObject({ state: "removed" });
  expect(codeOf(await pollFor(waiting.id, waiting.token))).toBe("credential_unknown");
  expect(codeOf(await ask())).toBe("credential_unknown");
  await acme.gateway.sync();
});

test("T1: what a request adds beside its fields is dropped", async () => {
  const globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
  const extra = { state: "approved", subscriptionId: globex.subscriptionId, id: "00000000-0000-4000-8000-00000000beef", expiresAt: "2099-01-01T00:00:00Z", token: "x", ownerId: acme.owner.userId };
  const mine = await asked(extra);
  expect(mine).toMatchObject({ state: "pending" });
  expect(mine.id).not.toBe(extra.id);
  expect(await kit.sql("SELECT subscription_id FROM systems WHERE id = $1", [mine.id])).toEqual([{ subscription_id: acme.subscriptionId }]);
});

test("on a gateway that was cut off it is told that there is nothing to connect to yet, and nobody is let in there", async () => {
  const { gateway } = acme;
  acme = await makeTenant(kit);
  apiKey = await keyOf(acme);
  const [mine, next] = [await asked(), await asked()];
  await approve(mine.id);
  await cutOffGateway(kit.ports, await operator(kit), { gatewayId: acme.gateway.id });
  expect(await pollFor(mine.id, mine.token)).toMatchObject({ status: 200, body: { state: "approved", configuration: null } });
  await expect(approve(next.id)).rejects.toMatchObject({ code: "instance_not_ready" });
  await removeSystem(kit.ports, acme.owner, named(mine.id));
  expect(await pollFor(mine.id, mine.token)).toMatchObject({ status: 200, body: { state: "removed" } });
  // The next tests go on with the gateway that they share.
  acme = { ...acme, gateway };
});
