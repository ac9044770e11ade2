/** Replacing a key in place: same client, same addresses, and never two keys longer than said. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { KEY_HANDOVER_MS } from "@/lib/core/client-keys";
import { parsePublicKey } from "@/lib/core/keys";
import { readDelta } from "@/lib/db/gateway-state";
import { toHex, digestOf, type DigestElement } from "@/lib/protocol/digest";
import type { Peer } from "@/lib/protocol/messages";
import { digestOfState } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, issueInput, makeTenant, prepareIssue, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { takeReport } from "@/lib/usecases/gateway-report";
import { endHandovers, replaceKey, requestKeyReplacement } from "@/lib/usecases/replace-key";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { suspendClient } from "@/lib/usecases/suspend-client";
import type { ClientView } from "@/lib/usecases/views";

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

async function prepare(as: Actor, client: { id: string }, publicKey?: string) {
  const challenge = await requestKeyReplacement(kit.ports, as, input(client.id));
  const made = issueInput(kit, acme.subscriptionId, "x", challenge);
  const keys = { ...input(client.id), publicKey: publicKey ?? made.publicKey, sealedPresharedKey: made.sealedPresharedKey };
  const proof = proofOf(kit, challenge);
  return { keys, proof, send: () => replaceKey(kit.ports, as, keys, proof) };
}

/** The client's peers as the gateway is to hold them; and that the digest it must have is of just what it is to hold. */
async function peersOf({ id }: { id: string }): Promise<Peer[]> {
  const state = await acme.gateway.fetch();
  const [row] = await kit.sql<{ digest: string }>("SELECT wanted_digest::text AS digest FROM gateways WHERE id = $1", [acme.gateway.id]);
  expect(row?.digest).toBe(BigInt(`0x${digestOfState(state)}`).toString(2).padStart(256, "0"));
  return state.instances.flatMap(({ peers }) => peers).filter(({ clientId }) => clientId === id);
}

async function shakeHands(publicKey: string, by: Tenant = acme): Promise<void> {
  const state = await by.gateway.fetch();
  const peers = [{ instanceId: acme.instanceId, publicKey, endpoint: "192.0.2.7:51820", latestHandshakeSecondsAgo: 0, receivedBytes: 92, sentBytes: 148 }];
  await takeReport(kit.ports, by.gateway, { revision: state.revision, digest: digestOfState(state), peers, repairs: [] }, null);
}

const addresses = ({ addressV4, addressV6 }: ClientView): string[] => [`${addressV4}/32`, `${addressV6}/128`];

/** What a device that applied every delta since `since` would hold of the client, and its digest beside the full state's. */
async function follow(since: number, held: Map<string, Peer>): Promise<number> {
  const delta = await readDelta(kit.ports.db.read, acme.gateway.id, since, kit.clock.now());
  if (delta?.kind !== "delta") throw new Error("There is no delta.");
  for (const change of delta.changes) {
    if (change.kind === "peer") held.set(change.peer.publicKey, change.peer);
    if (change.kind === "peer-removed") held.delete(change.publicKey);
  }
  return delta.revision;
}

