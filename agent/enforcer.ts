/**
 * Makes the device hold what is wanted, and says what it holds. Changes go one at a time; reads go on beside them and
 * are thrown away when a change came in between, so that no change ever waits for a read.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { PeerReading } from "@/agent/device/dump";
import { Failures, unreadableKey } from "@/agent/device/failures";
import type { InterfaceReading, WireGuardDevice } from "@/agent/device/wireguard";
import type { Hooks } from "@/agent/hooks";
import type { InstanceKeys } from "@/agent/instance-keys";
import type { Log } from "@/agent/log";
import { Mutex, mapLimited } from "@/agent/mutex";
import { Observer } from "@/agent/observer";
import { holds } from "@/agent/drift";
import type { PresharedKeys } from "@/agent/preshared-keys";
import { type Plan, type WantedInstance, type WantedState, isWaiting, peersInForce } from "@/agent/reconcile";
import { diffPeers } from "@/lib/core/peer-diff";
import { toHex } from "@/lib/protocol/digest";
import { MAX_FAILURES_PER_ACK } from "@/lib/protocol/limits";
import type { AckRequest, Peer, Repair } from "@/lib/protocol/messages";

/** Instances worked on at once; each takes a few processes. */
const PARALLEL = 4;
/** A read that a change overtook is tried again this often, and then changes wait for it. */
const OPTIMISTIC_READS = 3;
/** Once a read was overtaken, the next waits until nothing changed for this long: each that is thrown away takes time from the next cut. */
const CALM_MS = 25;
/** So long at most: who keeps changing things can't put off what was done before. */
const PATIENCE_MS = 250;

export interface DeviceSnapshot extends Pick<AckRequest, "digest" | "instances" | "failures"> {
  /** The revision that was fully applied when the device was read. */
  revision: number;
}

export interface EnforcerParts {
  device: WireGuardDevice;
  keys: InstanceKeys;
  presharedKeys: PresharedKeys;
  hooks: Hooks;
  log: Log;
  /** Milliseconds since any fixed instant. */
  monotonicNow: () => number;
}

export class Enforcer {
  private readonly mutex = new Mutex();
  private readonly observer: Observer;
  private readonly failures: Failures;
  private version = 0;
  private completing = 0;
  /** By the monotonic clock: when the device had taken the latest change. */
  changedAt = 0;
  private overtaken = new AbortController();

  constructor(
    private readonly parts: EnforcerParts,
    readonly wanted: WantedState,
  ) {
    this.failures = new Failures(parts.log);
    this.observer = new Observer(parts, (instanceId, error) => this.failures.note(instanceId, error));
    for (const [instanceId] of parts.keys.entries()) this.observer.markStale(instanceId);
  }

  /** Runs `decide`, which changes `wanted` and says what follows, and executes that. A device's failure doesn't reject. */
  change(decide: () => Plan): Promise<void> {
    return this.exclusively(async () => {
      const plan = decide();
      await mapLimited(plan.cut, PARALLEL, (cut) => this.attempt(cut.instanceId, () => this.parts.device.removePeers(cut.interfaceName, cut.peers)));
      await this.cutSurplus(plan.settle);
      await mapLimited(plan.destroy, PARALLEL, (instanceId) => this.destroy(instanceId));
      await this.complete(plan.settle);
      await mapLimited(plan.set, PARALLEL, (set) =>
        this.attempt(set.instanceId, async () => this.parts.device.setPeers(set.interfaceName, await this.parts.presharedKeys.forDevice(set.peers))),
      );
    });
  }

  /** Runs `replace`, which may change all of `wanted`, and takes off the device what isn't wanted; `completeAll` must follow. */
  cutAll(replace: () => Promise<void> = async () => undefined): Promise<void> {
    return this.exclusively(async () => {
      await replace();
      await this.cutSurplus([...this.wanted.instances.keys()]);
      await this.destroyUnwanted();
    });
  }

  /** Makes the whole device right; may take long, and lets other changes in between. */
  async completeAll(): Promise<void> {
    this.completing += 1;
    try {
      const instanceIds = [...this.wanted.instances.keys()];
      for (let i = 0; i < instanceIds.length; i += PARALLEL) {
        const batch = instanceIds.slice(i, i + PARALLEL);
        // Takes seconds for tens of thousands of preshared keys; a cut that comes meanwhile doesn't wait for it.
        for (const instance of batch.flatMap((instanceId) => this.wanted.instances.get(instanceId) ?? [])) {
          await this.parts.presharedKeys.forDevice(peersInForce(instance));
        }
        await this.exclusively(() => this.complete(batch));
      }
    } finally {
      this.completing -= 1;
    }
  }

