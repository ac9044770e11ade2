import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeltaMismatch, type Plan, type WantedState, applyDelta, instancesOf, lapse, nextExpiry, peersInForce, wantedStateOf } from "@/agent/reconcile";
import { golden } from "@/lib/protocol/golden";
import { type Change, type Instance, type Peer, stateResponseSchema } from "@/lib/protocol/messages";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const PAST = "2026-11-22T11:59:59.999Z";
const FUTURE = "2026-11-22T12:00:00.001Z";

const full = stateResponseSchema.parse(golden.stateFull);
const delta = stateResponseSchema.parse(golden.stateDelta);
if (full.kind !== "full" || delta.kind !== "delta") throw new Error("The golden states are of other kinds.");
const [one, other] = full.instances as [Instance, Instance];
const [keyed, plain] = one.peers as [Peer, Peer];

const state = (...instances: Instance[]): WantedState => wantedStateOf(41, structuredClone(instances), NOW);
const apply = (wanted: WantedState, ...changes: Change[]): Plan => applyDelta(wanted, { from: wanted.revision, revision: wanted.revision + 1, changes }, NOW);
const peerChange = (peer: Peer): Change => ({ kind: "peer", instanceId: one.instanceId, peer });
const removal = ({ clientId, publicKey }: Peer): Change => ({ kind: "peer-removed", instanceId: one.instanceId, clientId, publicKey });
const nothing: Plan = { cut: [], destroy: [], settle: [], set: [] };
const at = { instanceId: one.instanceId, interfaceName: one.interfaceName };

describe("a delta becomes commands for the device", () => {
  test("the golden delta on the golden full state: one removal, one addition, one instance to settle, one to destroy", () => {
    const wanted = state(one, other);
    expect(applyDelta(wanted, delta, NOW)).toEqual({
      cut: [{ instanceId: other.instanceId, interfaceName: other.interfaceName, peers: [other.peers[0]!.publicKey] }],
      destroy: ["d1f03b96-72c4-4ae8-95b7-6e08a2d4c31f"],
      settle: [one.instanceId],
      set: [{ instanceId: other.instanceId, interfaceName: other.interfaceName, peers: [expect.objectContaining({ publicKey: plain.publicKey })] }],
    });
    expect(wanted.revision).toBe(44);
  });

  test("a removed peer is cut, even one that the agent never knew", () => {
    expect(apply(state(one), removal(plain))).toEqual({ ...nothing, cut: [{ ...at, peers: [plain.publicKey] }] });
    expect(apply(state({ ...one, peers: [] }), removal(plain))).toEqual({ ...nothing, cut: [{ ...at, peers: [plain.publicKey] }] });
  });

  test("a peer that changes in nothing that the device holds leaves the device alone", () => {
    const reordered = { ...plain, allowedIps: plain.allowedIps.toReversed(), expiresAt: FUTURE };
    expect(apply(state(one), peerChange(reordered))).toEqual(nothing);
  });

  test.each([
    ["addresses", { allowedIps: ["10.8.0.77/32"] }],
    ["preshared key", { sealedPresharedKey: keyed.sealedPresharedKey }],
  ])("a peer whose %s change is set anew", (_, change) => {
    const changed = { ...plain, ...change };
    expect(apply(state(one), peerChange(changed)).set).toEqual([{ ...at, peers: [changed] }]);
  });

  test("a peer that comes expired is not added, one that expires by a change is cut, one that is extended comes back", () => {
    const expired = { ...plain, expiresAt: PAST };
    const wanted = state({ ...one, peers: [keyed] });
    expect(apply(wanted, peerChange(expired))).toEqual(nothing);
    expect(apply(wanted, peerChange({ ...keyed, expiresAt: NOW.toISOString() })).cut).toEqual([{ ...at, peers: [keyed.publicKey] }]);
    expect(apply(wanted, peerChange({ ...keyed, expiresAt: FUTURE })).set).toEqual([{ ...at, peers: [{ ...keyed, expiresAt: FUTURE }] }]);
  });

  test("peers of an instance that is settled or removed as a whole get no commands of their own", () => {
    const gone: Change = { kind: "instance-removed", instanceId: one.instanceId };
    expect(apply(state(one), removal(plain), gone)).toEqual({ ...nothing, destroy: [one.instanceId] });
    expect(apply(state(one), removal(plain), { kind: "instance", instance: one })).toEqual({ ...nothing, settle: [one.instanceId] });
  });

  test("a delta from another revision, or for an unknown instance, is refused and changes nothing", () => {
    const wanted = state(one);
    const before = structuredClone(wanted);
    expect(() => applyDelta(wanted, { ...delta, from: 40 }, NOW)).toThrow(DeltaMismatch);
    expect(() => apply(wanted, removal(plain), { ...peerChange(plain), instanceId: other.instanceId } as Change)).toThrow(DeltaMismatch);
    expect(wanted).toEqual(before);
  });
});

