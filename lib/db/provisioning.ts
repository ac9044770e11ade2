/** Writing plans, subscriptions and instances. */
import type { SubnetV4, SubnetV6 } from "@/lib/core/subnet";
import type { Role } from "@/lib/core/vocabulary";
import type { Tx } from "./client";
import { notifySubscriptions, type DeviceChangeTimes } from "./gateway-changes";
import type { PlanTerms } from "./plans";
import { fromBase64 } from "./values";

/** @param plan.terms what it begins with, where there is none of this code yet; edited in the console from then on */
export async function upsertPlan(tx: Tx, plan: { id: string; code: string; name: string; maxClients: number | null; maxClientDays?: number | null; terms?: Partial<PlanTerms>; now: Date }): Promise<string> {
  const { code, name, maxClients, maxClientDays = null } = plan;
  const row = await tx.plan.upsert({ where: { code }, create: { ...plan.terms, id: plan.id, code, name, maxClients, maxClientDays, createdAt: plan.now }, update: { name, maxClients, maxClientDays } });
  return row.id;
}

export async function findPlan(tx: Tx, code: string): Promise<{ id: string; name: string } | null> {
  return tx.plan.findUnique({ where: { code }, select: { id: true, name: true } });
}

export async function insertSubscription(tx: Tx, row: { id: string; name: string; planId: string; now: Date }): Promise<void> {
  await tx.subscription.create({ data: { id: row.id, name: row.name, planId: row.planId, billingState: "active", createdAt: row.now } });
}

export async function insertMembership(tx: Tx, row: { subscriptionId: string; userId: string; role: Role; now: Date }): Promise<void> {
  await tx.membership.create({ data: { subscriptionId: row.subscriptionId, userId: row.userId, role: row.role, createdAt: row.now } });
}

export interface NewInstance {
  id: string;
  subscriptionId: string;
  gatewayId: string;
  name: string;
  subnetV4: SubnetV4;
  subnetV6: SubnetV6;
  tunnelAddressV4: string;
  tunnelAddressV6: string;
  interfaceName: string;
  listenPort: number;
  mtu: number | null;
  dns: string[];
  /** Of the interface, in base64, where the host has no agent: the instance is ready by the operator's word. null: its gateway makes the key and confirms it. */
  publicKey: string | null;
  now: Date;
}

