/** The digest of what was read from the device, instance by instance. */
import type { InterfaceReading } from "@/agent/device/wireguard";
import { elementHash, emptyDigest, xorInto } from "@/lib/protocol/digest";

export class DigestCache {
  private readonly instances = new Map<string, Uint8Array>();

  /** Works a reading out, without holding up the event loop and without taking it for true yet. */
  async observe(instanceId: string, reading: InterfaceReading): Promise<Uint8Array> {
    // Rules that are not ours are as wrong as an interface that is down: no instance that the portal can want has no addresses.
    const right = reading.up && reading.forwarding !== "altered";
    const digest = elementHash({ kind: "instance", instanceId, listenPort: reading.listenPort, addresses: right ? reading.addresses : [], peersReach: reading.forwarding === "peers" });
    xorInto(digest, await reading.peers.digest(instanceId));
    return digest;
  }

  /** @param observed null: the interface isn't there. */
  accept(instanceId: string, observed: Uint8Array | null): void {
    if (observed === null) this.instances.delete(instanceId);
    else this.instances.set(instanceId, observed);
  }

  /** Over all instances. */
  total(): Uint8Array {
    const total = emptyDigest();
    for (const digest of this.instances.values()) xorInto(total, digest);
    return total;
  }
}
