/** In which order the device is told: whatever comes in one go, what takes access away is done before anything is given or set up. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Enforcer, type EnforcerParts } from "@/agent/enforcer";
import { type WantedState, applyDelta, peersInForce, wantedStateOf } from "@/agent/reconcile";
import type { Change, Instance, Peer } from "@/lib/protocol/messages";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const PAST = "2026-11-22T11:59:59.999Z";
const FUTURE = "2026-11-22T12:00:00.001Z";
const IDS = ["a", "b", "c"].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const KEYS = ["A", "B", "C", "D"].map((letter) => `${letter.repeat(42)}A=`);

interface Step {
  act: "cut" | "destroy" | "ensure" | "set";
  interfaceName: string;
  publicKeys: string[];
}

/** A host in memory: interfaces with peers, and all that it was told to change. */
class FakeHost {
  readonly interfaces = new Map<string, Map<string, string>>();
  readonly steps: Step[] = [];
  private readonly made = new Map<string, string>();

  readonly parts = {
    device: {
      read: async (name: string) => {
        const peers = this.interfaces.get(name);
        return peers === undefined ? null : { peers: readings(peers) };
      },
      ensure: async ({ interfaceName }: { interfaceName: string }) => {
        if (!this.interfaces.has(interfaceName)) this.interfaces.set(interfaceName, new Map());
        this.steps.push({ act: "ensure", interfaceName, publicKeys: [] });
        return readings(this.interfaces.get(interfaceName)!);
      },
      removePeers: async (interfaceName: string, publicKeys: string[]) => {
        for (const publicKey of publicKeys) this.interfaces.get(interfaceName)!.delete(publicKey);
        if (publicKeys.length > 0) this.steps.push({ act: "cut", interfaceName, publicKeys });
      },
      setPeers: async (interfaceName: string, peers: { publicKey: string; allowedIps: string[] }[]) => {
        for (const { publicKey, allowedIps } of peers) this.interfaces.get(interfaceName)!.set(publicKey, allowedIps.join());
        if (peers.length > 0) this.steps.push({ act: "set", interfaceName, publicKeys: peers.map(({ publicKey }) => publicKey) });
      },
      destroy: async (interfaceName: string) => {
        this.interfaces.delete(interfaceName);
        this.steps.push({ act: "destroy", interfaceName, publicKeys: [] });
      },
    },
    keys: {
      entries: () => [...this.made].map(([instanceId, interfaceName]) => [instanceId, { interfaceName }]),
      get: (instanceId: string) => this.made.has(instanceId) ? { interfaceName: this.made.get(instanceId) } : undefined,
      ensure: async (instanceId: string, interfaceName: string) => void this.made.set(instanceId, interfaceName),
      forget: async (instanceId: string) => void this.made.delete(instanceId),
    },
    presharedKeys: { forDevice: async (peers: Peer[]) => peers.map(({ publicKey, allowedIps }) => ({ publicKey, presharedKey: null, allowedIps })) },
    hooks: { up: () => undefined, down: () => undefined },
    log: () => undefined,
    monotonicNow: () => 0,
  } as unknown as EnforcerParts;
}

const readings = (peers: Map<string, string>) => [...peers].map(([publicKey, allowedIps]) => ({ publicKey, presharedKey: null, allowedIps: allowedIps.split(",") }));

const nameOf = (instanceId: string): string => `pc-${instanceId.slice(0, 8)}`;
const peer: fc.Arbitrary<Peer> = fc.record({
  clientId: fc.constant(IDS[0]!),
  publicKey: fc.constantFrom(...KEYS),
  sealedPresharedKey: fc.constant(null),
  allowedIps: fc.constantFrom("10.8.0.2/32", "10.8.0.3/32").map((network) => [network]),
  expiresAt: fc.constantFrom(null, PAST, FUTURE),
});
const instance: fc.Arbitrary<Instance> = fc.record({
  instanceId: fc.constantFrom(...IDS),
  listenPort: fc.constantFrom(20_001, 20_002),
  peers: fc.uniqueArray(peer, { selector: ({ publicKey }) => publicKey }),
}).map(({ instanceId, ...rest }) => ({ instanceId, interfaceName: nameOf(instanceId), addresses: ["10.8.0.1/24"], mtu: null, ...rest }));
const instances = fc.uniqueArray(instance, { selector: ({ instanceId }) => instanceId });
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("peer" as const), instanceId: fc.constantFrom(...IDS), peer }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("peer-removed" as const), instanceId: fc.constantFrom(...IDS), clientId: fc.constant(IDS[0]!), publicKey: fc.constantFrom(...KEYS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("instance" as const), instance }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("instance-removed" as const), instanceId: fc.constantFrom(...IDS) }) },
);