describe("expiry", () => {
  test("cuts each peer once, when its time is over, and keeps it cut if the clock goes back", () => {
    const wanted = wantedStateOf(1, [{ ...one, peers: [{ ...keyed, expiresAt: FUTURE }, plain] }], NOW);
    expect(lapse(wanted, NOW)).toEqual(nothing);
    expect(nextExpiry(wanted)).toEqual(new Date(FUTURE));
    expect(lapse(wanted, new Date(FUTURE)).cut).toEqual([{ ...at, peers: [keyed.publicKey] }]);
    expect(lapse(wanted, new Date(FUTURE))).toEqual(nothing);
    expect(lapse(wanted, NOW)).toEqual(nothing);
    expect(peersInForce(wanted.instances.get(one.instanceId)!)).toEqual([plain]);
    expect(nextExpiry(wanted)).toEqual(new Date(plain.expiresAt!));
  });

  test("of a state that comes with expired peers counts them from the start", () => {
    const wanted = wantedStateOf(1, [{ ...one, peers: [{ ...keyed, expiresAt: PAST }, { ...plain, expiresAt: null }] }], NOW);
    expect(peersInForce(wanted.instances.get(one.instanceId)!).map(({ publicKey }) => publicKey)).toEqual([plain.publicKey]);
    expect(nextExpiry(wanted)).toBeNull();
  });
});

test("peers that a new full state repeats stay the same objects, so that their opened keys are kept", () => {
  const wanted = state(one);
  const again = wantedStateOf(50, structuredClone([{ ...one, peers: [keyed, { ...plain, allowedIps: ["10.8.0.9/32"] }] }]), NOW, wanted);
  const objects = (from: WantedState): Peer[] => [...from.instances.get(one.instanceId)!.peers.values()];
  expect(objects(again)[0]).toBe(objects(wanted)[0]);
  expect(objects(again)[1]).not.toBe(objects(wanted)[1]);
});

test("any sequence of deltas leads to the same state as the full state at its end, and a device that follows the commands holds it", () => {
  const keys = ["A", "B", "C", "D"].map((letter) => `${letter.repeat(42)}A=`);
  const peer: fc.Arbitrary<Peer> = fc.record({
    clientId: fc.constant(plain.clientId),
    publicKey: fc.constantFrom(...keys),
    sealedPresharedKey: fc.constantFrom(null, keyed.sealedPresharedKey),
    allowedIps: fc.constantFrom("10.8.0.2/32", "10.8.0.3/32").map((network) => [network]),
    expiresAt: fc.constantFrom(null, PAST, FUTURE),
  });
  const change = fc.oneof(peer.map(peerChange), peer.map(removal));
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(change, { maxLength: 3, selector: (c) => ("peer" in c ? c.peer.publicKey : "publicKey" in c ? c.publicKey : "") }), { maxLength: 12 }), (deltas) => {
      const wanted = state({ ...one, peers: [] });
      const expected = new Map<string, Peer>();
      const device = new Map<string, Peer>();
      for (const changes of deltas) {
        const plan = apply(wanted, ...changes);
        for (const publicKey of plan.cut.flatMap(({ peers }) => peers)) device.delete(publicKey);
        for (const set of plan.set.flatMap(({ peers }) => peers)) device.set(set.publicKey, set);
        for (const c of changes) {
          if (c.kind === "peer") expected.set(c.peer.publicKey, c.peer);
          if (c.kind === "peer-removed") expected.delete(c.publicKey);
        }
      }
      expect(instancesOf(wanted)[0]!.peers).toEqual([...wanted.instances.get(one.instanceId)!.peers.values()]);
      expect(new Map(instancesOf(wanted)[0]!.peers.map((p) => [p.publicKey, p]))).toEqual(expected);
      const onDevice = ({ publicKey, sealedPresharedKey, allowedIps }: Peer): unknown => ({ publicKey, sealedPresharedKey, allowedIps });
      const inForce = [...expected.values()].filter(({ expiresAt }) => expiresAt !== PAST);
      const byKey = (a: Peer, b: Peer): number => a.publicKey.localeCompare(b.publicKey);
      expect([...device.values()].sort(byKey).map(onDevice)).toEqual(inForce.sort(byKey).map(onDevice));
    }),
  );
});
