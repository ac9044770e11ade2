/** Access clients. Whatever puts one on a device takes a spent proof; whatever takes one off doesn't. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { PublicKey } from "@/lib/core/keys";
import type { ClientState } from "@/lib/core/vocabulary";
import { violatedUnique, type Tx } from "./client";
import type { DeviceChangeTimes } from "./gateway-changes";
import { Prisma } from "./generated/client";
import { publicKeyText } from "./keys";
import { LEFT_BEHIND } from "./left-behind";
import { MAIL_TO } from "./owner-holds";
import type { GatewaySeen } from "./subscriptions";
import { fromBase64 } from "./values";

export interface ClientRow {
  id: string;
  subscriptionId: string;
  subscriptionName: string;
  instanceId: string;
  /** null: it is a system's. */
  ownerId: string | null;
  /** null: it is a person's. */
  systemId: string | null;
  ownerEmail: string;
  nickname: string;
  publicKey: PublicKey;
  hasPresharedKey: boolean;
  hostIndex: number;
  addressV4: string;
  addressV6: string;
  state: ClientState;
  /** Off the device whatever its state: its subscription gives no access, or its owner's membership doesn't. */
  held: boolean;
  /** Of the two, the membership's. */
  ownerHeld: boolean;
  /** The company's directory turned the owner off. */
  ownerSuspended: boolean;
  createdAt: Date;
  expiresAt: Date | null;
  /** Since when a new key waits to take over; null: none does. */
  nextKeyAt: Date | null;
  suspendedAt: Date | null;
  suspendedById: string | null;
  suspendedByEmail: string | null;
  /** The instance moved to another gateway since its file was made. */
  movedAt: Date | null;
  revokedAt: Date | null;
  revokedByEmail: string | null;
  sharedDetectedAt: Date | null;
  sharedLastAt: Date | null;
  sharedNetworks: string[];
  change: DeviceChangeTimes;
  sighting: { observedAt: Date; latestHandshakeAt: Date | null; receivedBytes: number; sentBytes: number; receivedPerSecond: number; sentPerSecond: number; endpoint: string | null } | null;
  gateway: { id: string; name: string } & GatewaySeen;
}

type Raw = Omit<ClientRow, "publicKey" | "change" | "sighting" | "gateway"> & {
  publicKey: Uint8Array;
  requestedAt: Date;
  committedAt: Date;
  deliveredAt: Date | null;
  appliedAt: Date | null;
  acknowledgedAt: Date | null;
  observedAt: Date | null;
  latestHandshakeAt: Date | null;
  receivedBytes: bigint | null;
  sentBytes: bigint | null;
  receivedPerSecond: bigint | null;
  sentPerSecond: bigint | null;
  endpoint: string | null;
  gatewayId: string;
  gatewayName: string;
  lastSeenAt: Date | null;
  agentless: boolean;
  fetchedAt: Date | null;
  fetchedRevision: bigint | null;
};