/** Those of unknown instances left out: a delta that has one is refused as a whole. */
function possible(wanted: WantedState, changes: Change[]): Change[] {
  const known = new Set(wanted.instances.keys());
  return changes.filter((one) => {
    if (one.kind === "instance") known.add(one.instance.instanceId);
    if (one.kind === "instance-removed") known.delete(one.instanceId);
    return one.kind !== "peer" || known.has(one.instanceId);
  });
}

const inForce = (wanted: WantedState) => new Map([...wanted.instances.values()].map((one) => [one.settings.interfaceName, new Map(peersInForce(one).map(({ publicKey, allowedIps }) => [publicKey, allowedIps.join()]))]));

/** Once something was set up or given, nothing more is taken away; and what is neither wanted nor in time was given at no moment. */
function expectCutsFirst(steps: Step[], wanted: WantedState): void {
  const given = steps.findIndex(({ act }) => act === "ensure" || act === "set");
  const after = given < 0 ? [] : steps.slice(given);
  expect(after.filter(({ act }) => act === "cut" || act === "destroy")).toEqual([]);
  const gone = steps.findIndex(({ act }) => act === "destroy");
  if (gone >= 0) expect(steps.slice(gone).filter(({ act }) => act === "cut")).toEqual([]);
  const right = inForce(wanted);
  for (const { interfaceName, publicKeys } of steps.filter(({ act }) => act === "set")) for (const publicKey of publicKeys) expect(right.get(interfaceName)?.has(publicKey)).toBe(true);
}

async function startedWith(found: Instance[]): Promise<{ host: FakeHost; wanted: WantedState; enforcer: Enforcer }> {
  const host = new FakeHost();
  const wanted = wantedStateOf(1, found, NOW);
  const enforcer = new Enforcer(host.parts, wanted);
  await enforcer.completeAll();
  host.steps.length = 0;
  return { host, wanted, enforcer };
}

test("of one delta, whatever the order of its changes: cuts, then instances that go, then all the rest", async () => {
  await fc.assert(
    fc.asyncProperty(instances, fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 3 }), async (found, deltas) => {
      const { host, wanted, enforcer } = await startedWith(found);
      for (const changes of deltas) {
        host.steps.length = 0;
        await enforcer.change(() => applyDelta(wanted, { from: wanted.revision, revision: wanted.revision + 1, changes: possible(wanted, changes) }, NOW));
        expectCutsFirst(host.steps, wanted);
        expect(host.interfaces).toEqual(inForce(wanted));
      }
    }),
    { numRuns: 300 },
  );
});

test("of a full state likewise, also where the device has peers that nobody wanted, or lost what it had", async () => {
  await fc.assert(
    fc.asyncProperty(instances, instances, fc.constantFrom(...KEYS), fc.boolean(), async (found, next, intruder, rebooted) => {
      const { host, wanted, enforcer } = await startedWith(found);
      if (rebooted) host.interfaces.clear();
      else for (const peers of host.interfaces.values()) peers.set(intruder, "10.8.0.66/32");
      await enforcer.cutAll(async () => {
        wanted.instances = wantedStateOf(2, next, NOW).instances;
      });
      await enforcer.completeAll();
      expectCutsFirst(host.steps, wanted);
      expect(host.interfaces).toEqual(inForce(wanted));
    }),
    { numRuns: 300 },
  );
});
