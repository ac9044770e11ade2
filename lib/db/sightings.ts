/** What gateways see of clients: the latest of each, and what went through it by the hour and by the day. */
import type { PeerReport } from "@/lib/protocol/messages";
import type { Tx } from "./client";
import { fromBase64 } from "./values";

/** Sums stay far below what a bigint holds, whatever a gateway claims: its claims are bounded each, not how many there are. */
const MOST = 2n ** 61n;

/** null for none, and for one before 1970, which no clock of ours has seen. */
function handshakeAt(now: Date, secondsAgo: number | null): Date | null {
  const at = secondsAgo === null ? -1 : now.getTime() - secondsAgo * 1000;
  return at < 0 ? null : new Date(at);
}

/**
 * Keeps what the device showed of each peer, and adds what went through since to the hour. One statement, however many peers. Peers of
 * other gateways are left alone. A gateway's reports are taken one after the other: whoever calls this holds its presence.
 *
 * WireGuard counts from the peer's making on: a smaller count, or one of another key, began anew and is all new.
 *
 * @returns the subscriptions it concerns
 */
export async function noteSightings(tx: Tx, gatewayId: string, peers: PeerReport[], now: Date): Promise<string[]> {
  if (peers.length === 0) return [];
  const rows = await tx.$queryRaw<{ subscription_id: string }[]>`
    WITH seen AS (
      SELECT * FROM unnest(
        ${peers.map((p) => p.instanceId)}::uuid[], ${peers.map((p) => fromBase64(p.publicKey))}::bytea[],
        ${peers.map((p) => handshakeAt(now, p.latestHandshakeSecondsAgo))}::timestamptz[],
        ${peers.map((p) => p.receivedBytes)}::bigint[], ${peers.map((p) => p.sentBytes)}::bigint[], ${peers.map((p) => p.endpoint)}::text[])
        AS t (instance_id, public_key, latest_handshake_at, received_bytes, sent_bytes, endpoint)),
    matched AS (
      SELECT DISTINCT ON (c.id) c.id, c.subscription_id, seen.*, old.observed_at AS before,
        seen.received_bytes - CASE WHEN old.client_id IS NULL OR old.received_bytes > seen.received_bytes OR old.sent_bytes > seen.sent_bytes OR old.public_key <> seen.public_key THEN 0 ELSE old.received_bytes END AS received,
        seen.sent_bytes - CASE WHEN old.client_id IS NULL OR old.received_bytes > seen.received_bytes OR old.sent_bytes > seen.sent_bytes OR old.public_key <> seen.public_key THEN 0 ELSE old.sent_bytes END AS sent
      FROM seen
      JOIN access_clients c ON c.public_key = seen.public_key AND c.instance_id = seen.instance_id AND c.gateway_id = ${gatewayId}::uuid
      LEFT JOIN client_sightings old ON old.client_id = c.id),
    kept AS (
      INSERT INTO client_sightings (client_id, latest_handshake_at, received_bytes, sent_bytes, endpoint, observed_at, public_key, received_per_second, sent_per_second)
      SELECT id, latest_handshake_at, received_bytes, sent_bytes, endpoint, ${now}, public_key,
        CASE WHEN before IS NULL THEN 0 ELSE received / GREATEST(1, EXTRACT(EPOCH FROM ${now}::timestamptz - before)) END, CASE WHEN before IS NULL THEN 0 ELSE sent / GREATEST(1, EXTRACT(EPOCH FROM ${now}::timestamptz - before)) END
      FROM matched
      ON CONFLICT (client_id) DO UPDATE SET latest_handshake_at = EXCLUDED.latest_handshake_at, received_bytes = EXCLUDED.received_bytes,
        sent_bytes = EXCLUDED.sent_bytes, endpoint = EXCLUDED.endpoint, observed_at = EXCLUDED.observed_at, public_key = EXCLUDED.public_key,
        received_per_second = EXCLUDED.received_per_second, sent_per_second = EXCLUDED.sent_per_second),
    counted AS (
      INSERT INTO client_traffic_hours AS h (client_id, hour, received_bytes, sent_bytes)
      SELECT id, date_trunc('hour', ${now}::timestamptz, 'UTC'), received, sent FROM matched WHERE received > 0 OR sent > 0
      ON CONFLICT (client_id, hour) DO UPDATE SET received_bytes = LEAST(h.received_bytes, ${MOST}) + EXCLUDED.received_bytes, sent_bytes = LEAST(h.sent_bytes, ${MOST}) + EXCLUDED.sent_bytes)
    SELECT DISTINCT subscription_id FROM matched`;
  return rows.map((row) => row.subscription_id);
}

export interface TrafficRow {
  at: Date;
  receivedBytes: number;
  sentBytes: number;
}

/** By the hour since an instant, then by the day (UTC) since one; hours in which nothing went through are left out. */
export async function readTraffic(tx: Tx, clientId: string, since: { hour: Date; day: Date }): Promise<{ hours: TrafficRow[]; days: TrafficRow[] }> {
  const numbers = (row: { at: Date; received: bigint; sent: bigint }): TrafficRow => ({ at: row.at, receivedBytes: Number(row.received), sentBytes: Number(row.sent) });
  const hours = await tx.$queryRaw<{ at: Date; received: bigint; sent: bigint }[]>`
    SELECT hour AS at, received_bytes AS received, sent_bytes AS sent FROM client_traffic_hours WHERE client_id = ${clientId}::uuid AND hour >= ${since.hour} ORDER BY hour`;
  const days = await tx.$queryRaw<{ at: Date; received: bigint; sent: bigint }[]>`
    SELECT day::timestamp AT TIME ZONE 'UTC' AS at, LEAST(sum(received_bytes), ${MOST})::bigint AS received, LEAST(sum(sent_bytes), ${MOST})::bigint AS sent FROM (
      SELECT day, received_bytes, sent_bytes FROM client_traffic_days WHERE client_id = ${clientId}::uuid
      UNION ALL
      SELECT (hour AT TIME ZONE 'UTC')::date, received_bytes, sent_bytes FROM client_traffic_hours WHERE client_id = ${clientId}::uuid) both_kinds
    WHERE day >= (${since.day}::timestamptz AT TIME ZONE 'UTC')::date GROUP BY day ORDER BY day`;
  return { hours: hours.map(numbers), days: days.map(numbers) };
}

/** Sums up hours before an instant by the day, and forgets days before another. What is summed up is gone from the hours in the same statement. */
export async function rollUpTraffic(tx: Tx, before: { hour: Date; day: Date }): Promise<void> {
  await tx.$executeRaw`
    WITH old AS (DELETE FROM client_traffic_hours WHERE hour < ${before.hour} RETURNING client_id, hour, received_bytes, sent_bytes)
    INSERT INTO client_traffic_days AS d (client_id, day, received_bytes, sent_bytes)
    SELECT client_id, (hour AT TIME ZONE 'UTC')::date, LEAST(sum(received_bytes), ${MOST})::bigint, LEAST(sum(sent_bytes), ${MOST})::bigint FROM old GROUP BY 1, 2
    ON CONFLICT (client_id, day) DO UPDATE SET received_bytes = LEAST(d.received_bytes, ${MOST}) + EXCLUDED.received_bytes, sent_bytes = LEAST(d.sent_bytes, ${MOST}) + EXCLUDED.sent_bytes`;
  await tx.$executeRaw`DELETE FROM client_traffic_days WHERE day < (${before.day}::timestamptz AT TIME ZONE 'UTC')::date`;
}
