/** Whether a device still holds what it should. Pure, and cheap enough to ask every few seconds. */
import type { InterfaceReading } from "@/agent/device/wireguard";
import type { WantedInstance } from "@/agent/reconcile";
import type { Peer } from "@/lib/protocol/messages";

/**
 * @param presharedKeyOf in base64; null: none; undefined: not opened yet, which counts as a difference.
 */
export function holds(reading: InterfaceReading, instance: WantedInstance, presharedKeyOf: (peer: Peer) => string | null | undefined): boolean {
  const { settings, peers, lapsed } = instance;
  if (!reading.up || reading.listenPort !== settings.listenPort || !sameTexts(reading.addresses, settings.addresses)) return false;
  if (reading.forwarding !== (settings.peersReach ? "peers" : "none")) return false;
  let inForce = 0;
  for (const peer of peers.values()) if (!lapsed.has(peer.publicKey)) inForce += 1;
  if (reading.peers.length !== inForce) return false;
  return reading.peers.every((observed) => {
    const peer = peers.get(observed.publicKey);
    if (peer === undefined || lapsed.has(observed.publicKey)) return false;
    return observed.presharedKey === presharedKeyOf(peer) && sameTexts(observed.allowedIps, peer.allowedIps);
  });
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  // wg prints them in the order they were given, nearly always.
  if (one.every((text, i) => text === other[i])) return true;
  const members = new Set(one);
  return other.every((text) => members.has(text));
}
