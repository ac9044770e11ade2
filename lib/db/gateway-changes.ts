/** The seam: taking the next revision, and settling what a gateway confirmed. */
import { bitsOf } from "@/lib/protocol/digest";
import type { Tx } from "./client";
import { LEFT_BEHIND } from "./left-behind";
import { notification, notifications } from "./wakeups";

export interface DeviceChange {
  gatewayId: string;
  instanceId: string;
  subscriptionId: string;
  /** null: the instance itself. */
  clientId: string | null;
  /** XOR of the hashes of the elements that come and go (lib/protocol/digest). */
  toggled: Uint8Array;
  /** When the request reached the portal. */
  requestedAt: Date;
  committedAt: Date;
}

/**
 * Takes the gateway's next revision for one change, and wakes whoever waits for it once the transaction commits. The gateway's row
 * stays locked until then, so commit order is revision order.
 */
export async function takeRevision(tx: Tx, change: DeviceChange): Promise<bigint> {
  const [row] = await tx.$queryRaw<{ revision: bigint }[]>`
    WITH bumped AS (
      UPDATE gateways SET revision = revision + 1, wanted_digest = wanted_digest # ${bitsOf(change.toggled)}::bit(256)
      WHERE id = ${change.gatewayId}::uuid RETURNING id, revision, wanted_digest),
    noted AS (
      INSERT INTO gateway_changes (gateway_id, revision, instance_id, client_id, digest, requested_at, committed_at)
      SELECT id, revision, ${change.instanceId}::uuid, ${change.clientId}::uuid, wanted_digest, ${change.requestedAt}, ${change.committedAt} FROM bumped
      RETURNING revision)
    SELECT revision, ${notification(`gateway:${change.gatewayId}`)}::text AS woken,
           ${notification(`subscription:${change.subscriptionId}`, change.clientId ?? "")}::text AS told
    FROM noted`;
  if (!row) throw new Error("The gateway to change is gone.");
  return row.revision;
}

/** When a change was asked for, and how far it has come. */
export interface DeviceChangeTimes {
  requestedAt: Date;
  committedAt: Date;
  deliveredAt: Date | null;
  appliedAt: Date | null;
  acknowledgedAt: Date | null;
}

/** Mails name so many clients; the page has them all. */
export const NAMED = 20;

/** One change that an acknowledgement settled. */
export interface SettledChange {
  revision: bigint;
  instanceId: string;
  instanceName: string;
  subscriptionId: string;
  clientId: string | null;
  nickname: string | null;
  /** The client is to be off the device as of its latest change, and is on no other that its instance left. */
  cut: boolean;
  /** Of an instance's own change: those of its clients that it took off, with the nicknames of the first of them; of one that moved, those that were cut since. */
  cutWithIt: { count: number; nicknames: string[] };
  /** The instance is to be gone from this gateway. */
  gone: boolean;
  /** People were told that it is late. */
  alerted: boolean;
  subscriptionName: string;
  requestedAt: Date;
  committedAt: Date;
  deliveredAt: Date;
  appliedAt: Date;
  acknowledgedAt: Date;
}

export interface Acknowledgement {
  gatewayId: string;
  revision: number;
  digest: Uint8Array;
  receivedAt: Date;
  appliedAt: Date;
  /** When the acknowledgement reached the portal. */
  now: Date;
}

/** Whether the digest is the one that the gateway must have at that revision; null when there is no such revision. */
export async function digestMatches(tx: Tx, gatewayId: string, revision: number, digest: Uint8Array): Promise<boolean | null> {
  const bits = bitsOf(digest);
  const [row] = await tx.$queryRaw<{ matches: boolean | null }[]>`
    SELECT CASE
      WHEN g.revision = ${revision} THEN g.wanted_digest = ${bits}::bit(256)
      WHEN ${revision}::bigint = 0 THEN ${bits}::bit(256) = repeat('0', 256)::bit(256)
      ELSE (SELECT c.digest = ${bits}::bit(256) FROM gateway_changes c WHERE c.gateway_id = g.id AND c.revision = ${revision})
    END AS matches
    FROM gateways g WHERE g.id = ${gatewayId}::uuid`;
  return row?.matches ?? null;
}

/**
 * Settles every change up to the revision that was not settled yet. Times are put in order: neither a duration measured on the
 * gateway nor another portal process's clock can move a delivery before the commit, or the end before either.
 */