const SELECT = Prisma.sql`
  SELECT c.id, c.subscription_id AS "subscriptionId", s.name AS "subscriptionName", c.instance_id AS "instanceId", c.owner_id AS "ownerId", c.system_id AS "systemId",
    COALESCE(o.email, '') AS "ownerEmail", c.nickname, c.public_key AS "publicKey", c.sealed_preshared_key IS NOT NULL AS "hasPresharedKey",
    c.host_index AS "hostIndex", host(c.address_v4) AS "addressV4", host(c.address_v6) AS "addressV6", c.state, c.held, c.owner_held AS "ownerHeld", om.deactivated_at IS NOT NULL AS "ownerSuspended", c.created_at AS "createdAt",
    c.expires_at AS "expiresAt", c.next_key_at AS "nextKeyAt", c.suspended_at AS "suspendedAt", c.suspended_by_id AS "suspendedById", su.email AS "suspendedByEmail",
    c.moved_at AS "movedAt", c.revoked_at AS "revokedAt", r.email AS "revokedByEmail",
    c.shared_detected_at AS "sharedDetectedAt", c.shared_last_at AS "sharedLastAt", c.shared_networks AS "sharedNetworks",
    ch.requested_at AS "requestedAt", ch.committed_at AS "committedAt", ch.delivered_at AS "deliveredAt", ch.applied_at AS "appliedAt",
    CASE WHEN elsewhere.waits OR ch.acknowledged_at IS NULL THEN NULL ELSE GREATEST(ch.acknowledged_at, elsewhere.at) END AS "acknowledgedAt", cs.observed_at AS "observedAt", cs.latest_handshake_at AS "latestHandshakeAt",
    cs.received_bytes AS "receivedBytes", cs.sent_bytes AS "sentBytes",
    cs.received_per_second AS "receivedPerSecond", cs.sent_per_second AS "sentPerSecond", cs.endpoint, g.id AS "gatewayId", g.name AS "gatewayName", gp.last_seen_at AS "lastSeenAt",
    g.agentless, pl.fetched_at AS "fetchedAt", pl.fetched_revision AS "fetchedRevision"
  FROM access_clients c
  JOIN subscriptions s ON s.id = c.subscription_id
  LEFT JOIN users o ON o.id = c.owner_id
  LEFT JOIN memberships om ON om.subscription_id = c.subscription_id AND om.user_id = c.owner_id
  JOIN gateways g ON g.id = c.gateway_id
  JOIN gateway_changes ch ON ch.gateway_id = c.gateway_id AND ch.revision = c.revision
  LEFT JOIN users r ON r.id = c.revoked_by_id
  LEFT JOIN users su ON su.id = c.suspended_by_id
  LEFT JOIN gateway_presence gp ON gp.gateway_id = c.gateway_id
  LEFT JOIN peer_lists pl ON pl.instance_id = c.instance_id
  LEFT JOIN client_sightings cs ON cs.client_id = c.id
  ${LEFT_BEHIND}`;

function fromRaw(raw: Raw): ClientRow {
  const { requestedAt, committedAt, deliveredAt, appliedAt, acknowledgedAt, observedAt, latestHandshakeAt, receivedBytes, sentBytes, receivedPerSecond, sentPerSecond, endpoint, gatewayId, gatewayName, lastSeenAt, agentless, fetchedAt, fetchedRevision, publicKey, ...rest } = raw;
  return {
    ...rest,
    publicKey: publicKeyText(publicKey),
    change: { requestedAt, committedAt, deliveredAt, appliedAt, acknowledgedAt },
    sighting: observedAt && {
      observedAt,
      latestHandshakeAt,
      receivedBytes: Number(receivedBytes),
      sentBytes: Number(sentBytes),
      receivedPerSecond: Number(receivedPerSecond),
      sentPerSecond: Number(sentPerSecond),
      endpoint,
    },
    gateway: { id: gatewayId, name: gatewayName, lastSeenAt, agentless, fetchedAt, fetchedRevision: fetchedRevision === null ? null : Number(fetchedRevision) },
  };
}

/** A system's peer is in no list of clients, and has pages of its own. */
const OF_PEOPLE = Prisma.sql`c.system_id IS NULL`;

/** The peers of a subscription's systems, those that were removed too. */
export async function listSystemPeers(tx: Tx, subscriptionId: string, systemIds: string[]): Promise<ClientRow[]> {
  const rows = await tx.$queryRaw<Raw[]>`${SELECT} WHERE c.subscription_id = ${subscriptionId}::uuid AND c.system_id = ANY(${systemIds}::uuid[])`;
  return rows.map(fromRaw);
}

/** One client of one subscription; with an owner, only if it is theirs. A client of another subscription is not found. */
export async function findClient(tx: Tx, subscriptionId: string, clientId: string, ownerId: string | null): Promise<ClientRow | null> {
  const [raw] = await tx.$queryRaw<Raw[]>`
    ${SELECT} WHERE c.id = ${clientId}::uuid AND c.subscription_id = ${subscriptionId}::uuid AND ${OF_PEOPLE} AND (${ownerId}::uuid IS NULL OR c.owner_id = ${ownerId}::uuid)`;
  return raw ? fromRaw(raw) : null;
}

