/** What a gateway must hold, as the protocol says it. */
import type { Change, Instance, Peer, StateResponse } from "@/lib/protocol/messages";
import { MAX_CHANGES_PER_DELTA } from "@/lib/protocol/limits";
import { earlier, handoverEnd, peersOfClient } from "@/lib/core/client-keys";
import { publicKeyText } from "./keys";
import { NOT_ON_DISK_YET, type Database, type Tx } from "./client";
import { isoOrNull, toBase64 } from "./values";

interface PeerRow {
  instance_id: string;
  client_id: string;
  public_key: Uint8Array;
  sealed_preshared_key: Uint8Array | null;
  address_v4: string;
  address_v6: string;
  expires_at: Date | null;
  next_public_key: Uint8Array | null;
  next_sealed_preshared_key: Uint8Array | null;
  next_key_at: Date | null;
}

/** The client's peer, and while its key is being replaced the next one beside it. */
function peersOf(row: PeerRow): Peer[] {
  const next = row.next_public_key && { publicKey: publicKeyText(row.next_public_key), hasPresharedKey: row.next_sealed_preshared_key !== null };
  const client = { publicKey: publicKeyText(row.public_key), hasPresharedKey: row.sealed_preshared_key !== null, addressV4: row.address_v4, addressV6: row.address_v6, next };
  return peersOfClient(client).map(({ publicKey, allowedIps }) => {
    const waits = publicKey === next?.publicKey;
    const sealed = waits ? row.next_sealed_preshared_key : row.sealed_preshared_key;
    // The gateway ends the old key by itself when its day is over, with or without the portal.
    const expiresAt = waits || row.next_key_at === null ? row.expires_at : earlier(row.expires_at, handoverEnd(row.next_key_at));
    return { clientId: row.client_id, publicKey, sealedPresharedKey: sealed && toBase64(sealed), allowedIps, expiresAt: isoOrNull(expiresAt) };
  });
}

/** Its credential was ended while its request was under way. */
export class GatewayCutOff extends Error {
  override readonly name = "GatewayCutOff";
}

/** @throws GatewayCutOff */
async function currentRevision(tx: Tx, gatewayId: string): Promise<number | null> {
  const row = await tx.gateway.findUnique({ where: { id: gatewayId }, select: { revision: true, cutOffAt: true } });
  if (row?.cutOffAt) throw new GatewayCutOff();
  return row && Number(row.revision);
}

/** The instances that are to be on the gateway, or the one of them, without their peers. */
async function readInstances(tx: Tx, gatewayId: string, only: string | null = null): Promise<Map<string, Instance>> {
  const rows = await tx.$queryRaw<{ id: string; interface_name: string; listen_port: number; v4: string; v6: string; mtu: number | null; peers_reach: boolean }[]>`
    SELECT id, interface_name, listen_port, host(tunnel_address_v4) || '/' || masklen(subnet_v4) AS v4,
           host(tunnel_address_v6) || '/' || masklen(subnet_v6) AS v6, mtu, peers_reach
    FROM instances WHERE gateway_id = ${gatewayId}::uuid AND status <> 'deprovisioned' AND (${only}::uuid IS NULL OR id = ${only}::uuid) ORDER BY id`;
  return new Map(
    rows.map((row) => [
      row.id,
      { instanceId: row.id, interfaceName: row.interface_name, listenPort: row.listen_port, addresses: [row.v4, row.v6], mtu: row.mtu, ...(row.peers_reach ? { peersReach: true } : {}), peers: [] },
    ]),
  );
}

async function readPeers(tx: Tx, instanceIds: string[]): Promise<PeerRow[]> {
  return tx.$queryRaw<PeerRow[]>`
    SELECT instance_id, id AS client_id, public_key, sealed_preshared_key, host(address_v4) AS address_v4, host(address_v6) AS address_v6, expires_at,
      next_public_key, next_sealed_preshared_key, next_key_at
    FROM access_clients WHERE instance_id = ANY(${instanceIds}::uuid[]) AND state = 'active' AND NOT held ORDER BY id`;
}

/** What the gateway must hold of one instance, its peers included. Lock its row and its clients' first. */
export async function readInstanceState(tx: Tx, gatewayId: string, instanceId: string): Promise<Instance> {
  const instance = (await readInstances(tx, gatewayId, instanceId)).get(instanceId);
  if (!instance) throw new Error("The instance is gone, or on another gateway.");
  for (const row of await readPeers(tx, [instanceId])) instance.peers.push(...peersOf(row));
  return instance;
}

/** In a transaction that sees one instant. @throws GatewayCutOff; Error when the gateway is gone */
export async function readWhole(tx: Tx, gatewayId: string): Promise<{ revision: number; instances: Instance[] }> {
  const revision = await currentRevision(tx, gatewayId);
  if (revision === null) throw new Error("The gateway is gone.");
  const instances = await readInstances(tx, gatewayId);
  for (const row of await readPeers(tx, [...instances.keys()])) instances.get(row.instance_id)?.peers.push(...peersOf(row));
  return { revision, instances: [...instances.values()] };
}

