/** What the gateway must hold, and what one message changes about it. Pure: no device, no disk, no clock of its own. */
import { isDeepStrictEqual } from "node:util";
import type { Change, Instance, Peer } from "@/lib/protocol/messages";

export type InstanceSettings = Omit<Instance, "peers">;

export interface WantedInstance {
  settings: InstanceSettings;
  /** By public key. */
  peers: Map<string, Peer>;
  /** Public keys whose time is over. Once here they stay until the portal says otherwise, even if the clock goes back. */
  lapsed: Set<string>;
}

/** By instance id. */
export interface WantedState {
  revision: number;
  instances: Map<string, WantedInstance>;
}

export interface PeersOf<T> {
  instanceId: string;
  interfaceName: string;
  peers: T[];
}

/** Executed from top to bottom: whatever takes access away comes first. */
export interface Plan {
  /** Public keys to take off the device. */
  cut: PeersOf<string>[];
  /** Instances to take away. */
  destroy: string[];
  /** New or changed instances: to be compared with the device as a whole. */
  settle: string[];
  /** Peers to add or change. */
  set: PeersOf<Peer>[];
}

/** The delta speaks of an instance that isn't there: the two sides differ, and only a full state mends that. */
export class DeltaMismatch extends Error {
  override readonly name = "DeltaMismatch";
}

/** @param former peers that are the same as there stay the same objects, with all that is remembered about them. */
export function wantedStateOf(revision: number, instances: readonly Instance[], now: Date, former?: WantedState): WantedState {
  const wanted = instances.map((instance) => wantedInstanceOf(instance, now, former?.instances.get(instance.instanceId)));
  return { revision, instances: new Map(wanted.map((instance) => [instance.settings.instanceId, instance])) };
}

export function instancesOf(wanted: WantedState): Instance[] {
  return [...wanted.instances.values()].map(({ settings, peers }) => ({ ...settings, peers: [...peers.values()] }));
}

/**
 * Changes `wanted` to what it is after the delta, in time that depends on the delta alone.
 * @throws DeltaMismatch, with nothing changed.
 */
export function applyDelta(wanted: WantedState, delta: { from: number; revision: number; changes: readonly Change[] }, now: Date): Plan {
  if (delta.from !== wanted.revision) throw new DeltaMismatch(`The delta starts at revision ${delta.from}; the agent is at ${wanted.revision}.`);
  const known = new Set(wanted.instances.keys());
  for (const change of delta.changes) {
    if (change.kind === "instance") known.add(change.instance.instanceId);
    else if (change.kind === "instance-removed") known.delete(change.instanceId);
    else if (change.kind === "peer" && !known.has(change.instanceId)) throw new DeltaMismatch("The delta has a peer of an unknown instance.");
  }
  const draft = new PlanDraft(wanted);
  for (const change of delta.changes) applyChange(wanted, change, now, draft);
  wanted.revision = delta.revision;
  return draft.plan();
}

/** Marks the peers whose time is over by `now`, and says which to cut. */
export function lapse(wanted: WantedState, now: Date): Plan {
  const draft = new PlanDraft(wanted);
  for (const [instanceId, instance] of wanted.instances) {
    for (const peer of instance.peers.values()) {
      if (instance.lapsed.has(peer.publicKey) || !isOver(peer, now)) continue;
      instance.lapsed.add(peer.publicKey);
      draft.cut(instanceId, peer.publicKey);
    }
  }
  return draft.plan();
}

/** The earliest instant at which `lapse` has something to do; null: never. */
export function nextExpiry(wanted: WantedState): Date | null {
  let earliest: string | null = null;
  for (const { peers, lapsed } of wanted.instances.values()) {
    for (const { expiresAt, publicKey } of peers.values()) {
      if (expiresAt !== null && (earliest === null || Date.parse(expiresAt) < Date.parse(earliest)) && !lapsed.has(publicKey)) earliest = expiresAt;
    }
  }
  return earliest === null ? null : new Date(earliest);
}

/** A key that may shake hands and has no address yet: it takes over another's once it was seen. */
export const isWaiting = ({ allowedIps }: Peer): boolean => allowedIps.length === 0;

/** The peers that belong on the device now. */
export function peersInForce({ peers, lapsed }: WantedInstance): Peer[] {
  const all = [...peers.values()];
  return lapsed.size === 0 ? all : all.filter(({ publicKey }) => !lapsed.has(publicKey));
}