export async function settleChanges(tx: Tx, ack: Acknowledgement): Promise<SettledChange[]> {
  const rows = await tx.$queryRaw<
    { revision: bigint; instance_id: string; instance_name: string; subscription_id: string; client_id: string | null; nickname: string | null; cut: boolean | null; cut_count: number; cut_names: string[]; gone: boolean; alerted: boolean; subscription_name: string; requested_at: Date; committed_at: Date; delivered_at: Date; applied_at: Date; acknowledged_at: Date }[]
  >`
    WITH settled AS (
      UPDATE gateway_changes SET
        acknowledged_at = GREATEST(${ack.now}, committed_at),
        delivered_at = LEAST(GREATEST(COALESCE(delivered_at, ${ack.receivedAt}), committed_at), GREATEST(${ack.now}, committed_at)),
        applied_at = LEAST(GREATEST(${ack.appliedAt}, COALESCE(delivered_at, ${ack.receivedAt}), committed_at), GREATEST(${ack.now}, committed_at))
      WHERE gateway_id = ${ack.gatewayId}::uuid AND revision <= ${ack.revision} AND acknowledged_at IS NULL
      RETURNING *)
    SELECT s.revision, s.instance_id, i.name AS instance_name, i.subscription_id, s.client_id, c.nickname,
           (c.state <> 'active' OR c.held) AND c.revision = s.revision AND c.gateway_id = s.gateway_id AND NOT COALESCE(elsewhere.waits, false) AS cut, COALESCE(w.count, 0) AS cut_count, COALESCE(w.names, '{}') AS cut_names,
           s.client_id IS NULL AND i.status = 'deprovisioned' AS gone, s.alerted_at IS NOT NULL AS alerted, sub.name AS subscription_name,
           s.requested_at, s.committed_at, s.delivered_at, s.applied_at, s.acknowledged_at
    FROM settled s JOIN instances i ON i.id = s.instance_id JOIN subscriptions sub ON sub.id = i.subscription_id LEFT JOIN access_clients c ON c.id = s.client_id
    ${LEFT_BEHIND}
    LEFT JOIN LATERAL (
      SELECT count(*)::int AS count, (array_agg(a.nickname ORDER BY a.created_at))[1:${NAMED}::int] AS names FROM (
        SELECT nickname, created_at FROM access_clients a
        WHERE s.client_id IS NULL AND a.instance_id = s.instance_id AND a.gateway_id = s.gateway_id AND a.revision = s.revision AND (a.state <> 'active' OR a.held)
        UNION ALL
        SELECT a.nickname, a.created_at FROM access_clients a JOIN instances ai ON ai.id = a.instance_id AND ai.created_at > i.created_at
        WHERE s.client_id IS NULL AND i.status = 'deprovisioned' AND a.subscription_id = i.subscription_id AND (a.state <> 'active' OR a.held) AND a.created_at <= s.committed_at
          AND NOT EXISTS (SELECT FROM settled later WHERE later.instance_id = s.instance_id AND later.client_id IS NULL AND later.revision > s.revision)) a) w ON true
    ORDER BY s.revision`;
  return rows.map((row) => ({
    revision: row.revision,
    instanceId: row.instance_id,
    instanceName: row.instance_name,
    subscriptionId: row.subscription_id,
    clientId: row.client_id,
    nickname: row.nickname,
    cut: row.cut ?? false,
    cutWithIt: { count: row.cut_count, nicknames: row.cut_names },
    gone: row.gone,
    alerted: row.alerted,
    subscriptionName: row.subscription_name,
    requestedAt: row.requested_at,
    committedAt: row.committed_at,
    deliveredAt: row.delivered_at,
    appliedAt: row.applied_at,
    acknowledgedAt: row.acknowledged_at,
  }));
}

export interface Said {
  now: Date;
  /** What it is, and the version of the protocol that the two go by; absent: as it was. */
  agent?: { version: string | null; protocol: number };
  /** What it was said about; absent when it says no more than that it is there. */
  about?: { revision: number; inSync: boolean; digest?: Uint8Array; failure?: string | null };
}

/**
 * Notes what a gateway said of itself. What is said about an older revision than it confirmed, by a replay or a late message, is passed
 * over. @returns whether it was said about the latest revision that the gateway confirmed, or a later one
 */
