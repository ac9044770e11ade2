/** Subscriptions as an actor may see them. Each query is scoped: a subscription the actor has no part in is as if it weren't there. */
import { stricter } from "@/lib/core/client-expiry";
import type { Standing } from "@/lib/core/policy";
import type { Billing, BillingTerms, CardState } from "@/lib/core/billing";
import type { BillingState, InstanceStatus, PlanInterval, Role, SharedConfigPolicy } from "@/lib/core/vocabulary";
import type { SubnetV4, SubnetV6 } from "@/lib/core/subnet";
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { Tx } from "./client";
import { Prisma } from "./generated/client";
import { notification } from "./wakeups";

/** When a gateway was heard of; of a host without an agent, when it fetched this instance's list of peers. */
export interface GatewaySeen {
  lastSeenAt: Date | null;
  agentless: boolean;
  fetchedAt: Date | null;
  fetchedRevision: number | null;
}

export interface InstanceRow {
  id: string;
  name: string;
  status: InstanceStatus;
  subnetV4: SubnetV4;
  subnetV6: SubnetV6;
  tunnelAddressV4: string;
  tunnelAddressV6: string;
  listenPort: number;
  publicKey: Uint8Array | null;
  dns: string[];
  mtu: number | null;
  persistentKeepaliveSeconds: number;
  /** Of people and of systems: all that hold an address. */
  liveClients: number;
  liveSystems: number;
  /** Its clients reach one another. */
  peersReach: boolean;
  gateway: { id: string; name: string; endpointHost: string; boxPublicKey: Uint8Array | null; protocolVersion: number | null } & GatewaySeen;
}

/** amount: in the currency's smallest unit. */
export interface PlanPrice {
  amount: number;
  currency: string;
  interval: PlanInterval;
}

/** null: not limited. */
export interface ClientLimits {
  /** Clients that a member may have. */
  clientsPerMember: number | null;
  /** Days that a client has at a time. */
  clientDays: number | null;
}

export interface SubscriptionAccess {
  id: string;
  name: string;
  billingState: BillingState;
  billing: Billing;
  terms: BillingTerms;
  price: PlanPrice;
  twoFactorRequired: boolean;
  /** What happens to a client whose config two machines use. */
  sharedConfigPolicy: SharedConfigPolicy;
  /** Members sign in again after so many days; null: never asked to. */
  signInDays: number | null;
  /** The actor has not, so that their clients are off until they do; withProvider: it takes the provider's word. null: all is well. */
  lapsed: { since: Date; withProvider: boolean } | null;
  planName: string;
  /** price: null where the plan isn't to be paid for by card. account: null where nobody ever began to. */
  card: { price: string | null; account: { standing: CardState["standing"]; at: Date | null; renews: boolean; over: boolean; governs: boolean } | null };
  /** null: unlimited. */
  maxClients: number | null;
  /** Days that a client has at a time, by the plan and the subscription's own policy; null: any, also without an end. */
  maxClientDays: number | null;
  /** What the subscription asks of its members' clients, besides what the plan does; null: nothing. */
  limits: ClientLimits;
  /** null: unlimited. */
  maxSystems: number | null;
  /** What systems join with; null: it was not asked for yet. */
  apiKey: { ending: string; createdAt: Date } | null;
  standing: Standing;
  instance: InstanceRow | null;
}

interface Row {
  id: string;
  name: string;
  billing_state: BillingState;
  billing_until: Date | null;
  cancels_at_end: boolean;
  grace_days: number;
  retention_days: number;
  price: number;
  currency: string;
  interval: PlanInterval;
  two_factor_required: boolean;
  shared_config_policy: SharedConfigPolicy;
  sign_in_days: number | null;
  lapsed_at: Date | null;
  has_identity: boolean;
  plan_name: string;
  card_price: string | null;
  card_standing: CardState["standing"] | null;
  card_standing_at: Date | null;
  card_renews: boolean | null;
  card_over: boolean | null;
  card_governs: boolean | null;
  max_clients: number | null;
  max_client_days: number | null;
  client_days: number | null;
  clients_per_member: number | null;
  max_systems: number | null;
  api_key_ending: string | null;
  api_key_created_at: Date | null;
  role: Role | null;
  instance_id: string | null;
  instance_name: string;
  status: InstanceStatus;
  subnet_v4: SubnetV4;
  subnet_v6: SubnetV6;
  tunnel_address_v4: string;
  tunnel_address_v6: string;
  listen_port: number;
  public_key: Uint8Array | null;
  dns: string[];
  mtu: number | null;
  keepalive: number;
  live_clients: number;
  live_systems: number;
  peers_reach: boolean;
  protocol_version: number | null;
  gateway_id: string;
  gateway_name: string;
  endpoint_host: string;
  box_public_key: Uint8Array | null;
  last_seen_at: Date | null;
  agentless: boolean;
  fetched_at: Date | null;
  fetched_revision: bigint | null;
}

