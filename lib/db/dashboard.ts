/**
 * What a person's subscriptions come to, one row a subscription, for all of them in one statement each: their number costs no further
 * queries. Callers pass the subscriptions that the person is a member of, and no others.
 */
import type { InvitedRole } from "@/lib/core/members";
import type { Tx } from "./client";
import { Prisma } from "./generated/client";

/** Whose clients are counted. */
export interface Reach {
  userId: string;
  /** Subscriptions where it is anybody's, systems among them. */
  all: string[];
  /** Subscriptions where it is the person's own. */
  own: string[];
}

/** Of a client `c`. */
const within = ({ userId, all, own }: Reach): Prisma.Sql =>
  Prisma.sql`(c.subscription_id = ANY(${all}::uuid[]) OR (c.subscription_id = ANY(${own}::uuid[]) AND c.owner_id = ${userId}::uuid))`;

/** The one to show of several. */
interface First {
  id: string;
  name: string;
}

export interface ClientCounts {
  subscriptionId: string;
  clients: number;
  clientsOnline: number;
  systems: number;
  systemsOnline: number;
  /** Whose config two machines were seen on. */
  shared: number;
  sharedFirst: First | null;
  sharedAt: Date | null;
  /** The person's own that end before long. */
  ending: number;
  endingFirst: First | null;
  endsAt: Date | null;
  /** The person's own whose file doesn't fit the instance any more. */
  outdated: number;
  outdatedFirst: First | null;
}

/** Clients that are not revoked. @param at onlineSince: of the latest handshake; endingBefore: of a client's end */
export async function countClients(tx: Tx, reach: Reach, at: { onlineSince: Date; endingBefore: Date }): Promise<ClientCounts[]> {
  const online = Prisma.sql`c.state = 'active' AND NOT c.held AND cs.latest_handshake_at >= ${at.onlineSince}`;
  const first = (order: Prisma.Sql, which: Prisma.Sql): Prisma.Sql => Prisma.sql`(array_agg(jsonb_build_object('id', c.id, 'name', c.nickname) ORDER BY ${order}, c.id) FILTER (WHERE ${which}))[1]`;
  const mine = Prisma.sql`c.owner_id = ${reach.userId}::uuid`;
  const shared = Prisma.sql`c.shared_detected_at IS NOT NULL`;
  const ending = Prisma.sql`${mine} AND c.state IN ('active', 'suspended') AND c.expires_at < ${at.endingBefore}`;
  const outdated = Prisma.sql`${mine} AND c.moved_at IS NOT NULL AND c.next_key_at IS NULL`;
  return tx.$queryRaw<ClientCounts[]>`
    SELECT c.subscription_id AS "subscriptionId",
      (count(*) FILTER (WHERE c.system_id IS NULL))::int AS clients, (count(*) FILTER (WHERE c.system_id IS NULL AND ${online}))::int AS "clientsOnline",
      (count(*) FILTER (WHERE c.system_id IS NOT NULL))::int AS systems, (count(*) FILTER (WHERE c.system_id IS NOT NULL AND ${online}))::int AS "systemsOnline",
      (count(*) FILTER (WHERE ${shared}))::int AS shared, ${first(Prisma.sql`c.shared_last_at DESC`, shared)} AS "sharedFirst", max(c.shared_last_at) FILTER (WHERE ${shared}) AS "sharedAt",
      (count(*) FILTER (WHERE ${ending}))::int AS ending, ${first(Prisma.sql`c.expires_at`, ending)} AS "endingFirst", min(c.expires_at) FILTER (WHERE ${ending}) AS "endsAt",
      (count(*) FILTER (WHERE ${outdated}))::int AS outdated, ${first(Prisma.sql`c.nickname`, outdated)} AS "outdatedFirst"
    FROM access_clients c LEFT JOIN client_sightings cs ON cs.client_id = c.id
    WHERE ${within(reach)} AND c.state <> 'revoked' GROUP BY c.subscription_id`;
}

export interface PendingChanges {
  subscriptionId: string;
  /** That the gateway has not confirmed; where it never confirms, not fetched. */
  changes: number;
  /** Clients among them that lose access by it. */
  cuts: number;
  cutFirst: (First & { systemId: string | null }) | null;
  /** Since when the first of the cuts waits. */
  cutSince: Date | null;
}

/** Each client's latest change alone counts; a change of the instance itself counts, too. */
export async function countPending(tx: Tx, reach: Reach): Promise<PendingChanges[]> {
  const cut = Prisma.sql`c.id IS NOT NULL AND (c.state <> 'active' OR c.held)`;
  return tx.$queryRaw<PendingChanges[]>`
    SELECT i.subscription_id AS "subscriptionId", count(*)::int AS changes, (count(*) FILTER (WHERE ${cut}))::int AS cuts,
      (array_agg(jsonb_build_object('id', c.id, 'name', c.nickname, 'systemId', c.system_id) ORDER BY ch.committed_at, c.id) FILTER (WHERE ${cut}))[1] AS "cutFirst",
      min(ch.committed_at) FILTER (WHERE ${cut}) AS "cutSince"
    FROM gateway_changes ch
    JOIN instances i ON i.id = ch.instance_id AND i.subscription_id = ANY(${[...reach.all, ...reach.own]}::uuid[])
    JOIN gateways g ON g.id = ch.gateway_id
    LEFT JOIN access_clients c ON c.instance_id = ch.instance_id AND c.gateway_id = ch.gateway_id AND c.revision = ch.revision AND (ch.client_id IS NULL OR c.id = ch.client_id) AND ${within(reach)}
    WHERE ch.acknowledged_at IS NULL AND NOT (g.agentless AND ch.delivered_at IS NOT NULL) AND (c.id IS NOT NULL OR ch.client_id IS NULL)
    GROUP BY i.subscription_id`;
}

