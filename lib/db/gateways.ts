/** Gateways: enrolment, who a credential belongs to, what they reported, and what operators see of them. */
import { violatedUnique, type Tx } from "./client";
import { fromBase64 } from "./values";

export interface GatewayIdentity {
  id: string;
  name: string;
}

export interface Enrolment {
  tokenHash: Uint8Array<ArrayBuffer>;
  credentialHash: Uint8Array<ArrayBuffer>;
  boxPublicKey: string;
  now: Date;
}

/**
 * Spends an enrolment token on one credential; atomic, whoever else tries at the same time. The same token with the same credential
 * answers again, for an agent that was killed before it read the answer.
 *
 * @returns null when the token is unknown, expired or spent, or the credential is another gateway's; the transaction can then only be
 *   rolled back
 */
export async function enrolGateway(tx: Tx, e: Enrolment): Promise<(GatewayIdentity & { again: boolean; boxKeyChanged: boolean }) | null> {
  const enrolled = await spendToken(tx, e);
  if (enrolled === "credential in use") return null;
  if (enrolled) return { ...enrolled, again: false };
  const [known] = await tx.$queryRaw<GatewayIdentity[]>`
    SELECT id, name FROM gateways WHERE enrol_token_hash = ${e.tokenHash} AND credential_hash = ${e.credentialHash}`;
  return known ? { ...known, again: true, boxKeyChanged: false } : null;
}

async function spendToken(tx: Tx, e: Enrolment): Promise<(GatewayIdentity & { boxKeyChanged: boolean }) | "credential in use" | undefined> {
  try {
    const [enrolled] = await tx.$queryRaw<(GatewayIdentity & { boxKeyChanged: boolean })[]>`
      WITH before AS (SELECT id, box_public_key FROM gateways WHERE enrol_token_hash = ${e.tokenHash} FOR UPDATE)
      UPDATE gateways g SET credential_hash = ${e.credentialHash}, credential_made_at = ${e.now}, rotation_asked_at = NULL, cut_off_at = NULL, box_public_key = ${fromBase64(e.boxPublicKey)}, enrolled_at = ${e.now}
      FROM before WHERE g.id = before.id AND enrol_token_hash = ${e.tokenHash} AND enrol_token_expires > ${e.now} AND enrolled_at IS NULL
      RETURNING g.id, g.name, before.box_public_key IS DISTINCT FROM g.box_public_key AS "boxKeyChanged"`;
    return enrolled;
  } catch (error) {
    if (violatedUnique(error)?.includes("credential_hash")) return "credential in use";
    throw error;
  }
}

export async function noteAgent(
  tx: Tx,
  gatewayId: string,
  agent: { now: Date; agentVersion: string; protocolVersion: number; implementation: string },
): Promise<void> {
  const { now, ...facts } = agent;
  await tx.gatewayPresence.upsert({ where: { gatewayId }, create: { gatewayId, lastSeenAt: now, ...facts }, update: { lastSeenAt: now, ...facts } });
}

export async function insertGateway(tx: Tx, gateway: { id: string; name: string; endpointHost: string; agentless?: boolean; now: Date }): Promise<void> {
  const { id, name, endpointHost, agentless = false, now } = gateway;
  await tx.$executeRaw`INSERT INTO gateways (id, name, endpoint_host, agentless, created_at) VALUES (${id}::uuid, ${name}, ${endpointHost}, ${agentless}, ${now})`;
}

/** Sets a new one-time token on a gateway that has not enrolled. @returns whether there is such a gateway */
export async function setEnrolToken(tx: Tx, gatewayId: string, tokenHash: Uint8Array<ArrayBuffer>, expiresAt: Date): Promise<boolean> {
  const { count } = await tx.gateway.updateMany({ where: { id: gatewayId, enrolledAt: null, agentless: false }, data: { enrolTokenHash: tokenHash, enrolTokenExpires: expiresAt } });
  return count === 1;
}