const COLUMNS = Prisma.sql`
  s.id, s.name, s.billing_state, s.billing_until, s.cancels_at_end, p.grace_days, p.retention_days, p.price, p.currency, p."interval", s.two_factor_required, s.shared_config_policy::text, s.sign_in_days, s.client_days, s.clients_per_member, m.lapsed_at, EXISTS (SELECT FROM identities x WHERE x.user_id = m.user_id) AS has_identity, p.name AS plan_name, p.card_price, ca.standing::text AS card_standing, ca.standing_at AS card_standing_at, ca.renews AS card_renews, ca.over AS card_over, ca.governs AS card_governs, p.max_clients, p.max_client_days, p.max_systems, k.ending AS api_key_ending, k.created_at AS api_key_created_at, m.role,
  i.id AS instance_id, i.name AS instance_name, i.status, i.subnet_v4::text, i.subnet_v6::text, host(i.tunnel_address_v4) AS tunnel_address_v4,
  host(i.tunnel_address_v6) AS tunnel_address_v6, i.listen_port, i.public_key, ARRAY(SELECT host(d) FROM unnest(i.dns) d) AS dns, i.mtu,
  i.persistent_keepalive_seconds AS keepalive, i.live_clients, i.peers_reach, gp.protocol_version,
  (SELECT count(*)::int FROM access_clients c WHERE c.instance_id = i.id AND c.system_id IS NOT NULL AND c.state <> 'revoked') AS live_systems,
  g.id AS gateway_id, g.name AS gateway_name, g.endpoint_host, CASE WHEN g.cut_off_at IS NULL THEN g.box_public_key END AS box_public_key, gp.last_seen_at, g.agentless, pl.fetched_at, pl.fetched_revision
  FROM subscriptions s JOIN plans p ON p.id = s.plan_id LEFT JOIN api_keys k ON k.subscription_id = s.id LEFT JOIN card_accounts ca ON ca.subscription_id = s.id
  LEFT JOIN instances i ON i.subscription_id = s.id AND i.status <> 'deprovisioned'
  LEFT JOIN gateways g ON g.id = i.gateway_id LEFT JOIN gateway_presence gp ON gp.gateway_id = g.id LEFT JOIN peer_lists pl ON pl.instance_id = i.id`;

function fromRow(row: Row): SubscriptionAccess {
  return {
    id: row.id,
    name: row.name,
    billingState: row.billing_state,
    billing: { state: row.billing_state, until: row.billing_until, cancelsAtEnd: row.cancels_at_end },
    terms: { graceDays: row.grace_days, retentionDays: row.retention_days },
    price: { amount: row.price, currency: row.currency, interval: row.interval },
    twoFactorRequired: row.two_factor_required,
    sharedConfigPolicy: row.shared_config_policy,
    signInDays: row.sign_in_days,
    lapsed: row.lapsed_at && { since: row.lapsed_at, withProvider: row.has_identity },
    planName: row.plan_name,
    card: { price: row.card_price, account: row.card_standing && { standing: row.card_standing, at: row.card_standing_at, renews: row.card_renews === true, over: row.card_over === true, governs: row.card_governs === true } },
    maxClients: row.max_clients,
    maxClientDays: stricter(row.max_client_days, row.client_days),
    limits: { clientsPerMember: row.clients_per_member, clientDays: row.client_days },
    maxSystems: row.max_systems,
    apiKey: row.api_key_ending !== null && row.api_key_created_at !== null ? { ending: row.api_key_ending, createdAt: row.api_key_created_at } : null,
    standing: row.role ?? "operator",
    instance:
      row.instance_id === null
        ? null
        : {
            id: row.instance_id,
            name: row.instance_name,
            status: row.status,
            subnetV4: row.subnet_v4,
            subnetV6: row.subnet_v6,
            tunnelAddressV4: row.tunnel_address_v4,
            tunnelAddressV6: row.tunnel_address_v6,
            listenPort: row.listen_port,
            publicKey: row.public_key,
            dns: row.dns,
            mtu: row.mtu,
            persistentKeepaliveSeconds: row.keepalive,
            liveClients: row.live_clients,
            liveSystems: row.live_systems,
            peersReach: row.peers_reach,
            gateway: {
              id: row.gateway_id,
              name: row.gateway_name,
              endpointHost: row.endpoint_host,
              boxPublicKey: row.box_public_key,
              protocolVersion: row.protocol_version,
              lastSeenAt: row.last_seen_at,
              agentless: row.agentless,
              fetchedAt: row.fetched_at,
              fetchedRevision: row.fetched_revision === null ? null : Number(row.fetched_revision),
            },
          },
  };
}

/**
 * @param lock hold memberships, plan and billing state still until the transaction ends: whoever changes them locks the subscription's row
 * @returns null when there is no such subscription, or the actor is neither a member nor an operator; whom the company's directory turned off is none
 */