/** The client that a user's proof was spent on, for a request that is repeated because its answer was lost. */
export async function findClientByChallenge(tx: Tx, challengeId: string, publicKey: PublicKey, owner: { userId: string }): Promise<{ subscriptionId: string; id: string } | null> {
  return tx.accessClient.findFirst({ where: { challengeId, publicKey: fromBase64(publicKey), ownerId: owner.userId }, select: { subscriptionId: true, id: true } });
}

export interface Position {
  createdAt: Date;
  id: string;
}

const like = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;
const after = (position: Position | null): Prisma.Sql =>
  position === null ? Prisma.empty : Prisma.sql`AND (c.created_at, c.id) < (${position.createdAt}, ${position.id}::uuid)`;

/** What a search term can mean. */
export type SearchTerm =
  /** Part of a nickname or of an owner's address; or the start of a public key, when `keyPrefix` holds its first bytes. */
  | { kind: "text"; text: string; keyPrefix: Uint8Array<ArrayBuffer> | null }
  | { kind: "address"; address: string };

/** Newest first. @param term all, or those that match */
export async function listClientRows(
  tx: Tx,
  filter: { subscriptionId: string; ownerId: string | null; term: SearchTerm | null; after: Position | null; limit: number },
): Promise<ClientRow[]> {
  const matching = filter.term === null ? Prisma.empty : Prisma.sql`AND ${matchesOne(filter.term)}`;
  const owned = filter.ownerId === null ? Prisma.empty : Prisma.sql`AND c.owner_id = ${filter.ownerId}::uuid`;
  const rows = await tx.$queryRaw<Raw[]>`
    ${SELECT} WHERE c.subscription_id = ${filter.subscriptionId}::uuid AND ${OF_PEOPLE} ${owned} ${matching} ${after(filter.after)}
    ORDER BY c.created_at DESC, c.id DESC LIMIT ${filter.limit}`;
  return rows.map(fromRaw);
}

/** For the clients of one subscription, which are few enough to be looked at one by one. */
function matchesOne(term: SearchTerm): Prisma.Sql {
  if (term.kind === "address") return Prisma.sql`(c.address_v4 = ${term.address}::inet OR c.address_v6 = ${term.address}::inet)`;
  const pattern = like(term.text.toLowerCase());
  const byKey = term.keyPrefix === null ? Prisma.empty : Prisma.sql`OR (c.public_key >= ${term.keyPrefix} AND c.public_key < ${after32(term.keyPrefix)})`;
  return Prisma.sql`(lower(c.nickname) LIKE ${pattern} OR o.email LIKE ${pattern} ${byKey})`;
}

/** Over all subscriptions: for operators alone. */
export async function searchClientRows(tx: Tx, term: SearchTerm | null, position: Position | null, limit: number): Promise<ClientRow[]> {
  const rows = await tx.$queryRaw<Raw[]>`
    ${SELECT} WHERE ${OF_PEOPLE} AND ${term ? matches(term) : Prisma.sql`true`} ${after(position)} ORDER BY c.created_at DESC, c.id DESC LIMIT ${limit}`;
  return rows.map(fromRaw);
}

/** Over all clients there are: by indexes alone. */
function matches(term: SearchTerm): Prisma.Sql {
  if (term.kind === "address") return Prisma.sql`(c.address_v4 = ${term.address}::inet OR c.address_v6 = ${term.address}::inet)`;
  const pattern = like(term.text.toLowerCase());
  // A union of look-ups that each have an index: one OR over two tables would read every client.
  const byKey =
    term.keyPrefix === null
      ? Prisma.empty
      : Prisma.sql`UNION SELECT id FROM access_clients WHERE public_key >= ${term.keyPrefix} AND public_key < ${after32(term.keyPrefix)}`;
  return Prisma.sql`c.id IN (
    SELECT id FROM access_clients WHERE lower(nickname) LIKE ${pattern}
    UNION SELECT a.id FROM access_clients a JOIN users u ON u.id = a.owner_id WHERE u.email LIKE ${pattern}
    ${byKey})`;
}

