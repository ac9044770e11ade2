/** What a gateway is told: the digest, the full state and every delta agree, in any sequence of changes. */
import * as fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { MAX_CHANGES_PER_DELTA } from "@/lib/protocol/limits";
import { stateResponseSchema, type StateResponse } from "@/lib/protocol/messages";
import { fromBits, toHex } from "@/lib/protocol/digest";
import type { Wakeups } from "@/lib/db/wakeups";
import { digestOfState, makeGateway, type FullState, type TestGateway } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { addClient, makeTenant, prepareIssue, type Tenant } from "@/lib/testing/tenancy";
import { waitForGatewayState } from "@/lib/usecases/gateway-state";
import { revokeClient } from "@/lib/usecases/revoke-client";

let kit: Kit;
let wakeups: Wakeups;

beforeAll(async () => {
  kit = await openKit();
  wakeups = await kit.listener();
});
afterAll(() => kit.close());
afterEach(() => void vi.useRealTimers());

const stateSince = (gateway: TestGateway, since: number | null, wait = 0): Promise<StateResponse> =>
  waitForGatewayState({ ...kit.ports, wakeups }, gateway, { since, wait }, new AbortController().signal);

const wantedDigest = async (gateway: TestGateway): Promise<string> => {
  const [row] = await kit.sql<{ wanted_digest: string }>("SELECT wanted_digest::text FROM gateways WHERE id = $1", [gateway.id]);
  return toHex(fromBits(row?.wanted_digest ?? ""));
};

/** A state as a set: neither instances nor peers have an order. */
const comparable = (state: FullState) =>
  Object.fromEntries(state.instances.map(({ peers, ...instance }) => [instance.instanceId, { ...instance, peers: Object.fromEntries(peers.map((peer) => [peer.clientId, peer])) }]));

/** As an agent applies it (docs/gateway-protocol.md). */
function apply(base: FullState, answer: StateResponse): FullState {
  if (answer.kind === "full") return answer;
  const instances = structuredClone(base.instances);
  if (answer.kind === "delta") {
    for (const change of answer.changes) {
      if (change.kind !== "peer" && change.kind !== "peer-removed") throw new Error(`Not expected: ${change.kind}`);
      const instance = instances.find(({ instanceId }) => instanceId === change.instanceId);
      if (!instance) throw new Error("A change of an instance that the gateway doesn't have.");
      const clientId = change.kind === "peer" ? change.peer.clientId : change.clientId;
      instance.peers = instance.peers.filter((peer) => peer.clientId !== clientId);
      if (change.kind === "peer") instance.peers.push(change.peer);
    }
  }
  return { kind: "full", revision: answer.revision, instances };
}

type Step = { kind: "issue" | "revoke"; which: number } | { kind: "provision" };

const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("issue" as const), which: fc.nat(5) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("revoke" as const), which: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.constant({ kind: "provision" as const }) },
  ),
  { minLength: 6, maxLength: 14 },
);

test("in any sequence of changes the digest is that of the full state, and every earlier state with its delta is the present one", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const gateway = await makeGateway(kit);
      const tenants: Tenant[] = [await makeTenant(kit, { gateway })];
      const live: { tenant: Tenant; clientId: string }[] = [];
      const history: FullState[] = [await gateway.fetch()];
      for (const step of sequence) {
        kit.clock.advance(150_000);
        if (step.kind === "provision") {
          tenants.push(await makeTenant(kit, { gateway }));
        } else if (step.kind === "issue") {
          const tenant = tenants[step.which % tenants.length]!;
          live.push({ tenant, clientId: (await addClient(kit, tenant.owner, tenant.subscriptionId, "machine")).id });
        } else {
          const [gone] = live.splice(step.which, 1);
          if (!gone) continue;
          await revokeClient(kit.ports, gone.tenant.owner, { subscriptionId: gone.tenant.subscriptionId, clientId: gone.clientId });
        }
        const now = await gateway.fetch();
        expect(stateResponseSchema.parse(now)).toEqual(now);
        expect(now.instances.flatMap(({ peers }) => peers.map(({ clientId }) => clientId)).sort()).toEqual(live.map(({ clientId }) => clientId).sort());
        expect(await wantedDigest(gateway)).toBe(digestOfState(now));
        history.push(now);
      }
      const present = history.at(-1)!;
      for (const earlier of history) {
        const answer = await stateSince(gateway, earlier.revision);
        expect(stateResponseSchema.parse(answer)).toEqual(answer);
        expect(answer.kind).not.toBe(earlier.revision === present.revision ? "delta" : "unchanged");
        const reached = apply(earlier, answer);
        expect(reached.revision).toBe(present.revision);
        expect(comparable(reached)).toEqual(comparable(present));
      }
    }),
    { numRuns: 6, seed: 20270301 },
  );
});

