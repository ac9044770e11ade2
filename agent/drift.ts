/** Whether a device still holds what it should: asked every few seconds. */
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { InterfaceReading } from "@/agent/device/wireguard";
import type { WantedInstance } from "@/agent/reconcile";
import type { Peer } from "@/lib/protocol/messages";

/** Peers compared in one go, so that no cut waits for the others. */
const PEERS_IN_ONE_GO = 1_000;

/**
 * Looks at the two as they are when it gets there: what changes meanwhile may make it say either.
 * @param presharedKeyOf in base64; null: none; undefined: not opened yet, which counts as a difference.
 */
export async function holds(reading: InterfaceReading, instance: WantedInstance, presharedKeyOf: (peer: Peer) => string | null | undefined): Promise<boolean> {
  const { settings, peers, lapsed } = instance;
  if (!reading.up || reading.listenPort !== settings.listenPort || !sameTexts(reading.addresses, settings.addresses)) return false;
  if (reading.forwarding !== (settings.peersReach ? "peers" : "none")) return false;
  let inForce = 0;
  for (const peer of peers.values()) if (!lapsed.has(peer.publicKey)) inForce += 1;
  if (reading.peers.size !== inForce) return false;
  let compared = 0;
  for (const observed of reading.peers) {
    const peer = peers.get(observed.publicKey);
    if (peer === undefined || lapsed.has(observed.publicKey)) return false;
    if (observed.presharedKey !== presharedKeyOf(peer) || !sameTexts(observed.allowedIps, peer.allowedIps)) return false;
    compared += 1;
    if (compared % PEERS_IN_ONE_GO === 0) await yieldToOthers();
  }
  return true;
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  // wg prints them in the order they were given, nearly always.
  if (one.every((text, i) => text === other[i])) return true;
  const members = new Set(one);
  return other.every((text) => members.has(text));
}