export interface WaitingSystems {
  subscriptionId: string;
  count: number;
  first: First;
  since: Date;
}

/** Systems that nobody decided about. */
export async function countWaitingSystems(tx: Tx, subscriptionIds: string[], now: Date): Promise<WaitingSystems[]> {
  return tx.$queryRaw<WaitingSystems[]>`
    SELECT s.subscription_id AS "subscriptionId", count(*)::int AS count, (array_agg(jsonb_build_object('id', s.id, 'name', s.host_name) ORDER BY s.asked_at, s.id))[1] AS first, min(s.asked_at) AS since
    FROM systems s WHERE s.subscription_id = ANY(${subscriptionIds}::uuid[]) AND s.refused_at IS NULL AND s.expires_at > ${now}
      AND NOT EXISTS (SELECT FROM access_clients c WHERE c.system_id = s.id) GROUP BY s.subscription_id`;
}

export interface HourOfTraffic {
  subscriptionId: string;
  at: Date;
  receivedBytes: number;
  sentBytes: number;
}

/** Of all clients together, by the hour; hours in which nothing went through are left out. */
export async function sumTraffic(tx: Tx, reach: Reach, since: Date): Promise<HourOfTraffic[]> {
  return tx.$queryRaw<HourOfTraffic[]>`
    SELECT c.subscription_id AS "subscriptionId", h.hour AS at, sum(h.received_bytes)::float8 AS "receivedBytes", sum(h.sent_bytes)::float8 AS "sentBytes"
    FROM access_clients c JOIN client_traffic_hours h ON h.client_id = c.id AND h.hour >= ${since}
    WHERE ${within(reach)} GROUP BY c.subscription_id, h.hour ORDER BY h.hour`;
}

/** Invitations that stand. */
export async function countInvitations(tx: Tx, subscriptionIds: string[], now: Date): Promise<{ subscriptionId: string; count: number }[]> {
  return tx.$queryRaw<{ subscriptionId: string; count: number }[]>`
    SELECT subscription_id AS "subscriptionId", count(*)::int AS count FROM invitations
    WHERE subscription_id = ANY(${subscriptionIds}::uuid[]) AND ended_at IS NULL AND expires_at > ${now} GROUP BY subscription_id`;
}

export interface OwnInvitation {
  id: string;
  subscriptionName: string;
  invitedByEmail: string | null;
  role: InvitedRole;
  lastSentAt: Date;
}

/** Made to somebody's proved address, to where they are no member. */
export async function listInvitationsTo(tx: Tx, to: { userId: string; email: string }, now: Date, limit: number): Promise<OwnInvitation[]> {
  return tx.$queryRaw<OwnInvitation[]>`
    SELECT v.id, s.name AS "subscriptionName", u.email AS "invitedByEmail", v.role::text, v.last_sent_at AS "lastSentAt"
    FROM invitations v JOIN subscriptions s ON s.id = v.subscription_id JOIN users u ON u.id = v.invited_by_id
    WHERE v.email = ${to.email} AND v.ended_at IS NULL AND v.expires_at > ${now}
      AND NOT EXISTS (SELECT FROM memberships m WHERE m.subscription_id = v.subscription_id AND m.user_id = ${to.userId}::uuid)
    ORDER BY v.last_sent_at DESC, v.id LIMIT ${limit}`;
}

export interface OfferedOwnership {
  subscriptionId: string;
  fromEmail: string | null;
  createdAt: Date;
}

export async function listOwnershipsOfferedTo(tx: Tx, userId: string, subscriptionIds: string[], now: Date): Promise<OfferedOwnership[]> {
  return tx.$queryRaw<OfferedOwnership[]>`
    SELECT o.subscription_id AS "subscriptionId", u.email AS "fromEmail", o.created_at AS "createdAt" FROM ownership_offers o JOIN users u ON u.id = o.from_user_id
    WHERE o.to_user_id = ${userId}::uuid AND o.subscription_id = ANY(${subscriptionIds}::uuid[]) AND o.ended_at IS NULL AND o.expires_at > ${now} ORDER BY o.created_at`;
}

/** A person's own warranties whose last day lies between two; those that end first first. Days, like "2027-03-01". */
export async function listEndingWarranties(tx: Tx, ownerId: string, days: { from: string; until: string }, limit: number): Promise<{ id: string; serial: string; model: string; startsOn: string; endsOn: string }[]> {
  return tx.$queryRaw<{ id: string; serial: string; model: string; startsOn: string; endsOn: string }[]>`
    SELECT id, serial, model, starts_on::text AS "startsOn", ends_on::text AS "endsOn" FROM warranties
    WHERE owner_id = ${ownerId}::uuid AND ends_on BETWEEN ${days.from}::date AND ${days.until}::date ORDER BY ends_on, id LIMIT ${limit}`;
}

export interface OfferedDevice {
  model: string;
  serial: string;
  fromEmail: string | null;
  createdAt: Date;
}

/** Devices that others offer to whoever has this address. */
export async function listDevicesOfferedTo(tx: Tx, email: string, now: Date, limit: number): Promise<OfferedDevice[]> {
  return tx.$queryRaw<OfferedDevice[]>`
    SELECT w.model, w.serial, u.email AS "fromEmail", t.created_at AS "createdAt"
    FROM warranty_transfers t JOIN warranties w ON w.id = t.warranty_id JOIN users u ON u.id = t.from_user_id
    WHERE t.recipient = ${email} AND t.ended_at IS NULL AND t.expires_at > ${now} ORDER BY t.created_at DESC, t.id LIMIT ${limit}`;
}
