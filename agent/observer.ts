/** What was last read from the device, and which of it may no longer be so. */
import type { InterfaceReading, WireGuardDevice } from "@/agent/device/wireguard";
import type { InstanceKeys } from "@/agent/instance-keys";
import { mapLimited } from "@/agent/mutex";
import { DigestCache } from "@/agent/observed-digest";
import { elementHash } from "@/lib/protocol/digest";

const PARALLEL = 4;

export class Observer {
  private readonly digests = new DigestCache();
  private readonly readings = new Map<string, InterfaceReading>();
  private readonly stale = new Set<string>();

  constructor(
    private readonly parts: { device: WireGuardDevice; keys: InstanceKeys },
    private readonly onUnreadable: (instanceId: string, error: unknown) => void,
  ) {}

  /** The instance may differ from its last reading. */
  markStale(instanceId: string): void {
    this.stale.add(instanceId);
  }

  /**
   * Reads every instance that may have changed. One that can't be read counts as holding what the portal can never want: were it
   * taken for nothing, an instance that is to go, and doesn't answer, would be confirmed as gone with its peers still in force.
   * @returns false when the signal aborted: what was read since is forgotten.
   */
  async readStale(signal?: AbortSignal): Promise<boolean> {
    await mapLimited([...this.stale], PARALLEL, async (instanceId) => {
      const interfaceName = this.parts.keys.get(instanceId)?.interfaceName;
      try {
        const reading = interfaceName === undefined ? null : await this.parts.device.read(interfaceName, signal);
        const observed = reading === null ? null : await this.digests.observe(instanceId, reading);
        if (signal?.aborted !== true) this.accept(instanceId, reading, observed);
      } catch (error) {
        if (signal?.aborted === true) return;
        this.accept(instanceId, null, unreadable(instanceId));
        this.onUnreadable(instanceId, error);
      }
    });
    return signal?.aborted !== true;
  }

  /** undefined: the interface isn't there. */
  reading(instanceId: string): InterfaceReading | undefined {
    return this.readings.get(instanceId);
  }

  latestReadings(): [instanceId: string, reading: InterfaceReading][] {
    return [...this.readings];
  }

  /** Of all that was read last. */
  digest(): Uint8Array {
    return this.digests.total();
  }

  private accept(instanceId: string, reading: InterfaceReading | null, observed: Uint8Array | null): void {
    this.stale.delete(instanceId);
    if (reading === null) this.readings.delete(instanceId);
    else this.readings.set(instanceId, reading);
    this.digests.accept(instanceId, observed);
  }
}

/** No instance has such a port. Each has a hash of its own: two that are equal would cancel each other out. */
const unreadable = (instanceId: string): Uint8Array => elementHash({ kind: "instance", instanceId, listenPort: -1, addresses: [] });