/** A value above every 32-byte key that starts with the prefix, and below every other that follows. */
const after32 = (prefix: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from([...prefix, ...Array.from({ length: 33 - prefix.length }, () => 255)]);

export interface NewClient {
  id: string;
  subscriptionId: string;
  instanceId: string;
  /** A person's, or a system's: one of the two. */
  ownerId: string | null;
  systemId: string | null;
  nickname: string;
  publicKey: PublicKey;
  /** Base64, or null. */
  sealedPresharedKey: string | null;
  hostIndex: number;
  addressV4: string;
  addressV6: string;
  gatewayId: string;
  revision: bigint;
  createdAt: Date;
  /** null: no end. */
  expiresAt: Date | null;
}

/** A key that is, or was, a client's: refused by the clients' own index, or by the registry of all keys there ever were. */
export const isKeyTaken = (error: unknown): boolean => /public_key|client_keys/.test(violatedUnique(error) ?? "");

/** @returns false when the public key is in use; the transaction can then only be rolled back */
export async function insertClient(tx: Tx, proof: VerifiedProof<"client.issue" | "client.enrol" | "system.approve">, client: NewClient): Promise<boolean> {
  try {
    await tx.$executeRaw`
      INSERT INTO access_clients (id, subscription_id, instance_id, owner_id, system_id, nickname, public_key, sealed_preshared_key, host_index, address_v4, address_v6,
        state, gateway_id, revision, challenge_id, created_at, expires_at, expiry_set_at)
      VALUES (${client.id}::uuid, ${client.subscriptionId}::uuid, ${client.instanceId}::uuid, ${client.ownerId}::uuid, ${client.systemId}::uuid, ${client.nickname},
        ${fromBase64(client.publicKey)}, ${client.sealedPresharedKey === null ? null : fromBase64(client.sealedPresharedKey)}, ${client.hostIndex},
        ${client.addressV4}::inet, ${client.addressV6}::inet, 'active', ${client.gatewayId}::uuid, ${client.revision}, ${proof.challengeId}::uuid, ${client.createdAt},
        ${client.expiresAt}, ${client.expiresAt === null ? null : client.createdAt})`;
    return true;
  } catch (error) {
    if (isKeyTaken(error)) return false;
    throw error;
  }
}

export interface LockedClient {
  id: string;
  subscriptionId: string;
  instanceId: string;
  instanceName: string;
  gatewayId: string;
  /** null: it is a system's. */
  ownerId: string | null;
  ownerEmail: string | null;
  /** Where its owner is told of it; null: nowhere, as for whom the company's directory turned off in this subscription. */
  mailTo: string | null;
  nickname: string;
  publicKey: PublicKey;
  hasPresharedKey: boolean;
  hostIndex: number;
  addressV4: string;
  addressV6: string;
  state: ClientState;
  /** Off the device whatever its state: its subscription gives no access, or its owner's membership doesn't. */
  held: boolean;
  suspended: boolean;
  /** null: not suspended, or by the portal. */
  suspendedById: string | null;
  expiresAt: Date | null;
  /** A key that waits to take over; null: none. */
  next: { publicKey: PublicKey; hasPresharedKey: boolean; since: Date } | null;
}

type RawLocked = Omit<LockedClient, "publicKey" | "next"> & { publicKey: Uint8Array; nextPublicKey: Uint8Array | null; nextHasPresharedKey: boolean; nextKeyAt: Date | null };

function fromLocked({ publicKey, nextPublicKey, nextHasPresharedKey, nextKeyAt, ...rest }: RawLocked): LockedClient {
  const next = nextPublicKey && nextKeyAt && { publicKey: publicKeyText(nextPublicKey), hasPresharedKey: nextHasPresharedKey, since: nextKeyAt };
  return { ...rest, publicKey: publicKeyText(publicKey), next };
}

const LOCKED = Prisma.sql`
  SELECT c.id, c.subscription_id AS "subscriptionId", c.instance_id AS "instanceId", i.name AS "instanceName", c.gateway_id AS "gatewayId", c.owner_id AS "ownerId",
    o.email AS "ownerEmail", ${MAIL_TO} AS "mailTo", c.nickname, c.public_key AS "publicKey", c.sealed_preshared_key IS NOT NULL AS "hasPresharedKey", c.host_index AS "hostIndex",
    host(c.address_v4) AS "addressV4", host(c.address_v6) AS "addressV6", c.state, c.held,
    c.suspended_at IS NOT NULL AS suspended, c.suspended_by_id AS "suspendedById", c.expires_at AS "expiresAt",
    c.next_public_key AS "nextPublicKey", c.next_sealed_preshared_key IS NOT NULL AS "nextHasPresharedKey", c.next_key_at AS "nextKeyAt"
  FROM access_clients c JOIN instances i ON i.id = c.instance_id LEFT JOIN users o ON o.id = c.owner_id`;

/** Locks a client's row until the transaction ends. A client of another subscription is not found. */
export async function lockClient(tx: Tx, subscriptionId: string, clientId: string): Promise<LockedClient | null> {
  const [row] = await tx.$queryRaw<RawLocked[]>`${LOCKED} WHERE c.id = ${clientId}::uuid AND c.subscription_id = ${subscriptionId}::uuid FOR UPDATE OF c`;
  return row ? fromLocked(row) : null;
}

/** The peer of one system of one subscription, its row locked until the transaction ends; null where it was not approved. */
export async function lockSystemPeer(tx: Tx, subscriptionId: string, systemId: string): Promise<LockedClient | null> {
  const [row] = await tx.$queryRaw<RawLocked[]>`${LOCKED} WHERE c.system_id = ${systemId}::uuid AND c.subscription_id = ${subscriptionId}::uuid FOR UPDATE OF c`;
  return row ? fromLocked(row) : null;
}

/** Whether a user's proof was spent on this very system, for a request that is repeated because its answer was lost. */
export async function wasApprovedBy(tx: Tx, systemId: string, challengeId: string, userId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT FROM access_clients c JOIN step_up_challenges p ON p.id = c.challenge_id WHERE c.system_id = ${systemId}::uuid AND p.id::text = ${challengeId} AND p.user_id = ${userId}::uuid`;
  return rows.length > 0;
}

/** Systems of an instance that were not removed. */
export async function countLiveSystems(tx: Tx, instanceId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM access_clients WHERE instance_id = ${instanceId}::uuid AND system_id IS NOT NULL AND state <> 'revoked'`;
  return row?.count ?? 0;
}

/** A person's in one subscription, those that are suspended or expired too: each holds its address. */
export async function countClientsOfOwner(tx: Tx, subscriptionId: string, ownerId: string): Promise<number> {
  return tx.accessClient.count({ where: { subscriptionId, ownerId, state: { not: "revoked" } } });
}

/** Locks all of a person's clients that are not revoked until the transaction ends. @param subscriptionId null: in whatever subscription */
export async function lockClientsOfOwner(tx: Tx, ownerId: string, subscriptionId: string | null): Promise<LockedClient[]> {
  const rows = await tx.$queryRaw<RawLocked[]>`
    ${LOCKED} WHERE c.owner_id = ${ownerId}::uuid AND (${subscriptionId}::uuid IS NULL OR c.subscription_id = ${subscriptionId}::uuid) AND c.state <> 'revoked' ORDER BY c.id FOR UPDATE OF c`;
  return rows.map(fromLocked);
}

export async function markRevoked(tx: Tx, clientId: string, revision: bigint, byUserId: string | null, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET state = 'revoked', revoked_at = ${now}, revoked_by_id = ${byUserId}::uuid, revision = ${revision} WHERE id = ${clientId}::uuid`;
}