export async function findAccess(tx: Tx, actor: { userId: string; isOperator: boolean }, subscriptionId: string, lock = false): Promise<SubscriptionAccess | null> {
  // A statement of its own: one that waited for the lock would see the memberships as they were before.
  if (lock) await tx.$queryRaw`SELECT id FROM subscriptions WHERE id = ${subscriptionId}::uuid FOR SHARE`;
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT ${COLUMNS} LEFT JOIN memberships m ON m.subscription_id = s.id AND m.user_id = ${actor.userId}::uuid AND m.deactivated_at IS NULL
    WHERE s.id = ${subscriptionId}::uuid AND (m.user_id IS NOT NULL OR ${actor.isOperator})`;
  return row ? fromRow(row) : null;
}

/** For what no person stands behind, its row locked as by `findAccess`. */
export async function lockSubscriptionShared(tx: Tx, subscriptionId: string): Promise<Omit<SubscriptionAccess, "standing"> | null> {
  await tx.$queryRaw`SELECT id FROM subscriptions WHERE id = ${subscriptionId}::uuid FOR SHARE`;
  return findSubscription(tx, subscriptionId);
}

export async function findSubscription(tx: Tx, subscriptionId: string): Promise<Omit<SubscriptionAccess, "standing"> | null> {
  const [row] = await tx.$queryRaw<Row[]>`SELECT ${COLUMNS} LEFT JOIN memberships m ON false WHERE s.id = ${subscriptionId}::uuid`;
  return row ? fromRow(row) : null;
}

/** The subscriptions that a user is a member of, by name. */
export async function listMemberSubscriptions(tx: Tx, userId: string): Promise<SubscriptionAccess[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT ${COLUMNS} JOIN memberships m ON m.subscription_id = s.id AND m.user_id = ${userId}::uuid AND m.deactivated_at IS NULL ORDER BY s.name, s.id LIMIT 200`;
  return rows.map(fromRow);
}

/** For changes of what a subscription asks, before any other lock. */
export async function lockSubscription(tx: Tx, subscriptionId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM subscriptions WHERE id = ${subscriptionId}::uuid FOR NO KEY UPDATE`;
}

/** From now on members need two factors; open pages are told. @returns whether they didn't before */
export async function requireTwoFactor(tx: Tx, subscriptionId: string): Promise<boolean> {
  const changed = await tx.$queryRaw<object[]>`
    UPDATE subscriptions SET two_factor_required = true WHERE id = ${subscriptionId}::uuid AND NOT two_factor_required
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return changed.length > 0;
}

/** @returns whether they needed them until now */
export async function relaxTwoFactor(tx: Tx, _proof: VerifiedProof<"policy.relax">, subscriptionId: string): Promise<boolean> {
  const changed = await tx.$queryRaw<object[]>`
    UPDATE subscriptions SET two_factor_required = false WHERE id = ${subscriptionId}::uuid AND two_factor_required
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return changed.length > 0;
}

const LIMIT_COLUMNS: Record<keyof ClientLimits, Prisma.Sql> = { clientsPerMember: Prisma.sql`clients_per_member`, clientDays: Prisma.sql`client_days` };

/** Sets a limit, or a lower one; open pages are told. @returns whether it was none, or higher */
export async function lowerLimit(tx: Tx, subscriptionId: string, limit: keyof ClientLimits, most: number): Promise<boolean> {
  const column = LIMIT_COLUMNS[limit];
  const changed = await tx.$queryRaw<object[]>`
    UPDATE subscriptions SET ${column} = ${most} WHERE id = ${subscriptionId}::uuid AND (${column} IS NULL OR ${column} > ${most})
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return changed.length > 0;
}

/** @param most null: no limit any more. @returns whether it was lower */
export async function raiseLimit(tx: Tx, _proof: VerifiedProof<"policy.relax">, subscriptionId: string, limit: keyof ClientLimits, most: number | null): Promise<boolean> {
  const column = LIMIT_COLUMNS[limit];
  const changed = await tx.$queryRaw<object[]>`
    UPDATE subscriptions SET ${column} = ${most} WHERE id = ${subscriptionId}::uuid AND ${column} IS NOT NULL AND (${most}::int IS NULL OR ${column} < ${most})
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return changed.length > 0;
}

/** From now on a client that two machines use is suspended; open pages are told. @returns whether it wasn't before */
export async function suspendShared(tx: Tx, subscriptionId: string): Promise<boolean> {
  const changed = await tx.$queryRaw<object[]>`
    UPDATE subscriptions SET shared_config_policy = 'suspend' WHERE id = ${subscriptionId}::uuid AND shared_config_policy <> 'suspend'
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return changed.length > 0;
}

/** @returns whether they were suspended until now */
export async function warnOfShared(tx: Tx, _proof: VerifiedProof<"policy.relax">, subscriptionId: string): Promise<boolean> {
  const changed = await tx.$queryRaw<object[]>`
    UPDATE subscriptions SET shared_config_policy = 'warn' WHERE id = ${subscriptionId}::uuid AND shared_config_policy <> 'warn'
    RETURNING ${notification(`subscription:${subscriptionId}`)}::text AS told`;
  return changed.length > 0;
}
