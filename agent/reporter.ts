/** What the portal is told between changes: how the peers do, and the digest of what the device holds. */
import type { PeerReading } from "@/agent/device/dump";
import type { InterfaceReading } from "@/agent/device/wireguard";
import { MAX_PEERS_PER_REPORT } from "@/lib/protocol/limits";
import type { PeerReport } from "@/lib/protocol/messages";

type Figures = Pick<PeerReading, "endpoint" | "latestHandshake" | "receivedBytes" | "sentBytes">;

/** Picks the peers whose figures are news to the portal. */
export class Reporter {
  /** By instance, then public key: the figures that the portal took last. */
  private readonly told = new Map<string, Map<string, Figures>>();
  /** Readings go on while a report is under way. */
  private readonly madeOf = new WeakMap<PeerReport, Figures>();

  /** @param now the gateway's own time, by which wg writes handshakes. */
  news(readings: readonly [instanceId: string, reading: InterfaceReading][], now: Date): PeerReport[] {
    const reports: PeerReport[] = [];
    for (const [instanceId, { peers }] of readings) {
      const told = this.told.get(instanceId);
      for (const peer of peers) {
        if (reports.length === MAX_PEERS_PER_REPORT) return reports;
        if (areSame(told?.get(peer.publicKey) ?? NOTHING, peer)) continue;
        const { publicKey, endpoint, latestHandshake, receivedBytes, sentBytes } = peer;
        const secondsAgo = Math.max(0, Math.floor(now.getTime() / 1_000) - latestHandshake);
        const report = { instanceId, publicKey, endpoint, latestHandshakeSecondsAgo: latestHandshake === 0 ? null : secondsAgo, receivedBytes, sentBytes };
        this.madeOf.set(report, peer);
        reports.push(report);
      }
    }
    return reports;
  }

  /** The portal took these. @param readings whom they don't have is forgotten */
  accepted(reports: readonly PeerReport[], readings: readonly [instanceId: string, reading: InterfaceReading][]): void {
    for (const report of reports) {
      const told = this.told.get(report.instanceId) ?? new Map<string, Figures>();
      this.told.set(report.instanceId, told.set(report.publicKey, this.madeOf.get(report)!));
    }
    const present = new Map(readings.map(([instanceId, { peers }]) => [instanceId, peers]));
    for (const [instanceId, told] of this.told) {
      const peers = present.get(instanceId);
      if (peers === undefined) this.told.delete(instanceId);
      else for (const publicKey of told.keys()) if (peers.get(publicKey) === undefined) told.delete(publicKey);
    }
  }
}

const NOTHING: Figures = { endpoint: null, latestHandshake: 0, receivedBytes: 0, sentBytes: 0 };

/** A reading in which nothing changed is the same object as the one before. */
const areSame = (one: Figures, other: Figures): boolean =>
  one === other || (one.endpoint === other.endpoint && one.latestHandshake === other.latestHandshake && one.receivedBytes === other.receivedBytes && one.sentBytes === other.sentBytes);