export async function insertInstance(tx: Tx, i: NewInstance): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO instances (id, subscription_id, gateway_id, name, status, subnet_v4, subnet_v6, tunnel_address_v4, tunnel_address_v6, interface_name, listen_port, dns, mtu, public_key, created_at)
    VALUES (${i.id}::uuid, ${i.subscriptionId}::uuid, ${i.gatewayId}::uuid, ${i.name}, ${i.publicKey === null ? "provisioning" : "ready"}::instance_status, ${i.subnetV4}::cidr, ${i.subnetV6}::cidr, ${i.tunnelAddressV4}::inet,
      ${i.tunnelAddressV6}::inet, ${i.interfaceName}, ${i.listenPort}, ${i.dns}::inet[], ${i.mtu}, ${i.publicKey === null ? null : fromBase64(i.publicKey)}, ${i.now})`;
}

/**
 * The lowest free UDP port from `from` on. That of an instance that was taken down is free once its gateway confirmed it. Locks the
 * gateway, so that two instances can't be given the same.
 *
 * @returns null when there is no such gateway, or no port is left
 */
export async function freeListenPort(tx: Tx, gatewayId: string, from: number): Promise<{ port: number; agentless: boolean } | null> {
  const [gateway] = await tx.$queryRaw<{ agentless: boolean }[]>`SELECT agentless FROM gateways WHERE id = ${gatewayId}::uuid FOR UPDATE`;
  if (!gateway) return null;
  const [row] = await tx.$queryRaw<{ port: number }[]>`
    SELECT candidate AS port FROM generate_series(${from}::int, 65535) AS candidate
    WHERE NOT EXISTS (
      SELECT FROM instances i WHERE i.gateway_id = ${gatewayId}::uuid AND i.listen_port = candidate AND (i.status <> 'deprovisioned'
        OR EXISTS (SELECT FROM gateway_changes ch WHERE ch.gateway_id = i.gateway_id AND ch.instance_id = i.id AND ch.acknowledged_at IS NULL))) LIMIT 1`;
  return row ? { port: row.port, agentless: gateway.agentless } : null;
}

/** The latest change to the instance itself. */
export async function findInstanceChange(tx: Tx, instanceId: string): Promise<DeviceChangeTimes | null> {
  return tx.gatewayChange.findFirst({
    where: { instanceId, clientId: null },
    orderBy: { revision: "desc" },
    select: { requestedAt: true, committedAt: true, deliveredAt: true, appliedAt: true, acknowledgedAt: true },
  });
}

export interface OpenGateway {
  id: string;
  name: string;
  endpointHost: string;
  /** Of all its instances. */
  clients: number;
  /** Of the gateway protocol, that its agent and the portal go by; null: not said yet. */
  protocolVersion: number | null;
}

/**
 * Gateways that an instance can be put on, those with most room first: heard of since; in touch with what they must hold before others, then by the fewest clients, then instances.
 */
export async function listOpenGateways(tx: Tx, heardSince: Date, limit: number): Promise<OpenGateway[]> {
  return tx.$queryRaw<OpenGateway[]>`
    SELECT g.id, g.name, g.endpoint_host AS "endpointHost", COALESCE(sum(i.live_clients), 0)::int AS clients, p.protocol_version AS "protocolVersion" FROM gateways g JOIN gateway_presence p ON p.gateway_id = g.id
    LEFT JOIN instances i ON i.gateway_id = g.id AND i.status <> 'deprovisioned'
    WHERE g.enrolled_at IS NOT NULL AND p.last_seen_at >= ${heardSince}
    GROUP BY g.id, p.failure, p.protocol_version
    ORDER BY (p.failure IS NOT NULL), COALESCE(sum(i.live_clients), 0), count(i.id), g.id LIMIT ${limit}`;
}

/** What a gateway couldn't set up; open pages are told. Those that are up, and other gateways', are left alone. */
export async function noteFailedInstances(tx: Tx, gatewayId: string, instanceIds: string[]): Promise<void> {
  const failed = await tx.$queryRaw<{ subscriptionId: string }[]>`
    UPDATE instances SET status = 'failed' WHERE gateway_id = ${gatewayId}::uuid AND id = ANY(${instanceIds}::uuid[]) AND status = 'provisioning'
    RETURNING subscription_id AS "subscriptionId"`;
  await notifySubscriptions(tx, failed.map(({ subscriptionId }) => ({ subscriptionId, clientId: null })));
}

export async function findGatewayByName(tx: Tx, name: string): Promise<{ id: string; enrolled: boolean } | null> {
  const row = await tx.gateway.findUnique({ where: { name }, select: { id: true, enrolledAt: true } });
  return row && { id: row.id, enrolled: row.enrolledAt !== null };
}

const STANDING = { where: { status: { not: "deprovisioned" } }, select: { id: true } } as const;

/** Locks the subscription's row until the transaction ends, so that it gets one instance however many ask. */
export async function lockSubscriptionWithInstance(tx: Tx, subscriptionId: string): Promise<{ id: string; name: string; instanceId: string | null } | null> {
  await tx.$queryRaw`SELECT id FROM subscriptions WHERE id = ${subscriptionId}::uuid FOR UPDATE`;
  const row = await tx.subscription.findUnique({ where: { id: subscriptionId }, include: { instances: STANDING } });
  return row && { id: row.id, name: row.name, instanceId: row.instances[0]?.id ?? null };
}

/** The first subscription that a user owns. */
export async function findOwnedSubscription(tx: Tx, userId: string): Promise<{ id: string; instanceId: string | null } | null> {
  const row = await tx.membership.findFirst({ where: { userId, role: "owner" }, include: { subscription: { include: { instances: STANDING } } } });
  return row && { id: row.subscriptionId, instanceId: row.subscription.instances[0]?.id ?? null };
}
