/** Instances that go: taken down, or moved to another gateway. One revision says it of the instance and of all its clients. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { PublicKey } from "@/lib/core/keys";
import type { SubnetV4, SubnetV6 } from "@/lib/core/subnet";
import type { Tx } from "./client";
import type { DeviceChangeTimes } from "./gateway-changes";
import { publicKeyText } from "./keys";
import { MAIL_TO } from "./owner-holds";
import type { GatewaySeen } from "./subscriptions";

export interface LockedInstance {
  id: string;
  subscriptionId: string;
  gatewayId: string;
  gatewayName: string;
  agentless: boolean;
  name: string;
  subnetV4: SubnetV4;
  subnetV6: SubnetV6;
  dns: string[];
  mtu: number | null;
  liveClients: number;
}

/** A client that is not revoked, as far as its instance's going concerns it. */
export interface LeavingClient {
  id: string;
  nickname: string;
  publicKey: PublicKey;
  /** Where its owner is told of it; null: nowhere. */
  mailTo: string | null;
}

/**
 * Locks the subscription's clients that are not revoked, then its instance, until the transaction ends. Lock the subscription's row
 * first: then none is added meanwhile.
 *
 * @returns null when it has no instance
 */
export async function lockInstanceWithClients(tx: Tx, subscriptionId: string): Promise<{ instance: LockedInstance; clients: LeavingClient[] } | null> {
  const clients = await tx.$queryRaw<(Omit<LeavingClient, "publicKey"> & { publicKey: Uint8Array })[]>`
    SELECT c.id, c.nickname, c.public_key AS "publicKey", ${MAIL_TO} AS "mailTo" FROM access_clients c LEFT JOIN users o ON o.id = c.owner_id
    WHERE c.subscription_id = ${subscriptionId}::uuid AND c.state <> 'revoked' ORDER BY c.id FOR UPDATE OF c`;
  const [instance] = await tx.$queryRaw<LockedInstance[]>`
    SELECT i.id, i.subscription_id AS "subscriptionId", i.gateway_id AS "gatewayId", g.name AS "gatewayName", g.agentless, i.name, i.subnet_v4::text AS "subnetV4", i.subnet_v6::text AS "subnetV6",
      ARRAY(SELECT host(d) FROM unnest(i.dns) d) AS dns, i.mtu, i.live_clients AS "liveClients"
    FROM instances i JOIN gateways g ON g.id = i.gateway_id WHERE i.subscription_id = ${subscriptionId}::uuid AND i.status <> 'deprovisioned' FOR UPDATE OF i`;
  return instance ? { instance, clients: clients.map(({ publicKey, ...rest }) => ({ ...rest, publicKey: publicKeyText(publicKey) })) } : null;
}

/** Locks gateways in the order in which everybody does. */
export async function lockGateways(tx: Tx, ids: string[]): Promise<void> {
  await tx.$queryRaw`SELECT id FROM gateways WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
}

/** Its clients are revoked with it, as of the revision that takes it down. @param byUserId null: the portal */
export async function markTakenDown(tx: Tx, instanceId: string, revision: bigint, byUserId: string | null, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET state = 'revoked', revoked_at = ${now}, revoked_by_id = ${byUserId}::uuid, revision = ${revision} WHERE instance_id = ${instanceId}::uuid AND state <> 'revoked'`;
  await tx.$executeRaw`DELETE FROM released_addresses WHERE instance_id = ${instanceId}::uuid`;
  // What systems joined it with opens nothing of an instance that comes after it; nor does a request that nobody decided.
  await tx.$executeRaw`DELETE FROM api_keys k USING instances i WHERE i.id = ${instanceId}::uuid AND k.subscription_id = i.subscription_id`;
  await tx.$executeRaw`
    DELETE FROM systems s USING instances i WHERE i.id = ${instanceId}::uuid AND s.subscription_id = i.subscription_id AND NOT EXISTS (SELECT FROM access_clients c WHERE c.system_id = s.id)`;
  await markDeprovisioned(tx, instanceId);
}

async function markDeprovisioned(tx: Tx, instanceId: string): Promise<void> {
  await tx.$executeRaw`UPDATE instances SET status = 'deprovisioned', live_clients = 0 WHERE id = ${instanceId}::uuid`;
}

export interface Move {
  fromId: string;
  /** The instance anew, on its new gateway. */
  toId: string;
  gatewayId: string;
  interfaceName: string;
  listenPort: number;
  now: Date;
}