describe("a new key", () => {
  test("waits beside the old one, which keeps the addresses, until it shakes hands; then it has them, and the old one is cut", async () => {
    const client = await addClient(kit, ada, acme.subscriptionId, "laptop");
    await acme.gateway.sync();
    const { keys, send } = await prepare(ada, client);
    const { client: after, configuration } = await send();
    expect(after).toMatchObject({ id: client.id, publicKey: client.publicKey, addressV4: client.addressV4, keyHandover: { endsAt: new Date(kit.clock.now().getTime() + KEY_HANDOVER_MS).toISOString() } });
    expect(configuration.addresses).toEqual(addresses(client));
    expect((await peersOf(client)).map(({ publicKey, allowedIps, expiresAt }) => ({ publicKey, allowedIps, expiresAt }))).toEqual([
      { publicKey: client.publicKey, allowedIps: addresses(client), expiresAt: after.keyHandover?.endsAt },
      { publicKey: keys.publicKey, allowedIps: [], expiresAt: null },
    ]);

    await shakeHands(keys.publicKey);
    expect((await peersOf(client)).map(({ publicKey, allowedIps, expiresAt }) => ({ publicKey, allowedIps, expiresAt }))).toEqual([{ publicKey: keys.publicKey, allowedIps: addresses(client), expiresAt: null }]);
    await acme.gateway.sync();
    expect(await kit.sql("SELECT action FROM audit_events WHERE subject_id = $1 ORDER BY seq", [client.id])).toEqual(["client.issued", "client.rekeyed", "client.key_took_over"].map((action) => ({ action })));
    expect(await kit.sql("SELECT FROM outbox_mails WHERE recipient = $1 AND template = 'client-rekeyed'", [ada.email])).toHaveLength(1);
  });

  test("takes over after a day at the latest, connected or not, once, however many processes look", async () => {
    const client = await addClient(kit, ada, acme.subscriptionId, "in a drawer");
    const { keys, send } = await prepare(ada, client);
    await send();
    kit.clock.advance(KEY_HANDOVER_MS - 1);
    expect(await endHandovers(kit.ports)).toBe(0);
    kit.clock.advance(1);
    const counts = await Promise.all([endHandovers(kit.ports), endHandovers(kit.ports), endHandovers(kit.ports)]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect((await peersOf(client)).map(({ publicKey }) => publicKey)).toEqual([keys.publicKey]);
    await kit.sql("UPDATE sessions SET last_seen_at = $1, expires_at = $2", [kit.clock.now(), new Date(kit.clock.now().getTime() + 10 * 24 * 3_600_000)]);
  });

  test("that is replaced before it connected is gone; the newest one takes over", async () => {
    const client = await addClient(kit, ada, acme.subscriptionId, "second thoughts");
    const [first, second] = [await prepare(ada, client), await prepare(ada, client)];
    await first.send();
    await second.send();
    expect((await peersOf(client)).map(({ publicKey }) => publicKey)).toEqual([client.publicKey, second.keys.publicKey]);
    await shakeHands(first.keys.publicKey);
    expect((await peersOf(client)).map(({ publicKey }) => publicKey)).toEqual([client.publicKey, second.keys.publicKey]);
    await shakeHands(second.keys.publicKey);
    expect((await peersOf(client)).map(({ publicKey }) => publicKey)).toEqual([second.keys.publicKey]);
  });

  test("of a client that is off the device has it at once; a suspension takes both keys off and a resumption would bring both", async () => {
    const client = await addClient(kit, ada, acme.subscriptionId, "suspended");
    await suspendClient(kit.ports, ada, input(client.id));
    const { keys, send } = await prepare(ada, client);
    expect((await send()).client).toMatchObject({ state: "suspended", publicKey: keys.publicKey, keyHandover: null });
    const other = await addClient(kit, ada, acme.subscriptionId, "both");
    await (await prepare(ada, other)).send();
    expect(await peersOf(other)).toHaveLength(2);
    await suspendClient(kit.ports, ada, input(other.id));
    expect(await peersOf(other)).toEqual([]);
  });

  test("goes with the client when it is revoked: both keys are cut in one revision", async () => {
    const client = await addClient(kit, ada, acme.subscriptionId, "stolen");
    await (await prepare(ada, client)).send();
    await revokeClient(kit.ports, acme.owner, input(client.id));
    expect(await peersOf(client)).toEqual([]);
    await expect(requestKeyReplacement(kit.ports, ada, input(client.id))).rejects.toMatchObject({ code: "client_final" });
  });

  test("is told in deltas as it is in full: a device that follows holds the same at every step", async () => {
    const client = await addClient(kit, ada, acme.subscriptionId, "followed");
    const { revision: start, instances } = await acme.gateway.fetch();
    const held = new Map(instances.flatMap(({ peers }) => peers).map((peer) => [peer.publicKey, peer]));
    let at = start;
    const same = async () => {
      at = await follow(at, held);
      const state = await acme.gateway.fetch();
      const own = state.instances.find(({ instanceId }) => instanceId === acme.instanceId);
      const elements: DigestElement[] = [...held.values()].map(({ publicKey, allowedIps, sealedPresharedKey }) => ({ kind: "peer", instanceId: acme.instanceId, publicKey, allowedIps, hasPresharedKey: sealedPresharedKey !== null }));
      expect(toHex(digestOf([{ kind: "instance", instanceId: acme.instanceId, listenPort: own?.listenPort ?? 0, addresses: own?.addresses ?? [] }, ...elements]))).toBe(digestOfState(state));
    };
    const [first, second] = [await prepare(ada, client), await prepare(ada, client)];
    await first.send();
    await same();
    await second.send();
    await same();
    await shakeHands(second.keys.publicKey);
    await same();
    await revokeClient(kit.ports, ada, input(client.id));
    await same();
  });
});

describe("what is refused", () => {
  test("a key that is, waits to be, or ever was a client's, also the client's own old one (one key, one machine)", async () => {
    const client = await addClient(kit, ada, acme.subscriptionId, "unique");
    const other = await addClient(kit, acme.owner, acme.subscriptionId, "other");
    const first = await prepare(ada, client);
    await first.send();
    await shakeHands(first.keys.publicKey);
    const waiting = await prepare(acme.owner, other);
    await waiting.send();
    for (const taken of [client.publicKey, first.keys.publicKey, other.publicKey, waiting.keys.publicKey]) {
      const before = await snapshotOf(kit);
      const { send } = await prepare(ada, client, taken);
      await expect(send()).rejects.toMatchObject({ code: "public_key_in_use" });
      expect(changedTables(before, await snapshotOf(kit)).filter((table) => !["step_up_challenges", "outbox_mails"].includes(table))).toEqual([]);
    }
    const again = await prepareIssue(kit, ada, acme.subscriptionId, "reuse");
    for (const taken of [client.publicKey, waiting.keys.publicKey]) {
      const { input: wanted, proof } = await prepareIssue(kit, ada, acme.subscriptionId, "reuse");
      const { issueClient } = await import("@/lib/usecases/issue-client");
      await expect(issueClient(kit.ports, ada, { ...wanted, publicKey: taken }, proof)).rejects.toMatchObject({ code: "public_key_in_use" });
    }
    await again.issue();
    const { publicKey } = (await kit.sql<{ publicKey: Buffer }>('SELECT public_key AS "publicKey" FROM instances WHERE id = $1', [acme.instanceId]))[0] ?? {};
    await expect((await prepare(ada, client, parsePublicKey(publicKey?.toString("base64") ?? ""))).send()).rejects.toMatchObject({ code: "public_key_invalid" });
  });

  test("T11: a proof for one client's key is none for another's, nor for anything else; spent once; sent again it gets the same answer", async () => {
    const [one, other] = [await addClient(kit, ada, acme.subscriptionId, "one"), await addClient(kit, ada, acme.subscriptionId, "two")];
    const { keys, proof, send } = await prepare(ada, one);
    await expect(replaceKey(kit.ports, ada, { ...keys, clientId: other.id }, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    expect(new Set(answers.map(({ client }) => client.keyHandover?.since)).size).toBe(1);
    expect(await kit.sql("SELECT FROM audit_events WHERE subject_id = $1 AND action = 'client.rekeyed'", [one.id])).toHaveLength(1);
    const another = issueInput(kit, acme.subscriptionId, "x", await requestKeyReplacement(kit.ports, ada, input(one.id)));
    await expect(replaceKey(kit.ports, ada, { ...keys, publicKey: another.publicKey }, proof)).rejects.toMatchObject({ code: "step_up_spent" });
  });

  test("T3, T13: a colleague's client, an admin's wish for it, an operator's, a stranger's; and another gateway's word for a handshake", async () => {
    const client = await addClient(kit, ada, acme.subscriptionId, "mine");
    const globex = await makeTenant(kit, { name: "globex" });
    for (const who of [acme.owner, await addMember(kit, acme, "admin"), await addMember(kit, acme, "member"), globex.owner]) {
      await expect(requestKeyReplacement(kit.ports, who, input(client.id))).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(requestKeyReplacement(kit.ports, await operator(kit), input(client.id))).rejects.toMatchObject({ code: "forbidden" });
    const { keys, send } = await prepare(ada, client);
    await send();
    await shakeHands(keys.publicKey, globex);
    expect((await peersOf(client)).map(({ publicKey }) => publicKey)).toEqual([client.publicKey, keys.publicKey]);
  });
});
