/** Two machines on one key: where clients that move were seen, and what was found. */
import type { Sighting } from "@/lib/core/shared-config";
import type { PublicKey } from "@/lib/core/keys";
import type { SharedConfigPolicy } from "@/lib/core/vocabulary";
import type { Tx } from "./client";
import { publicKeyText } from "./keys";
import { fromBase64 } from "./values";

export interface ClientTrail {
  clientId: string;
  subscriptionId: string;
  publicKey: PublicKey;
  seen: Sighting[];
  /** How the latest report before this one had it; null: not known, or addresses aren't kept. */
  before: { endpoint: string; at: Date; handshakeAt: Date | null } | null;
}

/** Of the gateway's own active clients whose keys these are. */
export async function findTrails(tx: Tx, gatewayId: string, keys: { instanceId: string; publicKey: string }[]): Promise<ClientTrail[]> {
  if (keys.length === 0) return [];
  const rows = await tx.$queryRaw<{ clientId: string; subscriptionId: string; publicKey: Uint8Array; seen: Sighting[] | null; endpoint: string | null; observedAt: Date | null; handshakeAt: Date | null }[]>`
    SELECT c.id AS "clientId", c.subscription_id AS "subscriptionId", c.public_key AS "publicKey", t.seen, s.endpoint, s.observed_at AS "observedAt", s.latest_handshake_at AS "handshakeAt"
    FROM unnest(${keys.map((key) => key.instanceId)}::uuid[], ${keys.map((key) => fromBase64(key.publicKey))}::bytea[]) AS k (instance_id, public_key)
    JOIN access_clients c ON c.public_key = k.public_key AND c.instance_id = k.instance_id AND c.gateway_id = ${gatewayId}::uuid AND c.state = 'active'
    LEFT JOIN client_trails t ON t.client_id = c.id
    LEFT JOIN client_sightings s ON s.client_id = c.id
    ORDER BY c.id`;
  return rows.map(({ publicKey, seen, endpoint, observedAt, handshakeAt, ...rest }) => ({
    ...rest,
    publicKey: publicKeyText(publicKey),
    seen: seen ?? [],
    before: endpoint !== null && observedAt !== null ? { endpoint, at: observedAt, handshakeAt } : null,
  }));
}

export async function keepTrails(tx: Tx, trails: { clientId: string; seen: Sighting[] }[], now: Date): Promise<void> {
  if (trails.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO client_trails (client_id, seen, updated_at)
    SELECT t.client_id, t.seen::jsonb, ${now} FROM unnest(${trails.map(({ clientId }) => clientId)}::uuid[], ${trails.map(({ seen }) => JSON.stringify(seen))}::text[]) AS t (client_id, seen)
    ON CONFLICT (client_id) DO UPDATE SET seen = EXCLUDED.seen, updated_at = EXCLUDED.updated_at`;
}

export async function dropTrail(tx: Tx, clientId: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM client_trails WHERE client_id = ${clientId}::uuid`;
}

/** What decides how a client that is shared is dealt with. @returns its subscription's policy, and whether it was found before, on the same key */
export async function readSharing(tx: Tx, clientId: string): Promise<{ policy: SharedConfigPolicy; known: boolean; subscriptionName: string }> {
  const [row] = await tx.$queryRaw<{ policy: SharedConfigPolicy; known: boolean; subscriptionName: string }[]>`
    SELECT s.shared_config_policy::text AS policy, c.shared_detected_at IS NOT NULL AS known, s.name AS "subscriptionName"
    FROM access_clients c JOIN subscriptions s ON s.id = c.subscription_id WHERE c.id = ${clientId}::uuid`;
  if (!row) throw new Error("The client is gone.");
  return row;
}

/** @param networks none where addresses aren't kept */
export async function markShared(tx: Tx, clientId: string, found: { at: Date; networks: string[] }): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET shared_detected_at = COALESCE(shared_detected_at, ${found.at}), shared_last_at = GREATEST(shared_last_at, ${found.at}), shared_networks = ${found.networks}::text[]
    WHERE id = ${clientId}::uuid`;
}

/** Trails of clients that came to rest. */
export async function forgetTrails(tx: Tx, before: Date): Promise<void> {
  await tx.$executeRaw`DELETE FROM client_trails WHERE updated_at < ${before}`;
}

/** Addresses that machines connected from, wherever they are kept: also in what mails said that are done with. */
export async function forgetEndpoints(tx: Tx, before: Date): Promise<void> {
  await tx.$executeRaw`UPDATE client_sightings SET endpoint = NULL WHERE endpoint IS NOT NULL AND observed_at < ${before}`;
  await tx.$executeRaw`UPDATE access_clients SET shared_networks = ARRAY[]::text[] WHERE shared_last_at < ${before} AND cardinality(shared_networks) > 0`;
  await tx.$executeRaw`
    UPDATE outbox_mails SET payload = payload || '{"networks": []}'::jsonb
    WHERE template = 'config-shared' AND created_at < ${before} AND (sent_at IS NOT NULL OR abandoned_at IS NOT NULL) AND payload->'networks' <> '[]'::jsonb`;
}