function applyChange(wanted: WantedState, change: Change, now: Date, draft: PlanDraft): void {
  switch (change.kind) {
    case "peer-removed": {
      const instance = wanted.instances.get(change.instanceId);
      instance?.peers.delete(change.publicKey);
      instance?.lapsed.delete(change.publicKey);
      // Cut whether we know it or not: it costs nothing, and the portal says that it has no business here.
      if (instance !== undefined) draft.cut(change.instanceId, change.publicKey);
      return;
    }
    case "peer": {
      const instance = wanted.instances.get(change.instanceId)!;
      const { peer } = change;
      const previous = instance.peers.get(peer.publicKey);
      const wasInForce = previous !== undefined && !instance.lapsed.has(peer.publicKey);
      instance.peers.set(peer.publicKey, peer);
      if (isOver(peer, now)) {
        instance.lapsed.add(peer.publicKey);
        if (wasInForce) draft.cut(change.instanceId, peer.publicKey);
        return;
      }
      instance.lapsed.delete(peer.publicKey);
      if (!wasInForce || differsOnDevice(previous, peer)) draft.set(change.instanceId, peer);
      return;
    }
    case "instance":
      wanted.instances.set(change.instance.instanceId, wantedInstanceOf(change.instance, now, wanted.instances.get(change.instance.instanceId)));
      draft.settle(change.instance.instanceId);
      return;
    case "instance-removed":
      wanted.instances.delete(change.instanceId);
      draft.destroy(change.instanceId);
  }
}

class PlanDraft {
  private readonly cuts = new Map<string, string[]>();
  /** By instance, then by public key: what is cut later in the same batch is not set, and what is set twice is set as it was last. */
  private readonly sets = new Map<string, Map<string, Peer>>();
  private readonly settled: string[] = [];
  private readonly destroyed: string[] = [];

  constructor(private readonly wanted: WantedState) {}

  cut(instanceId: string, publicKey: string): void {
    append(this.cuts, instanceId, publicKey);
    this.sets.get(instanceId)?.delete(publicKey);
  }

  set(instanceId: string, peer: Peer): void {
    const peers = this.sets.get(instanceId) ?? new Map<string, Peer>();
    this.sets.set(instanceId, peers.set(peer.publicKey, peer));
  }

  settle(instanceId: string): void {
    this.settled.push(instanceId);
  }

  destroy(instanceId: string): void {
    this.destroyed.push(instanceId);
  }

  plan(): Plan {
    const sets = new Map([...this.sets].filter(([, peers]) => peers.size > 0).map(([instanceId, peers]) => [instanceId, [...peers.values()]]));
    return {
      cut: this.named(this.cuts),
      destroy: [...new Set(this.destroyed)],
      settle: [...new Set(this.settled)].filter((instanceId) => this.wanted.instances.has(instanceId)),
      set: this.named(sets),
    };
  }

  /** Instances that are settled or taken away as a whole need nothing peer by peer. */
  private named<T>(byInstance: Map<string, T[]>): PeersOf<T>[] {
    const whole = new Set([...this.settled, ...this.destroyed]);
    return [...byInstance].flatMap(([instanceId, peers]) => {
      const instance = this.wanted.instances.get(instanceId);
      return instance === undefined || whole.has(instanceId) ? [] : [{ instanceId, interfaceName: instance.settings.interfaceName, peers }];
    });
  }
}

function wantedInstanceOf({ peers, ...settings }: Instance, now: Date, former?: WantedInstance): WantedInstance {
  const same = (peer: Peer): Peer => {
    const known = former?.peers.get(peer.publicKey);
    return known !== undefined && isDeepStrictEqual(known, peer) ? known : peer;
  };
  return {
    settings,
    peers: new Map(peers.map((peer) => [peer.publicKey, same(peer)])),
    lapsed: new Set(peers.filter((peer) => isOver(peer, now)).map(({ publicKey }) => publicKey)),
  };
}

const isOver = ({ expiresAt }: Peer, now: Date): boolean => expiresAt !== null && Date.parse(expiresAt) <= now.getTime();

const differsOnDevice = (one: Peer, other: Peer): boolean =>
  one.sealedPresharedKey !== other.sealedPresharedKey || one.allowedIps.toSorted().join() !== other.allowedIps.toSorted().join();

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
