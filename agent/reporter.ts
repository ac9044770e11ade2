/** What the portal is told between changes: how the peers do, and the digest of what the device holds. */
import type { InterfaceReading } from "@/agent/device/wireguard";
import { MAX_PEERS_PER_REPORT } from "@/lib/protocol/limits";
import type { PeerReport } from "@/lib/protocol/messages";

/** Picks the peers whose figures are news to the portal. */
export class Reporter {
  /** By instance and public key: the figures that the portal took last. */
  private readonly told = new Map<string, string>();

  /** @param now the gateway's own time, by which wg writes handshakes. */
  news(readings: readonly [instanceId: string, reading: InterfaceReading][], now: Date): PeerReport[] {
    const reports: PeerReport[] = [];
    for (const [instanceId, { peers }] of readings) {
      for (const { publicKey, endpoint, latestHandshake, receivedBytes, sentBytes } of peers) {
        if (reports.length === MAX_PEERS_PER_REPORT) return reports;
        const figures = figuresOf(endpoint, latestHandshake, receivedBytes, sentBytes);
        if ((this.told.get(keyOf(instanceId, publicKey)) ?? NOTHING) === figures) continue;
        const secondsAgo = Math.max(0, Math.floor(now.getTime() / 1_000) - latestHandshake);
        reports.push({ instanceId, publicKey, endpoint, latestHandshakeSecondsAgo: latestHandshake === 0 ? null : secondsAgo, receivedBytes, sentBytes });
      }
    }
    return reports;
  }

  /** The portal took the reports that were made of these readings. */
  accepted(reports: readonly PeerReport[], readings: readonly [instanceId: string, reading: InterfaceReading][]): void {
    const reported = new Set(reports.map(({ instanceId, publicKey }) => keyOf(instanceId, publicKey)));
    const present = new Set<string>();
    for (const [instanceId, { peers }] of readings) {
      for (const { publicKey, endpoint, latestHandshake, receivedBytes, sentBytes } of peers) {
        const key = keyOf(instanceId, publicKey);
        if (reported.has(key)) this.told.set(key, figuresOf(endpoint, latestHandshake, receivedBytes, sentBytes));
        present.add(key);
      }
    }
    for (const key of this.told.keys()) if (!present.has(key)) this.told.delete(key);
  }
}

const keyOf = (instanceId: string, publicKey: string): string => `${instanceId} ${publicKey}`;
const figuresOf = (...figures: (string | number | null)[]): string => figures.join(" ");
const NOTHING = figuresOf(null, 0, 0, 0);
