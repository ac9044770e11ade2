/** From what a WireGuard device holds to what it should hold, in as few changes as possible, in O(n). */

export interface WantedPeer {
  /** Base64, as `wg` prints it. */
  publicKey: string;
  /** Base64; null: none. */
  presharedKey: string | null;
  /** Canonical networks; their order means nothing. */
  allowedIps: readonly string[];
}

/** As read back from the device. */
export type ObservedPeer = WantedPeer;

export interface PeerUpdate<Wanted extends WantedPeer> {
  peer: Wanted;
  /** Which parts differ; the rest must be left alone. At least one is true. */
  presharedKey: boolean;
  allowedIps: boolean;
}

/**
 * Apply in this order: remove, update, add. An address that moves between two peers then ends with the right one, since
 * WireGuard takes it from whoever holds it (and every update states the whole list of allowed addresses).
 */
export interface PeerDiff<Wanted extends WantedPeer> {
  remove: string[];
  update: PeerUpdate<Wanted>[];
  add: Wanted[];
}

/**
 * A live peer that is wanted as it is appears nowhere, so that its session is never touched.
 * @throws RangeError when one public key is wanted twice: the two can't both be had.
 */
export function diffPeers<Wanted extends WantedPeer>(wanted: Iterable<Wanted>, observed: Iterable<ObservedPeer>): PeerDiff<Wanted> {
  const surplus = new Map<string, ObservedPeer>();
  for (const peer of observed) surplus.set(peer.publicKey, peer);

  const seen = new Set<string>();
  const diff: PeerDiff<Wanted> = { remove: [], update: [], add: [] };
  for (const peer of wanted) {
    if (seen.has(peer.publicKey)) throw new RangeError("A public key is wanted twice on one interface.");
    seen.add(peer.publicKey);
    const current = surplus.get(peer.publicKey);
    if (current === undefined) {
      diff.add.push(peer);
      continue;
    }
    surplus.delete(peer.publicKey);
    const presharedKey = peer.presharedKey !== current.presharedKey;
    const allowedIps = !sameSet(peer.allowedIps, current.allowedIps);
    if (presharedKey || allowedIps) diff.update.push({ peer, presharedKey, allowedIps });
  }
  diff.remove = [...surplus.keys()];
  return diff;
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(one);
  return members.size === new Set(other).size && other.every((member) => members.has(member));
}