  /** Whether the device is still being built: it is then known not to hold everything. */
  get isCompleting(): boolean {
    return this.completing > 0;
  }

  /** Reads every instance, and puts right what somebody else changed or what failed before. @returns what was put right. */
  async repair(): Promise<Repair[]> {
    this.parts.device.doubtForwarding();
    for (const instanceId of this.wanted.instances.keys()) this.observer.markStale(instanceId);
    await this.snapshot();
    if (this.isCompleting || ((await this.suspects()).length === 0 && this.unwanted().length === 0)) return [];
    return this.exclusively(async () => {
      await this.destroyUnwanted();
      // Something may have changed since the read.
      await this.observer.readStale();
      // What changed without touching the device, like a peer's end, comes with preshared keys that nobody has opened yet.
      for (const instanceId of await this.suspects()) await this.parts.presharedKeys.forDevice(peersInForce(this.wanted.instances.get(instanceId)!));
      const suspects = await this.suspects();
      const surplus = await this.cutSurplus(suspects);
      const failedBefore = new Set(this.failures.instanceIds());
      const repairs = await this.complete(suspects);
      for (const repair of repairs) repair.removed = surplus.get(repair.instanceId) ?? 0;
      return repairs.filter(({ instanceId }) => !failedBefore.has(instanceId) && !this.failures.has(instanceId));
    });
  }

  /** What the device holds, all of it at one revision. */
  async snapshot(): Promise<DeviceSnapshot> {
    for (let attempt = 1; attempt <= OPTIMISTIC_READS; attempt += 1) {
      if (attempt > 1) await this.calm();
      await this.mutex.idle();
      const { version } = this;
      const undisturbed = await this.observer.readStale(this.overtaken.signal);
      if (undisturbed && version === this.version) return this.compose();
    }
    return this.mutex.run(async () => {
      await this.observer.readStale();
      return this.compose();
    });
  }

  /** Whether a key that waits to take over has shaken hands; only what waits is looked at. */
  async sawHandover(known: ReadonlySet<string>): Promise<string[]> {
    const found: string[] = [];
    for (const { settings, peers } of this.wanted.instances.values()) {
      const waiting: Peer[] = [];
      for (const peer of peers.values()) if (isWaiting(peer) && !known.has(peer.publicKey)) waiting.push(peer);
      if (waiting.length === 0) continue;
      const handshakes = await this.parts.device.latestHandshakes(settings.interfaceName);
      found.push(...waiting.map(({ publicKey }) => publicKey).filter((publicKey) => (handshakes.get(publicKey) ?? 0) > 0));
    }
    return found;
  }

  /** How those peers of one instance are just now that were heard of; null: there is no such instance. Changes nothing, and waits for nothing. */
  async samplePeers(instanceId: string): Promise<PeerReading[] | null> {
    const instance = this.wanted.instances.get(instanceId);
    return instance === undefined ? null : this.parts.device.samplePeers(instance.settings.interfaceName);
  }

  /** The last reading of each instance that is up. */
  latestReadings(): [instanceId: string, reading: InterfaceReading][] {
    return this.observer.latestReadings();
  }

  /** Takes away everything that this agent made on the host; keys and state stay, so that a start brings it back. */
  takeDown(): Promise<void> {
    return this.exclusively(async () => {
      await mapLimited(this.parts.keys.entries(), PARALLEL, ([instanceId, made]) =>
        this.attempt(instanceId, async () => {
          await this.parts.device.destroy(made.interfaceName);
          this.parts.hooks.down({ instanceId, interfaceName: made.interfaceName, addresses: [] });
        }),
      );
    });
  }

  /** Runs `work` while nothing is changed. */
  undisturbed<T>(work: () => Promise<T>): Promise<T> {
    return this.mutex.run(work);
  }

  private async calm(): Promise<void> {
    const { monotonicNow } = this.parts;
    const until = monotonicNow() + PATIENCE_MS;
    for (let rest = CALM_MS; rest > 0; rest = Math.min(this.changedAt + CALM_MS, until) - monotonicNow()) await delay(rest);
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.mutex.run(async () => {
      this.overtakeReads();
      try {
        return await work();
      } finally {
        this.changedAt = this.parts.monotonicNow();
        this.overtakeReads();
      }
    });
  }

  /** At both ends of a change, so that no read that was on its way at any time during it is taken for true. */
  private overtakeReads(): void {
    this.version += 1;
    this.overtaken.abort();
    this.overtaken = new AbortController();
  }

