/** The peers of one interface as they were read last, kept up to date by what each reading found changed. */
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { PeerReading } from "@/agent/device/dump";
import { elementHash, emptyDigest, xorInto } from "@/lib/protocol/digest";

/** Between two readings; undefined: not there. */
interface Step {
  former: PeerReading | undefined;
  now: PeerReading | undefined;
}

const HASHES_IN_ONE_GO = 500;

export class PeerMirror implements Iterable<PeerReading> {
  private readonly peers = new Map<string, PeerReading>();
  /** Steps that the digest doesn't have yet. */
  private steps: Step[] = [];
  private hashed = emptyDigest();
  private hashedFor: string | null = null;

  static of(peers: Iterable<PeerReading>): PeerMirror {
    const mirror = new PeerMirror();
    mirror.apply([...peers], []);
    return mirror;
  }

  get size(): number {
    return this.peers.size;
  }

  get(publicKey: string): PeerReading | undefined {
    return this.peers.get(publicKey);
  }

  /** A peer that a reading found as before stays the same object. */
  [Symbol.iterator](): IterableIterator<PeerReading> {
    return this.peers.values();
  }

  /** Takes one whole reading over. */
  apply(changed: readonly PeerReading[], gone: readonly string[]): void {
    for (const publicKey of gone) {
      this.step(this.peers.get(publicKey), undefined);
      this.peers.delete(publicKey);
    }
    for (const peer of changed) {
      this.step(this.peers.get(peer.publicKey), peer);
      this.peers.set(peer.publicKey, peer);
    }
  }

  /** The XOR of the hashes of all peers, as peers of that instance, hashing only what differs from the last time; without holding up the event loop. */
  async digest(instanceId: string): Promise<Uint8Array> {
    if (this.hashedFor !== instanceId) {
      this.hashedFor = instanceId;
      this.hashed = emptyDigest();
      this.steps = [...this.peers.values()].map((now) => ({ former: undefined, now }));
    }
    // Another call may be at it as well: each step is done once, in whatever order.
    for (let done = 1; this.steps.length > 0; done += 1) {
      const { former, now } = this.steps.pop()!;
      for (const peer of [former, now]) if (peer !== undefined) xorInto(this.hashed, hashOf(this.hashedFor, peer));
      if (done % HASHES_IN_ONE_GO === 0) await yieldToOthers();
    }
    return Uint8Array.from(this.hashed);
  }

  private step(former: PeerReading | undefined, now: PeerReading | undefined): void {
    if (former !== undefined && now !== undefined && isSameElement(former, now)) return;
    this.steps.push({ former, now });
  }
}

const isSameElement = (one: PeerReading, other: PeerReading): boolean => (one.presharedKey === null) === (other.presharedKey === null) && one.allowedIps.join() === other.allowedIps.join();

const hashOf = (instanceId: string, { publicKey, allowedIps, presharedKey }: PeerReading): Uint8Array => elementHash({ kind: "peer", instanceId, publicKey, allowedIps, hasPresharedKey: presharedKey !== null });