/** The same instance on another gateway, with networks and addresses; its clients follow by `moveClients`. */
export async function moveInstance(tx: Tx, { fromId, toId, gatewayId, interfaceName, listenPort, now }: Move): Promise<void> {
  const [left] = await tx.$queryRaw<{ live: number }[]>`SELECT live_clients AS live FROM instances WHERE id = ${fromId}::uuid`;
  await markDeprovisioned(tx, fromId);
  await tx.$executeRaw`
    INSERT INTO instances (id, subscription_id, gateway_id, name, status, subnet_v4, subnet_v6, tunnel_address_v4, tunnel_address_v6, interface_name, listen_port, dns, mtu,
      persistent_keepalive_seconds, peers_reach, next_host_index, live_clients, created_at)
    SELECT ${toId}::uuid, subscription_id, ${gatewayId}::uuid, name, 'provisioning', subnet_v4, subnet_v6, tunnel_address_v4, tunnel_address_v6, ${interfaceName}, ${listenPort}, dns, mtu,
      persistent_keepalive_seconds, peers_reach, next_host_index, ${left?.live ?? 0}, ${now}
    FROM instances WHERE id = ${fromId}::uuid`;
  await tx.$executeRaw`UPDATE released_addresses SET instance_id = ${toId}::uuid WHERE instance_id = ${fromId}::uuid`;
}

/**
 * Clients with their keys. Preshared keys stay behind: they are sealed to the gateway that the instance left. Clients that were revoked
 * stay with the old row, and their proofs with them.
 */
export async function moveClients(tx: Tx, { fromId, toId, gatewayId, now }: Move, revision: bigint): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET instance_id = ${toId}::uuid, gateway_id = ${gatewayId}::uuid, revision = ${revision}, sealed_preshared_key = NULL, next_sealed_preshared_key = NULL, moved_at = ${now}
    WHERE instance_id = ${fromId}::uuid AND state <> 'revoked'`;
}

/** The instance that went last, and how far its gateway is with that. */
export interface LeavingInstance {
  name: string;
  change: DeviceChangeTimes;
  gateway: { name: string } & GatewaySeen;
}

/** @returns null when none ever went */
export async function findLeavingInstance(tx: Tx, subscriptionId: string): Promise<LeavingInstance | null> {
  const [row] = await tx.$queryRaw<(DeviceChangeTimes & Omit<GatewaySeen, "fetchedRevision"> & { name: string; gatewayName: string; fetchedRevision: bigint | null })[]>`
    SELECT i.name, ch.requested_at AS "requestedAt", ch.committed_at AS "committedAt", ch.delivered_at AS "deliveredAt", ch.applied_at AS "appliedAt", ch.acknowledged_at AS "acknowledgedAt",
      g.name AS "gatewayName", p.last_seen_at AS "lastSeenAt", g.agentless, pl.fetched_at AS "fetchedAt", pl.fetched_revision AS "fetchedRevision"
    FROM instances i JOIN gateways g ON g.id = i.gateway_id
    JOIN LATERAL (SELECT * FROM gateway_changes c WHERE c.gateway_id = i.gateway_id AND c.instance_id = i.id AND c.client_id IS NULL ORDER BY c.revision DESC LIMIT 1) ch ON true
    LEFT JOIN gateway_presence p ON p.gateway_id = g.id LEFT JOIN peer_lists pl ON pl.instance_id = i.id
    WHERE i.subscription_id = ${subscriptionId}::uuid AND i.status = 'deprovisioned'
    ORDER BY ch.committed_at DESC, ch.revision DESC LIMIT 1`;
  if (!row) return null;
  const { name, gatewayName, lastSeenAt, agentless, fetchedAt, fetchedRevision, ...change } = row;
  return { name, change, gateway: { name: gatewayName, lastSeenAt, agentless, fetchedAt, fetchedRevision: fetchedRevision === null ? null : Number(fetchedRevision) } };
}

/** An instance whose reach was changed, as its element of the digest says it. */
export interface ReachableInstance {
  instanceId: string;
  gatewayId: string;
  listenPort: number;
  addresses: string[];
}

/** Its clients reach one another from now on. @returns null when they did already, or there is no instance */
export const openReach = (tx: Tx, _proof: VerifiedProof<"policy.relax">, subscriptionId: string): Promise<ReachableInstance | null> => setReach(tx, subscriptionId, true);

/** @returns null when they didn't already, or there is no instance */
export const closeReach = (tx: Tx, subscriptionId: string): Promise<ReachableInstance | null> => setReach(tx, subscriptionId, false);

async function setReach(tx: Tx, subscriptionId: string, on: boolean): Promise<ReachableInstance | null> {
  const [row] = await tx.$queryRaw<{ id: string; gatewayId: string; listenPort: number; v4: string; v6: string }[]>`
    UPDATE instances SET peers_reach = ${on} WHERE subscription_id = ${subscriptionId}::uuid AND status <> 'deprovisioned' AND peers_reach <> ${on}
    RETURNING id, gateway_id AS "gatewayId", listen_port AS "listenPort", host(tunnel_address_v4) || '/' || masklen(subnet_v4) AS v4, host(tunnel_address_v6) || '/' || masklen(subnet_v6) AS v6`;
  return row ? { instanceId: row.id, gatewayId: row.gatewayId, listenPort: row.listenPort, addresses: [row.v4, row.v6] } : null;
}