  /** Cuts the peers that are on the device and not in force. @returns how many, by instance. */
  private async cutSurplus(instanceIds: readonly string[]): Promise<Map<string, number>> {
    const { device, keys } = this.parts;
    const counts = new Map<string, number>();
    await mapLimited(instanceIds, PARALLEL, (instanceId) =>
      this.attempt(instanceId, async () => {
        const instance = this.wanted.instances.get(instanceId)!;
        const { interfaceName } = instance.settings;
        const former = keys.get(instanceId)?.interfaceName;
        if (former !== undefined && former !== interfaceName) await device.destroy(former);
        const reading = await device.read(interfaceName);
        const surplus = [...(reading?.peers ?? [])].map(({ publicKey }) => publicKey).filter((publicKey) => !isInForce(instance, publicKey));
        await device.removePeers(interfaceName, surplus);
        counts.set(instanceId, surplus.length);
      }),
    );
    return counts;
  }

  /** Makes or mends the interfaces, and adds and updates peers. @returns what it did. */
  private complete(instanceIds: readonly string[]): Promise<Repair[]> {
    const { device, keys, presharedKeys } = this.parts;
    return mapLimited(instanceIds, PARALLEL, async (instanceId) => {
      const repair: Repair = { instanceId, added: 0, updated: 0, removed: 0 };
      const instance = this.wanted.instances.get(instanceId);
      if (instance === undefined) return repair;
      await this.attempt(instanceId, async () => {
        const { interfaceName } = instance.settings;
        const observed = await device.ensure(instance.settings, await keys.ensure(instanceId, interfaceName));
        const diff = diffPeers(await presharedKeys.forDevice(peersInForce(instance)), observed);
        await device.removePeers(interfaceName, diff.remove);
        await device.setPeers(interfaceName, [...diff.update.map(({ peer }) => peer), ...diff.add]);
        repair.added = diff.add.length;
        repair.updated = diff.update.length;
        this.failures.mended(instanceId);
        this.parts.hooks.up(instance.settings);
      });
      return repair;
    });
  }

  private async destroyUnwanted(): Promise<void> {
    await mapLimited(this.unwanted(), PARALLEL, (instanceId) => this.destroy(instanceId));
  }

  private unwanted(): string[] {
    return this.parts.keys.entries().flatMap(([instanceId]) => (this.wanted.instances.has(instanceId) ? [] : [instanceId]));
  }

  private async suspects(): Promise<string[]> {
    const { presharedKeys } = this.parts;
    const suspects: string[] = [];
    for (const [instanceId, instance] of this.wanted.instances) {
      const reading = this.observer.reading(instanceId);
      const right = !this.failures.has(instanceId) && reading !== undefined && (await holds(reading, instance, (peer) => presharedKeys.known(peer)));
      if (!right) suspects.push(instanceId);
    }
    return suspects;
  }

  private async destroy(instanceId: string): Promise<void> {
    const { device, keys } = this.parts;
    const made = keys.get(instanceId);
    if (made === undefined) return;
    await this.attempt(instanceId, async () => {
      await device.destroy(made.interfaceName);
      await keys.forget(instanceId);
      this.failures.mended(instanceId);
      this.parts.hooks.down({ instanceId, interfaceName: made.interfaceName, addresses: [] });
    });
  }

  private async attempt(instanceId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failures.note(instanceId, error);
    } finally {
      this.observer.markStale(instanceId);
    }
  }

  private compose(): DeviceSnapshot {
    const instances = this.latestReadings().flatMap(([instanceId, { publicKey }]) => (publicKey === null ? [] : [{ instanceId, publicKey }]));
    const unreadable = this.parts.presharedKeys.unreadable((peer) => this.ownerOf(peer) !== null).map((peer) => unreadableKey(this.ownerOf(peer)!, peer.clientId));
    const failures = [...this.failures.all(), ...this.parts.hooks.all(), ...unreadable].slice(0, MAX_FAILURES_PER_ACK);
    return { revision: this.wanted.revision, digest: toHex(this.observer.digest()), instances, failures };
  }

  private ownerOf(peer: Peer): string | null {
    for (const [instanceId, { peers }] of this.wanted.instances) if (peers.get(peer.publicKey) === peer) return instanceId;
    return null;
  }
}

const isInForce = ({ peers, lapsed }: WantedInstance, publicKey: string): boolean => peers.has(publicKey) && !lapsed.has(publicKey);
