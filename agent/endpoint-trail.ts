/**
 * Where peers whose endpoint changes are seen, more often than the portal is told: two machines on one key pull the endpoint to and fro
 * within seconds. The portal judges (docs/shared-config.md).
 */
import type { PeerReading } from "@/agent/device/dump";
import { MAX_MOVES_PER_REPORT, MAX_SIGHTINGS_PER_MOVE } from "@/lib/protocol/limits";
import type { Move } from "@/lib/protocol/messages";

/** A peer that came to rest isn't looked at any more often than the others. */
const RESTLESS_MS = 180_000;

interface Sighting {
  endpoint: string;
  latestHandshake: number;
  /** By the monotonic clock. */
  at: number;
}

interface Peer extends Sighting {
  address: string;
  /** Its address last changed; null: never since the agent was started. */
  movedAt: number | null;
  /** What the portal was not told yet. */
  untold: Sighting[];
}

export type SeenPeer = Pick<PeerReading, "publicKey" | "endpoint" | "latestHandshake">;

/** Times by the monotonic clock, in milliseconds. */
export class EndpointTrail {
  private readonly instances = new Map<string, { readAt: number; peers: Map<string, Peer> }>();
  private readonly madeOf = new WeakMap<Move, readonly Sighting[]>();

  /** @param readAt when the reading began; one that is older than another that was noted says nothing any more */
  note(instanceId: string, seen: Iterable<SeenPeer>, readAt: number): void {
    const known = this.instances.get(instanceId);
    if (known && readAt <= known.readAt) return;
    const peers = new Map<string, Peer>();
    for (const { publicKey, endpoint, latestHandshake } of seen) {
      if (endpoint !== null) peers.set(publicKey, noted(known?.peers.get(publicKey), { endpoint, latestHandshake, at: readAt }));
    }
    this.instances.set(instanceId, { readAt, peers });
  }

  /** Instances that are gone. */
  forgetOthers(instanceIds: ReadonlySet<string>): void {
    for (const instanceId of this.instances.keys()) if (!instanceIds.has(instanceId)) this.instances.delete(instanceId);
  }

  /** Those with a peer that is worth looking at again soon. */
  restless(now: number): string[] {
    return [...this.instances].filter(([, { peers }]) => [...peers.values()].some((peer) => isRestless(peer, now))).map(([instanceId]) => instanceId);
  }

  /** What the portal was not told yet. @param wallNow the gateway's own time, by which wg writes handshakes */
  news(now: number, wallNow: Date): Move[] {
    const moves: Move[] = [];
    for (const [instanceId, { peers }] of this.instances) {
      for (const [publicKey, { untold }] of peers) {
        if (untold.length === 0) continue;
        if (moves.length === MAX_MOVES_PER_REPORT) return moves;
        const seconds = Math.floor(wallNow.getTime() / 1_000);
        const seen = untold.map(({ endpoint, latestHandshake, at }) => ({
          msAgo: Math.max(0, Math.round(now - at)),
          endpoint,
          latestHandshakeSecondsAgo: latestHandshake === 0 ? null : Math.max(0, seconds - latestHandshake),
        }));
        const move = { instanceId, publicKey, seen };
        this.madeOf.set(move, untold);
        moves.push(move);
      }
    }
    return moves;
  }

  /** The portal took these. */
  accepted(moves: readonly Move[]): void {
    for (const move of moves) {
      const peer = this.instances.get(move.instanceId)?.peers.get(move.publicKey);
      const told = this.madeOf.get(move);
      if (peer && told) peer.untold = peer.untold.filter((sighting) => !told.includes(sighting));
    }
  }
}

function noted(before: Peer | undefined, sighting: Sighting): Peer {
  const address = before?.endpoint === sighting.endpoint ? before.address : sighting.endpoint.replace(/:\d+$/, "");
  if (!before) return { ...sighting, address, movedAt: null, untold: [] };
  const moved = before.address !== address;
  const movedAt = moved ? sighting.at : before.movedAt;
  const renewed = before.latestHandshake !== sighting.latestHandshake;
  let { untold } = before;
  if (moved || (renewed && isRestless(before, sighting.at))) {
    // Where it was before is what a move is told by.
    const { endpoint, latestHandshake, at } = before;
    const start = untold.length === 0 ? [{ endpoint, latestHandshake, at }] : [];
    untold = [...untold, ...start, sighting].slice(-MAX_SIGHTINGS_PER_MOVE);
  }
  return { ...sighting, address, movedAt, untold };
}

const isRestless = ({ movedAt }: Pick<Peer, "movedAt">, now: number): boolean => movedAt !== null && now - movedAt < RESTLESS_MS;
