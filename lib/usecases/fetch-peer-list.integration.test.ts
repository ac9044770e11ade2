/** Hosts without an agent: they fetch a list of peers, and nothing that they do is ever called confirmed (product rule 4). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tokenHashOf } from "@/lib/auth/tokens";
import { generateKeyPair } from "@/lib/core/keys";
import { findInstanceByListCredential } from "@/lib/db/peer-lists";
import { makeGateway } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { emptySubscription, listedInstance, type ListedTenant } from "@/lib/testing/peer-list";
import { snapshotOf, tablesHolding } from "@/lib/testing/snapshot";
import { addClient, issueInput, makeTenant, proofOf } from "@/lib/testing/tenancy";
import { addAgentlessGateway, addGateway } from "@/lib/usecases/add-gateway";
import { alertOverdueCuts, OVERDUE_AFTER_MS } from "@/lib/usecases/alert-overdue-cuts";
import { LAST_LINE, peerListOf } from "@/lib/usecases/fetch-peer-list";
import { issueClient } from "@/lib/usecases/issue-client";
import { listActivity } from "@/lib/usecases/list-activity";
import { listGateways } from "@/lib/usecases/list-gateways";
import { makeListCredential } from "@/lib/usecases/make-list-credential";
import { provisionInstance } from "@/lib/usecases/provision-instance";
import { replaceKey, requestKeyReplacement } from "@/lib/usecases/replace-key";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { shortenClient } from "@/lib/usecases/set-client-expiry";
import { suspendClient } from "@/lib/usecases/suspend-client";
import { viewClient } from "@/lib/usecases/view-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { ClientView } from "@/lib/usecases/views";

let kit: Kit;
let nas: ListedTenant;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  nas = await listedInstance(kit);
});

const add = (nickname: string): Promise<ClientView> => {
  kit.clock.advance(150_000);
  return addClient(kit, nas.owner, nas.subscriptionId, nickname);
};
const place = (client: ClientView) => ({ subscriptionId: nas.subscriptionId, clientId: client.id });
const look = (client: ClientView): Promise<ClientView> => viewClient(kit.ports, nas.owner, place(client));

async function fetchWith(credential: string): Promise<string | null> {
  const instance = await findInstanceByListCredential(kit.ports.db.read, tokenHashOf(credential));
  return instance && peerListOf(kit.ports, instance);
}
const fetchList = async (): Promise<string> => (await fetchWith(nas.credential)) ?? "";
const keysIn = (list: string): string[] => [...list.matchAll(/^PublicKey = (.+)$/gm)].map(([, key]) => key!);

test("an instance on a host without an agent is ready at once, by the key that its operator gives, and takes clients without preshared keys", async () => {
  const { instance } = await viewSubscription(kit.ports, nas.owner, { subscriptionId: nas.subscriptionId });
  expect(instance).toMatchObject({ status: "ready", publicKey: nas.publicKey, endpoint: "nas.test:51820", gateway: { fetched: { at: null, revision: null } } });
  const challenge = await requestClientChallenge(kit.ports, nas.owner, { subscriptionId: nas.subscriptionId, nickname: "laptop" });
  expect(challenge.sealTo).toBeNull();
  const input = issueInput(kit, nas.subscriptionId, "laptop", challenge);
  const sealed = issueInput(kit, nas.subscriptionId, "laptop", { sealTo: generateKeyPair(kit.ports.randomBytes).publicKey });
  await expect(issueClient(kit.ports, nas.owner, sealed, proofOf(kit, challenge))).rejects.toMatchObject({ code: "sealed_key_invalid" });
  const { client, configuration } = await issueClient(kit.ports, nas.owner, input, proofOf(kit, challenge));
  expect(client.hasPresharedKey).toBe(false);
  expect(configuration).toMatchObject({ serverPublicKey: nas.publicKey, endpoint: "nas.test:51820" });
});

test("the list has the peers of active clients and nothing else: none that is suspended, expired or revoked, and no key of the host's", async () => {
  const clients = [await add("live"), await add("suspended"), await add("ended"), await add("revoked")] as const;
  const [live, suspended, ended, revoked] = clients;
  await suspendClient(kit.ports, nas.owner, place(suspended));
  await revokeClient(kit.ports, nas.owner, place(revoked));
  await shortenClient(kit.ports, nas.owner, { ...place(ended), expiresAt: new Date(kit.clock.now().getTime() + 3_600_000).toISOString() });
  expect(keysIn(await fetchList())).toEqual([live.publicKey, ended.publicKey]);
  // Its time is over, and no worker has been there yet.
  kit.clock.advance(3_600_001);
  const list = await fetchList();
  expect(keysIn(list)).toEqual([live.publicKey]);
  const [{ revision } = { revision: 0 }] = await kit.sql<{ revision: number }>("SELECT revision::int FROM gateways WHERE id = $1", [nas.gatewayId]);
  expect(list).toBe(
    [`# Instance ${nas.instanceId}, revision ${revision}, ${kit.clock.now().toISOString()}`, "", "[Peer]", `PublicKey = ${live.publicKey}`, `AllowedIPs = ${live.addressV4}/32, ${live.addressV6}/128`, "", LAST_LINE, ""].join("\n"),
  );
});

describe("a revocation", () => {
  test("is never called confirmed: what is known is when the list without it was fetched, and its revision", async () => {
    const client = await add("laptop");
    await fetchList();
    const before = await look(client);
    expect(before).toMatchObject({ enforcement: { status: "delivered" }, gateway: { fetched: { at: kit.clock.now().toISOString() } } });
    kit.clock.advance(5_000);
    await revokeClient(kit.ports, nas.owner, place(client));
    expect(await look(client)).toMatchObject({ enforcement: { status: "pending", deliveredAt: null }, gateway: { fetched: before.gateway.fetched } });
    kit.clock.advance(7_000);
    await fetchList();
    const after = await look(client);
    expect(after.gateway.fetched).toEqual({ at: kit.clock.now().toISOString(), revision: (before.gateway.fetched?.revision ?? 0) + 1 });
    expect(after.enforcement).toMatchObject({ status: "delivered", deliveredAt: kit.clock.now().toISOString(), appliedAt: null, acknowledgedAt: null, tookMs: null });
    kit.clock.advance(60_000);
    await fetchList();
    expect((await look(client)).enforcement).toEqual(after.enforcement);
    const { items } = await listActivity(kit.ports, nas.owner, { subscriptionId: nas.subscriptionId });
    expect(items.map(({ action }) => action)).not.toContain("client.cut");
  });

  test("that isn't fetched for a minute is told by mail; one that was fetched isn't", async () => {
    const olga = await operator(kit);
    const late = async () => (await listGateways(kit.ports, olga)).items.find(({ id }) => id === nas.gatewayId);
    const [one, other] = [await add("one"), await add("other")];
    await revokeClient(kit.ports, nas.owner, place(one));
    expect(await late()).toMatchObject({ pendingCuts: 1 });
    await fetchList();
    kit.clock.advance(OVERDUE_AFTER_MS);
    expect(await alertOverdueCuts(kit.ports)).toBe(0);
    expect(await late()).toMatchObject({ enrolled: false, inSync: false, pendingCuts: 0, fetched: { at: expect.any(String) as string } });
    await revokeClient(kit.ports, nas.owner, place(other));
    kit.clock.advance(OVERDUE_AFTER_MS);
    expect(await alertOverdueCuts(kit.ports)).toBe(1);
    const told = await kit.sql("SELECT template, payload->'agentless' AS agentless FROM outbox_mails WHERE template IN ('cut-overdue', 'gateway-overdue') ORDER BY template");
    expect(told).toEqual([{ template: "cut-overdue", agentless: true }, { template: "gateway-overdue", agentless: true }]);
  });
});

test("a new key takes the old one's place in the next list: nobody there would see its first handshake", async () => {
  const client = await add("laptop");
  kit.clock.advance(150_000);
  const challenge = await requestKeyReplacement(kit.ports, nas.owner, place(client));
  expect(challenge.sealTo).toBeNull();
  const { publicKey } = generateKeyPair(kit.ports.randomBytes);
  await replaceKey(kit.ports, nas.owner, { ...place(client), publicKey, sealedPresharedKey: null }, proofOf(kit, challenge));
  expect(await look(client)).toMatchObject({ publicKey, keyHandover: null, enforcement: { status: "pending" } });
  expect(keysIn(await fetchList())).toEqual([publicKey]);
});

test("T3: a credential fetches one instance's list, not that of another one on the same host", async () => {
  const client = await add("laptop");
  const other = await listedInstance(kit, { host: nas });
  expect(keysIn((await fetchWith(other.credential)) ?? "")).toEqual([]);
  expect((await look(client)).enforcement.status).toBe("pending");
  expect(keysIn(await fetchList())).toEqual([client.publicKey]);
});

describe("the credential", () => {
  test("T18: has 256 random bits, isn't stored, and is noted in the customer's log", async () => {
    expect(nas.credential).toMatch(/^pcl_[A-Za-z0-9_-]{43}$/);
    expect(tablesHolding(await snapshotOf(kit), nas.credential)).toEqual([]);
    const { items } = await listActivity(kit.ports, nas.owner, { subscriptionId: nas.subscriptionId });
    expect(items[0]?.summary).toBe("Made a credential to fetch the clients of NAS with, for a host without an agent.");
  });

  test("that replaces one ends it at once", async () => {
    const { credential } = await makeListCredential(kit.ports, nas.instanceId);
    expect(await fetchWith(nas.credential)).toBeNull();
    expect(await fetchWith(credential)).toContain(LAST_LINE);
  });

  test("isn't made for an instance whose gateway has an agent, or for none", async () => {
    const acme = await makeTenant(kit);
    for (const id of [acme.instanceId, kit.ports.newId(), "x"]) await expect(makeListCredential(kit.ports, id)).rejects.toMatchObject({ code: "bad_request" });
  });
});

test("a gateway has an agent or has none: no token for one without, no public key for one with, and a name is taken once", async () => {
  await expect(addGateway(kit.ports, { name: nas.gatewayName, endpointHost: "nas.test" })).rejects.toMatchObject({ code: "bad_request", facts: { field: "name" } });
  await expect(addAgentlessGateway(kit.ports, { name: nas.gatewayName, endpointHost: "nas.test" })).rejects.toMatchObject({ code: "bad_request", facts: { field: "name" } });
  const withAgent = await makeGateway(kit);
  const { subscriptionId } = await emptySubscription(kit);
  const input = { subscriptionId, name: "x", subnetV4: "10.78.0.0/24" };
  await expect(provisionInstance(kit.ports, { ...input, gatewayId: withAgent.id, publicKey: nas.publicKey })).rejects.toMatchObject({ code: "bad_request", facts: { field: "publicKey" } });
  await expect(provisionInstance(kit.ports, { ...input, gatewayId: nas.gatewayId })).rejects.toMatchObject({ code: "bad_request", facts: { field: "publicKey" } });
  await expect(provisionInstance(kit.ports, { ...input, gatewayId: nas.gatewayId, publicKey: "x" })).rejects.toMatchObject({ code: "public_key_invalid" });
  expect(await provisionInstance(kit.ports, { ...input, gatewayId: nas.gatewayId, publicKey: nas.publicKey })).toMatchObject({ listenPort: 51821 });
});