/** The gateway confirmed an instance: keeps its public key. @returns the instances whose status or key changed by it */
export async function confirmInstances(
  tx: Tx,
  gatewayId: string,
  confirmed: { instanceId: string; publicKey: string }[],
): Promise<{ id: string; subscriptionId: string; name: string; firstTime: boolean }[]> {
  if (confirmed.length === 0) return [];
  const ids = confirmed.map((item) => item.instanceId);
  const keys = confirmed.map((item) => fromBase64(item.publicKey));
  const rows = await tx.$queryRaw<{ id: string; subscription_id: string; name: string; first_time: boolean }[]>`
    WITH confirmed AS (SELECT * FROM unnest(${ids}::uuid[], ${keys}::bytea[]) AS t (id, public_key)),
    before AS (SELECT i.id, i.public_key IS NULL AS first_time FROM instances i JOIN confirmed USING (id))
    UPDATE instances i SET public_key = c.public_key, status = CASE WHEN i.status IN ('provisioning', 'failed') THEN 'ready' ELSE i.status END
    FROM confirmed c JOIN before b USING (id)
    WHERE i.id = c.id AND i.gateway_id = ${gatewayId}::uuid AND i.status <> 'deprovisioned'
      AND (i.public_key IS DISTINCT FROM c.public_key OR i.status IN ('provisioning', 'failed'))
    RETURNING i.id, i.subscription_id, i.name, b.first_time`;
  return rows.map((row) => ({ id: row.id, subscriptionId: row.subscription_id, name: row.name, firstTime: row.first_time }));
}

/** Those of the instances that are on this gateway, by id. */
export async function findOwnInstances(tx: Tx, gatewayId: string, ids: string[]): Promise<Map<string, { name: string; subscriptionId: string }>> {
  const rows = await tx.instance.findMany({ where: { gatewayId, id: { in: ids } }, select: { id: true, name: true, subscriptionId: true } });
  return new Map(rows.map(({ id, ...rest }) => [id, rest]));
}

export interface GatewayRow {
  id: string;
  name: string;
  endpointHost: string;
  enrolledAt: Date | null;
  agentless: boolean;
  revision: number;
  lastSeenAt: Date | null;
  acknowledgedRevision: number;
  inSync: boolean;
  agentVersion: string | null;
  implementation: string | null;
  failure: string | null;
  protocolVersion: number | null;
  credentialMadeAt: Date | null;
  rotationAskedAt: Date | null;
  cutOffAt: Date | null;
  instances: number;
  peers: number;
  /** Cuts that it has not confirmed; without an agent: not fetched. */
  pendingCuts: number;
  /** Of the oldest of them. */
  pendingSince: Date | null;
}

export async function listGatewayRows(tx: Tx): Promise<GatewayRow[]> {
  const rows = await tx.$queryRaw<(Omit<GatewayRow, "revision" | "acknowledgedRevision"> & { revision: bigint; acknowledgedRevision: bigint })[]>`
    SELECT g.id, g.name, g.endpoint_host AS "endpointHost", g.enrolled_at AS "enrolledAt", g.agentless, g.credential_made_at AS "credentialMadeAt", g.rotation_asked_at AS "rotationAskedAt", g.cut_off_at AS "cutOffAt", g.revision, p.last_seen_at AS "lastSeenAt",
           COALESCE(p.acknowledged_revision, 0) AS "acknowledgedRevision", COALESCE(p.in_sync, false) AS "inSync", p.agent_version AS "agentVersion",
           p.implementation, p.failure, p.protocol_version AS "protocolVersion", (SELECT count(*)::int FROM instances i WHERE i.gateway_id = g.id AND i.status <> 'deprovisioned') AS instances,
           (SELECT COALESCE(sum(i.live_clients), 0)::int FROM instances i WHERE i.gateway_id = g.id) AS peers,
           COALESCE(late.cuts, 0) AS "pendingCuts", late.since AS "pendingSince"
    FROM gateways g LEFT JOIN gateway_presence p ON p.gateway_id = g.id
    LEFT JOIN LATERAL (
      SELECT count(*)::int AS cuts, min(ch.committed_at) AS since FROM gateway_changes ch
      JOIN access_clients c ON c.instance_id = ch.instance_id AND c.gateway_id = ch.gateway_id AND c.revision = ch.revision AND (c.state <> 'active' OR c.held) AND (ch.client_id IS NULL OR c.id = ch.client_id)
      WHERE ch.gateway_id = g.id AND ch.acknowledged_at IS NULL AND NOT (g.agentless AND ch.delivered_at IS NOT NULL)) late ON true
    ORDER BY g.name`;
  return rows.map((row) => ({ ...row, revision: Number(row.revision), acknowledgedRevision: Number(row.acknowledgedRevision) }));
}
