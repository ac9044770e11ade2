/**
 * Two machines on one key, told from what a gateway sees. docs/shared-config.md has the reasoning; this file is the rule.
 *
 * WireGuard sends its answers to where the last authentic packet came from. One machine that moves takes that with it; two machines pull it
 * to and fro, and each ends the other's session, so that both shake hands again long before a session is due for renewal.
 */

/** A peer as it was seen at one instant. Times in milliseconds since 1970. */
export interface Sighting {
  at: number;
  /** Any name of it that stays the same (networkOf, or a pseudonym). */
  network: string;
  /** null: none so far. */
  handshakeAt: number | null;
}

/** Times in milliseconds since 1970. */
export interface Sharing {
  /** The two that it was seen from most often. */
  networks: [string, string];
  from: number;
  until: number;
  /** Times that it came back to a network that it had left. */
  returns: number;
  /** New sessions that one machine would have had no reason for. */
  earlyHandshakes: number;
}

interface Threshold {
  withinMs: number;
  returns: number;
  earlyHandshakes: number;
}

/** Both send: each loses its answers to the other, and shakes hands again after 15 s (KEEPALIVE_TIMEOUT + REKEY_TIMEOUT). */
const BOTH_SEND: Threshold = { withinMs: 60_000, returns: 3, earlyHandshakes: 3 };
/** Both idle but for keepalives: each renews its own session every 120 s (REKEY_AFTER_TIME), and their keepalives alternate. */
const BOTH_IDLE: Threshold = { withinMs: 150_000, returns: 7, earlyHandshakes: 2 };

/** One machine renews its session after 120 s; sooner, when it got no answer for 15 s or was started anew. */
const EARLY_MS = 115_000;
/** Gateways tell handshakes in whole seconds; WireGuard doesn't begin two within 5 s (REKEY_TIMEOUT). */
const SAME_HANDSHAKE_MS = 2_500;

/** What is older says nothing any more. */
export const TRAIL_MS = BOTH_IDLE.withinMs;
/** A trail has no more sightings than this, the latest ones. */
export const MAX_TRAIL = 160;

/**
 * The network that an endpoint (wg's "host:port") is in: the IPv4 address, or the IPv6 /64, inside which a machine changes its address by
 * itself (RFC 8981). Ports don't count: a NAT gives new ones as it likes.
 */
export function networkOf(endpoint: string): string {
  const host = endpoint.replace(/:\d+$/, "").replace(/^\[|(?:%[^\]]*)?\]$/g, "");
  return host.includes(":") ? `${groupsOf(host).slice(0, 4).map((group) => group.toString(16)).join(":")}::/64` : host;
}

/** Eight numbers. An IPv4 part at the end is beyond the /64, and left out. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const parse = (text: string): number[] => (text === "" ? [] : text.split(":").map((group) => (group.includes(".") ? 0 : parseInt(group, 16))));
  const [left, right] = [parse(head), parse(tail ?? "")];
  return tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => 0), ...right];
}

const isSameHandshake = (a: number | null, b: number | null): boolean => a === b || (a !== null && b !== null && Math.abs(a - b) <= SAME_HANDSHAKE_MS);

/** The trail with later sightings added: in order, without those that say nothing new, and bounded. */
export function extendTrail(trail: readonly Sighting[], later: readonly Sighting[]): Sighting[] {
  const extended: Sighting[] = [];
  for (const sighting of [...trail, ...later].sort((a, b) => a.at - b.at)) {
    const last = extended.at(-1);
    if (last && last.network === sighting.network && isSameHandshake(last.handshakeAt, sighting.handshakeAt)) continue;
    extended.push(sighting);
  }
  const since = (extended.at(-1)?.at ?? 0) - TRAIL_MS;
  // The last one before counts: it says where the peer was, and when it had shaken hands, as the time began.
  const first = Math.max(0, extended.findLastIndex(({ at }) => at < since));
  return extended.slice(first).slice(-MAX_TRAIL);
}

interface Marked extends Sighting {
  returned: boolean;
  earlyHandshake: boolean;
}

/**
 * @param sightings in order of time
 * @param judgedUntil what was over by then was judged before
 * @returns null: nothing that one machine doesn't do by itself
 */
export function detectSharing(sightings: readonly Sighting[], judgedUntil = -Infinity): Sharing | null {
  const first = sightings.findIndex(({ at }) => at > judgedUntil);
  if (first === -1) return null;
  for (const threshold of [BOTH_SEND, BOTH_IDLE]) {
    for (let end = first; end < sightings.length; end += 1) {
      const found = judge(sightings.slice(0, end + 1), threshold);
      if (found) return found;
    }
  }
  return null;
}

function judge(sightings: readonly Sighting[], { withinMs, returns, earlyHandshakes }: Threshold): Sharing | null {
  const until = sightings.at(-1)?.at ?? 0;
  const start = Math.max(0, sightings.findLastIndex(({ at }) => at < until - withinMs));
  const marked = mark(sightings.slice(start)).filter(({ at }) => at >= until - withinMs);
  const returned = marked.filter((sighting) => sighting.returned);
  const early = marked.filter(({ earlyHandshake }) => earlyHandshake).length;
  if (returned.length < returns || early < earlyHandshakes) return null;
  const counts = new Map<string, number>();
  for (const { network } of returned) counts.set(network, (counts.get(network) ?? 0) + 1);
  const [one, other] = [...counts].sort(([, a], [, b]) => b - a).map(([network]) => network);
  // It came back to one network alone, from another each time: moving about, not going to and fro.
  if (one === undefined || other === undefined) return null;
  return { networks: [one, other], from: marked[0]?.at ?? until, until, returns: returned.length, earlyHandshakes: early };
}

function mark(sightings: readonly Sighting[]): Marked[] {
  const seen = new Set<string>();
  return sightings.map((sighting, i) => {
    const before = sightings[i - 1];
    const moved = before !== undefined && before.network !== sighting.network;
    const returned = moved && seen.has(sighting.network);
    seen.add(sighting.network);
    const gap = before?.handshakeAt != null && sighting.handshakeAt !== null ? sighting.handshakeAt - before.handshakeAt : null;
    return { ...sighting, returned, earlyHandshake: gap !== null && gap > SAME_HANDSHAKE_MS && gap < EARLY_MS };
  });
}