describe("a delta", () => {
  test("names each client once, in its present state", async () => {
    const tenant = await makeTenant(kit);
    const { revision } = await tenant.gateway.fetch();
    const kept = await addClient(kit, tenant.owner, tenant.subscriptionId, "kept");
    const gone = await addClient(kit, tenant.owner, tenant.subscriptionId, "gone");
    await revokeClient(kit.ports, tenant.owner, { subscriptionId: tenant.subscriptionId, clientId: gone.id });
    const answer = await stateSince(tenant.gateway, revision);
    expect(answer).toMatchObject({ kind: "delta", from: revision, revision: revision + 3 });
    expect(answer.kind === "delta" && answer.changes.map((change) => change.kind).sort()).toEqual(["peer", "peer-removed"]);
    expect(answer.kind === "delta" && answer.changes).toEqual(
      expect.arrayContaining([
        { kind: "peer-removed", instanceId: tenant.instanceId, clientId: gone.id, publicKey: gone.publicKey },
        { kind: "peer", instanceId: tenant.instanceId, peer: expect.objectContaining({ clientId: kept.id, allowedIps: [`${kept.addressV4}/32`, `${kept.addressV6}/128`] }) },
      ]),
    );
  });

  test("of a revision that the gateway can't have yet, or of more changes than one may hold, is a full state", async () => {
    const tenant = await makeTenant(kit);
    const { revision } = await tenant.gateway.fetch();
    expect((await stateSince(tenant.gateway, revision + 1)).kind).toBe("full");
    expect((await stateSince(tenant.gateway, Number.MAX_SAFE_INTEGER)).kind).toBe("full");

    // One client that changed more often than a delta may say, and one that came after all that.
    const busy = await addClient(kit, tenant.owner, tenant.subscriptionId, "busy");
    await kit.sql(
      `INSERT INTO gateway_changes (gateway_id, revision, instance_id, client_id, digest, requested_at, committed_at)
       SELECT g.id, g.revision + n, $2, $3, g.wanted_digest, now(), now() FROM gateways g, generate_series(1, $4) n WHERE g.id = $1`,
      [tenant.gateway.id, tenant.instanceId, busy.id, MAX_CHANGES_PER_DELTA],
    );
    await kit.sql("UPDATE gateways SET revision = revision + $2 WHERE id = $1", [tenant.gateway.id, MAX_CHANGES_PER_DELTA]);
    const late = await addClient(kit, tenant.owner, tenant.subscriptionId, "late");
    const answer = await stateSince(tenant.gateway, revision);
    expect(answer.kind).toBe("full");
    expect(answer.kind === "full" && answer.instances.flatMap(({ peers }) => peers.map(({ clientId }) => clientId)).sort()).toEqual([busy.id, late.id].sort());
  });
});

test("T3: a gateway is told of its own instances alone", async () => {
  const [one, other] = [await makeTenant(kit), await makeTenant(kit)];
  await addClient(kit, one.owner, one.subscriptionId, "machine");
  const state = await other.gateway.fetch();
  expect(state.instances.map(({ instanceId }) => instanceId)).toEqual([other.instanceId]);
  expect(state.instances.flatMap(({ peers }) => peers)).toEqual([]);
});

describe("a request that waits", () => {
  test("is answered by the commit of the change it waits for, and not only when it would have looked again", async () => {
    const tenant = await makeTenant(kit);
    const { issue } = await prepareIssue(kit, tenant.owner, tenant.subscriptionId, "machine");
    const { revision } = await tenant.gateway.fetch();
    // No timer runs out: only the wake-up is left.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const waiting = stateSince(tenant.gateway, revision, 30);
    while (vi.getTimerCount() === 0) await new Promise((resolve) => void setImmediate(resolve));
    const { client } = await issue();
    expect(await waiting).toMatchObject({ kind: "delta", from: revision, changes: [{ kind: "peer", peer: { clientId: client.id } }] });
  });

  test("is answered when the wake-up connection, lost before the commit, is made again, and not only when it would have looked again", async () => {
    const tenant = await makeTenant(kit);
    const { issue } = await prepareIssue(kit, tenant.owner, tenant.subscriptionId, "machine");
    const { revision } = await tenant.gateway.fetch();
    const listening = async () => (await kit.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE application_name = 'portcullis wake-ups' AND datname = current_database()")).map(({ pid }) => pid);
    const others = await listening();
    let lose: () => void = () => {};
    const lost = new Promise<void>((resolve) => (lose = resolve));
    const own = await kit.listener(() => lose());
    const pids = (await listening()).filter((pid) => !others.includes(pid));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let answered = false;
    const waiting = waitForGatewayState({ ...kit.ports, wakeups: own }, tenant.gateway, { since: revision, wait: 30 }, new AbortController().signal).finally(() => (answered = true));
    while (vi.getTimerCount() === 0) await new Promise((resolve) => void setImmediate(resolve));
    await kit.sql("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", [pids]);
    await lost;
    const { client } = await issue();
    expect(answered).toBe(false);
    // It tries again after half a second; the look that would find the change anyway is seconds away.
    vi.advanceTimersByTime(500);
    expect(await waiting).toMatchObject({ kind: "delta", from: revision, changes: [{ kind: "peer", peer: { clientId: client.id } }] });
  });

  test("is answered at once when the agent hangs up, and says that nothing changed", async () => {
    const tenant = await makeTenant(kit);
    const { revision } = await tenant.gateway.fetch();
    const hangUp = new AbortController();
    const waiting = waitForGatewayState({ ...kit.ports, wakeups }, tenant.gateway, { since: revision, wait: 30 }, hangUp.signal);
    hangUp.abort();
    expect(await waiting).toEqual({ kind: "unchanged", revision });
  });
});
