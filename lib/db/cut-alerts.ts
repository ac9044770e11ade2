/** Cuts that a gateway has not confirmed for too long. */
import type { Tx } from "./client";

export interface OverdueCut {
  gatewayId: string;
  gatewayName: string;
  /** null: never heard of. */
  gatewayLastSeenAt: Date | null;
  agentless: boolean;
  /** What the agent could not do, in its words; null when nothing failed. */
  failure: string | null;
  revision: bigint;
  subscriptionId: string;
  subscriptionName: string;
  clientId: string;
  nickname: string;
  committedAt: Date;
}

/** Those that nobody was told of, their rows locked; a host without an agent confirms nothing, so its cuts count until they are fetched; another process's are passed by. Each client's latest change alone counts; an instance's own change cuts all of its clients. */
export async function lockOverdueCuts(tx: Tx, committedBefore: Date, limit: number): Promise<OverdueCut[]> {
  return tx.$queryRaw<OverdueCut[]>`
    SELECT ch.gateway_id AS "gatewayId", g.name AS "gatewayName", p.last_seen_at AS "gatewayLastSeenAt", g.agentless, p.failure, ch.revision,
      c.subscription_id AS "subscriptionId", s.name AS "subscriptionName", c.id AS "clientId", c.nickname, ch.committed_at AS "committedAt"
    FROM gateway_changes ch
    JOIN access_clients c ON c.instance_id = ch.instance_id AND c.gateway_id = ch.gateway_id AND c.revision = ch.revision AND (c.state <> 'active' OR c.held) AND (ch.client_id IS NULL OR c.id = ch.client_id)
    JOIN subscriptions s ON s.id = c.subscription_id
    JOIN gateways g ON g.id = ch.gateway_id
    LEFT JOIN gateway_presence p ON p.gateway_id = ch.gateway_id
    WHERE ch.acknowledged_at IS NULL AND ch.alerted_at IS NULL AND ch.committed_at <= ${committedBefore} AND NOT (g.agentless AND ch.delivered_at IS NOT NULL)
    ORDER BY ch.gateway_id, ch.revision LIMIT ${limit} FOR UPDATE OF ch SKIP LOCKED`;
}

/** The same of clients that were cut after their instance moved: the gateway that it left has not said that it is gone there. */
export async function lockCutsLeftBehind(tx: Tx, committedBefore: Date, limit: number): Promise<OverdueCut[]> {
  return tx.$queryRaw<OverdueCut[]>`
    SELECT ch.gateway_id AS "gatewayId", g.name AS "gatewayName", p.last_seen_at AS "gatewayLastSeenAt", g.agentless, p.failure, ch.revision,
      c.subscription_id AS "subscriptionId", s.name AS "subscriptionName", c.id AS "clientId", c.nickname, own.committed_at AS "committedAt"
    FROM gateway_changes ch JOIN instances i ON i.id = ch.instance_id AND i.status = 'deprovisioned'
    JOIN access_clients c ON c.subscription_id = i.subscription_id AND (c.state <> 'active' OR c.held) AND c.created_at <= ch.committed_at
    JOIN instances ci ON ci.id = c.instance_id AND ci.created_at > i.created_at
    JOIN gateway_changes own ON own.gateway_id = c.gateway_id AND own.revision = c.revision AND own.committed_at <= ${committedBefore}
    JOIN subscriptions s ON s.id = c.subscription_id
    JOIN gateways g ON g.id = ch.gateway_id
    LEFT JOIN gateway_presence p ON p.gateway_id = ch.gateway_id
    WHERE ch.client_id IS NULL AND ch.acknowledged_at IS NULL AND ch.alerted_at IS NULL AND ch.committed_at <= ${committedBefore}
    ORDER BY ch.gateway_id, ch.revision LIMIT ${limit} FOR UPDATE OF ch SKIP LOCKED`;
}

/** Whether people were told of this gateway already, for a cut that is still not confirmed. */
export async function isKnownLate(tx: Tx, gatewayId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT FROM gateway_changes ch JOIN gateways g ON g.id = ch.gateway_id
    WHERE ch.gateway_id = ${gatewayId}::uuid AND ch.acknowledged_at IS NULL AND ch.alerted_at IS NOT NULL AND NOT (g.agentless AND ch.delivered_at IS NOT NULL) LIMIT 1`;
  return rows.length > 0;
}

export async function markAlerted(tx: Tx, cuts: Pick<OverdueCut, "gatewayId" | "revision">[], now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE gateway_changes ch SET alerted_at = ${now}
    FROM unnest(${cuts.map(({ gatewayId }) => gatewayId)}::uuid[], ${cuts.map(({ revision }) => revision)}::bigint[]) AS t (gateway_id, revision)
    WHERE ch.gateway_id = t.gateway_id AND ch.revision = t.revision`;
}
