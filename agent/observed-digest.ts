/** The digest of what was read from the device, instance by instance, hashing only what is new since the last reading. */
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { PeerReading } from "@/agent/device/dump";
import type { InterfaceReading } from "@/agent/device/wireguard";
import { elementHash, emptyDigest, xorInto } from "@/lib/protocol/digest";

interface HashedPeer {
  allowedIps: string;
  hasPresharedKey: boolean;
  hash: Uint8Array;
}

/** One instance as it was read. */
export interface Observed {
  digest: Uint8Array;
  peers: Map<string, HashedPeer>;
}

const PEERS_IN_ONE_GO = 1_000;

export class DigestCache {
  private readonly instances = new Map<string, Observed>();

  /** Works a reading out, without holding up the event loop and without taking it for true yet. */
  async observe(instanceId: string, reading: InterfaceReading): Promise<Observed> {
    const former = this.instances.get(instanceId);
    // Rules that are not ours are as wrong as an interface that is down: no instance that the portal can want has no addresses.
    const right = reading.up && reading.forwarding !== "altered";
    const digest = elementHash({ kind: "instance", instanceId, listenPort: reading.listenPort, addresses: right ? reading.addresses : [], peersReach: reading.forwarding === "peers" });
    const peers = new Map<string, HashedPeer>();
    for (const peer of reading.peers) {
      const hashed = hashedPeer(instanceId, peer, former?.peers.get(peer.publicKey));
      peers.set(peer.publicKey, hashed);
      xorInto(digest, hashed.hash);
      if (peers.size % PEERS_IN_ONE_GO === 0) await yieldToOthers();
    }
    return { digest, peers };
  }

  /** @param observed null: the interface isn't there. */
  accept(instanceId: string, observed: Observed | null): void {
    if (observed === null) this.instances.delete(instanceId);
    else this.instances.set(instanceId, observed);
  }

  /** Over all instances. */
  total(): Uint8Array {
    const total = emptyDigest();
    for (const { digest } of this.instances.values()) xorInto(total, digest);
    return total;
  }
}

function hashedPeer(instanceId: string, peer: PeerReading, former: HashedPeer | undefined): HashedPeer {
  const allowedIps = peer.allowedIps.join();
  const hasPresharedKey = peer.presharedKey !== null;
  if (former?.allowedIps === allowedIps && former.hasPresharedKey === hasPresharedKey) return former;
  const { publicKey } = peer;
  return { allowedIps, hasPresharedKey, hash: elementHash({ kind: "peer", instanceId, publicKey, allowedIps: peer.allowedIps, hasPresharedKey }) };
}