/** Everything the gateway must hold, as of one instant. @throws GatewayCutOff; Error when the gateway is gone */
export async function readFullState(db: Database, gatewayId: string, now: Date): Promise<Extract<StateResponse, { kind: "full" }>> {
  return db.transaction(
    async (tx) => {
      const { revision, instances } = await readWhole(tx, gatewayId);
      await tx.$executeRaw`
        UPDATE gateway_changes SET delivered_at = ${now}
        WHERE gateway_id = ${gatewayId}::uuid AND revision <= ${revision} AND acknowledged_at IS NULL AND delivered_at IS NULL`;
      return { kind: "full", revision, instances };
    },
    { snapshot: true },
  );
}

type ChangeRow = { [K in Exclude<keyof PeerRow, "expires_at">]: PeerRow[K] | null } & {
  revision: bigint;
  cut_off: boolean;
  expires_at: Date | null;
  active: boolean | null;
  /** Keys that this client lost since. */
  retired_keys: Uint8Array[] | null;
};

/**
 * What changed after `since`: each client once, in the state it has now. One statement, so revision and rows are of one instant; it
 * notes the delivery too, and no cut waits until that is on disk: an acknowledgement makes up for a note that was lost. @returns null when only a full state will do: a revision the gateway never had, too many changes, or an
 * instance that came, went or changed. @throws GatewayCutOff
 */
export async function readDelta(tx: Tx, gatewayId: string, since: number, now: Date): Promise<Extract<StateResponse, { kind: "delta" | "unchanged" }> | null> {
  const rows = await tx.$queryRaw<ChangeRow[]>`
    WITH delivered AS (
      UPDATE gateway_changes SET delivered_at = ${now}
      WHERE gateway_id = ${gatewayId}::uuid AND acknowledged_at IS NULL AND delivered_at IS NULL),
    changed AS (
      SELECT DISTINCT instance_id, client_id FROM (
        SELECT instance_id, client_id FROM gateway_changes WHERE gateway_id = ${gatewayId}::uuid AND revision > ${since}
        ORDER BY revision LIMIT ${MAX_CHANGES_PER_DELTA}) recent)
    SELECT g.revision, ${NOT_ON_DISK_YET}::text AS unsynced, g.cut_off_at IS NOT NULL AS cut_off, d.instance_id, d.client_id, c.public_key, c.sealed_preshared_key, host(c.address_v4) AS address_v4,
           host(c.address_v6) AS address_v6, c.expires_at, c.next_public_key, c.next_sealed_preshared_key, c.next_key_at,
           ARRAY(SELECT k.public_key FROM client_keys k WHERE k.client_id = d.client_id AND k.retired_revision > ${since}) AS retired_keys, c.state = 'active' AND NOT c.held AND i.status <> 'deprovisioned' AS active
    FROM gateways g LEFT JOIN changed d ON true LEFT JOIN access_clients c ON c.id = d.client_id LEFT JOIN instances i ON i.id = d.instance_id
    WHERE g.id = ${gatewayId}::uuid`;
  const [first] = rows;
  if (!first) throw new Error("The gateway is gone.");
  if (first.cut_off) throw new GatewayCutOff();
  const revision = Number(first.revision);
  if (revision === since) return { kind: "unchanged", revision };
  // Counted in revisions, not in rows: a client that changed twice is one row, and the limit below cuts off by revision.
  if (revision < since || revision - since > MAX_CHANGES_PER_DELTA) return null;
  const changes: Change[] = [];
  for (const row of rows) {
    // An instance's own change carries all of its peers; a full state says the same and is read the same way.
    if (row.instance_id === null || row.client_id === null || row.public_key === null || row.address_v4 === null || row.address_v6 === null) return null;
    const instanceId = row.instance_id;
    const clientId = row.client_id;
    const peers = peersOf({ ...row, instance_id: instanceId, client_id: clientId, public_key: row.public_key, address_v4: row.address_v4, address_v6: row.address_v6 });
    const removed = [...(row.retired_keys ?? []).map(publicKeyText), ...(row.active ? [] : peers.map(({ publicKey }) => publicKey))];
    changes.push(...removed.map((publicKey) => ({ kind: "peer-removed" as const, instanceId, clientId, publicKey })));
    if (row.active) changes.push(...peers.map((peer) => ({ kind: "peer" as const, instanceId, peer })));
  }
  if (changes.length > MAX_CHANGES_PER_DELTA) return null;
  return { kind: "delta", from: since, revision, changes };
}

/** Of gateways that wait, those that are at another revision than they know of, or were cut off: by gateway, the revisions that it waits since. */
export async function movedGateways(tx: Tx, waiting: readonly { gatewayId: string; since: number }[]): Promise<Map<string, Set<number>>> {
  const moved = new Map<string, Set<number>>();
  if (waiting.length === 0) return moved;
  const rows = await tx.$queryRaw<{ id: string; since: bigint }[]>`
    SELECT g.id, w.since FROM unnest(${waiting.map(({ gatewayId }) => gatewayId)}::uuid[], ${waiting.map(({ since }) => since)}::bigint[]) AS w (id, since)
    JOIN gateways g ON g.id = w.id WHERE g.revision <> w.since OR g.cut_off_at IS NOT NULL`;
  for (const { id, since } of rows) moved.set(id, (moved.get(id) ?? new Set()).add(Number(since)));
  return moved;
}