export async function notePresence(tx: Tx, gatewayId: string, { now, agent, about }: Said): Promise<boolean> {
  const digest = about?.digest ? bitsOf(about.digest) : null;
  const confirmed = about?.inSync ? about.revision : 0;
  const [row] = await tx.$queryRaw<{ confirmed: bigint }[]>`
    INSERT INTO gateway_presence AS p (gateway_id, last_seen_at, acknowledged_revision, observed_digest, in_sync, failure, agent_version, protocol_version)
    VALUES (${gatewayId}::uuid, ${now}, ${about?.digest ? confirmed : 0}, ${digest}::bit(256), ${about?.inSync ?? false}, ${about?.failure ?? null}, ${agent?.version ?? null}, ${agent?.protocol ?? null})
    ON CONFLICT (gateway_id) DO UPDATE SET
      agent_version = COALESCE(EXCLUDED.agent_version, p.agent_version),
      protocol_version = COALESCE(EXCLUDED.protocol_version, p.protocol_version),
      last_seen_at = GREATEST(p.last_seen_at, EXCLUDED.last_seen_at),
      acknowledged_revision = GREATEST(p.acknowledged_revision, EXCLUDED.acknowledged_revision),
      observed_digest = CASE WHEN ${about?.revision ?? -1} >= p.acknowledged_revision THEN COALESCE(EXCLUDED.observed_digest, p.observed_digest) ELSE p.observed_digest END,
      in_sync = CASE WHEN ${about?.revision ?? -1} >= p.acknowledged_revision THEN EXCLUDED.in_sync ELSE p.in_sync END,
      failure = CASE WHEN ${about?.failure !== undefined} AND ${about?.revision ?? -1} >= p.acknowledged_revision THEN EXCLUDED.failure ELSE p.failure END
    RETURNING acknowledged_revision AS confirmed`;
  return row !== undefined && about !== undefined && BigInt(about.revision) >= row.confirmed;
}

export interface Present {
  gatewayId: string;
  at: Date;
  agent?: { version: string | null; protocol: number };
}

/** Of several gateways that each is there, and says no more. */
export async function notePresences(tx: Tx, all: readonly Present[]): Promise<void> {
  // In one order everywhere, so that no two wait for each other; and each once, as ON CONFLICT wants it.
  const latest = [...new Map(all.map((one) => [one.gatewayId, one])).values()].sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1));
  await tx.$executeRaw`
    INSERT INTO gateway_presence AS p (gateway_id, last_seen_at, acknowledged_revision, in_sync, agent_version, protocol_version)
    SELECT id, at, 0, false, version, protocol
    FROM unnest(${latest.map(({ gatewayId }) => gatewayId)}::uuid[], ${latest.map(({ at }) => at)}::timestamptz[], ${latest.map(({ agent }) => agent?.version ?? null)}::text[], ${latest.map(({ agent }) => agent?.protocol ?? null)}::int[])
      AS t (id, at, version, protocol)
    ON CONFLICT (gateway_id) DO UPDATE SET agent_version = COALESCE(EXCLUDED.agent_version, p.agent_version), protocol_version = COALESCE(EXCLUDED.protocol_version, p.protocol_version),
      last_seen_at = GREATEST(p.last_seen_at, EXCLUDED.last_seen_at)`;
}

/** It asked in a way that this portal doesn't understand, so that nothing else is heard of it. `agent.protocol` is the highest version that it speaks; 0: none. */
export async function noteNotUnderstood(tx: Tx, gatewayId: string, { failure, agent }: { failure: string; agent: { version: string | null; protocol: number } }): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO gateway_presence AS p (gateway_id, in_sync, failure, agent_version, protocol_version) VALUES (${gatewayId}::uuid, false, ${failure}, ${agent.version}, ${agent.protocol})
    ON CONFLICT (gateway_id) DO UPDATE SET in_sync = false, failure = EXCLUDED.failure, agent_version = COALESCE(EXCLUDED.agent_version, p.agent_version), protocol_version = EXCLUDED.protocol_version
    WHERE p.failure IS DISTINCT FROM EXCLUDED.failure OR p.in_sync OR p.protocol_version IS DISTINCT FROM EXCLUDED.protocol_version`;
}

/** Wakes the pages that show these, once the transaction commits. */
export async function notifySubscriptions(tx: Tx, items: { subscriptionId: string; clientId: string | null }[]): Promise<void> {
  if (items.length === 0) return;
  await tx.$executeRaw(notifications(items.map(({ subscriptionId, clientId }) => ({ topic: `subscription:${subscriptionId}`, detail: clientId ?? "" }))));
}
