/** Systems that asked to join, whether or not anybody let them in. The peer of one that was approved is in lib/db/clients. */
import type { PublicKey } from "@/lib/core/keys";
import type { SystemFacts } from "@/lib/core/system";
import type { ClientState } from "@/lib/core/vocabulary";
import type { Tx } from "./client";
import { Prisma } from "./generated/client";
import { publicKeyText } from "./keys";
import { fromBase64 } from "./values";

export interface SystemRow extends SystemFacts {
  id: string;
  subscriptionId: string;
  publicKey: PublicKey;
  askedFrom: string | null;
  askedAt: Date;
  expiresAt: Date;
  refusedAt: Date | null;
  /** The state of its peer, and the name it has been given; null: it was never approved. */
  client: ClientState | null;
  nickname: string | null;
}

type Raw = Omit<SystemRow, "publicKey"> & { publicKey: Uint8Array };
const fromRaw = (row: Raw): SystemRow => ({ ...row, publicKey: publicKeyText(row.publicKey) });

const SELECT = Prisma.sql`
  SELECT s.id, s.subscription_id AS "subscriptionId", s.public_key AS "publicKey", s.host_name AS "hostName", s.serial, s.version, host(s.asked_from) AS "askedFrom",
    s.asked_at AS "askedAt", s.expires_at AS "expiresAt", s.refused_at AS "refusedAt", c.state AS client, c.nickname
  FROM systems s LEFT JOIN access_clients c ON c.system_id = s.id`;

/** Which subscription's key this is. */
export async function findSubscriptionOfApiKey(tx: Tx, keyHash: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const row = await tx.apiKey.findUnique({ where: { keyHash }, select: { subscriptionId: true } });
  return row?.subscriptionId ?? null;
}

/** Holds the key as it is until the transaction ends, so that of many who join with it each sees the one before. @returns whether it is still the key */
export async function lockApiKeyByHash(tx: Tx, keyHash: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT FROM api_keys WHERE key_hash = ${keyHash} FOR UPDATE`;
  return rows.length > 0;
}

export async function findSystem(tx: Tx, subscriptionId: string, systemId: string): Promise<SystemRow | null> {
  const [row] = await tx.$queryRaw<Raw[]>`${SELECT} WHERE s.id = ${systemId}::uuid AND s.subscription_id = ${subscriptionId}::uuid`;
  return row ? fromRaw(row) : null;
}

/** For the system itself, which knows its id and proves that it is meant. */
export async function findSystemById(tx: Tx, systemId: string): Promise<SystemRow | null> {
  const [row] = await tx.$queryRaw<Raw[]>`${SELECT} WHERE s.id = ${systemId}::uuid`;
  return row ? fromRaw(row) : null;
}

/** Its row locked until the transaction ends. A statement of its own for the lock: one that waited for it would see the peer as it was before. */
export async function lockSystem(tx: Tx, subscriptionId: string, systemId: string): Promise<SystemRow | null> {
  await tx.$queryRaw`SELECT FROM systems WHERE id = ${systemId}::uuid AND subscription_id = ${subscriptionId}::uuid FOR UPDATE`;
  return findSystem(tx, subscriptionId, systemId);
}

export async function findSystemByKey(tx: Tx, subscriptionId: string, publicKey: PublicKey): Promise<SystemRow | null> {
  const [row] = await tx.$queryRaw<Raw[]>`${SELECT} WHERE s.subscription_id = ${subscriptionId}::uuid AND s.public_key = ${fromBase64(publicKey)}`;
  return row ? fromRaw(row) : null;
}

/** Those that wait first, then the newest. */
export async function listSystemRows(tx: Tx, subscriptionId: string, now: Date, limit: number): Promise<SystemRow[]> {
  const rows = await tx.$queryRaw<Raw[]>`
    ${SELECT} WHERE s.subscription_id = ${subscriptionId}::uuid
    ORDER BY (c.id IS NULL AND s.refused_at IS NULL AND s.expires_at > ${now}) DESC, (c.state IS NOT NULL AND c.state <> 'revoked') DESC, s.asked_at DESC, s.id LIMIT ${limit}`;
  return rows.map(fromRaw);
}

export async function countWaiting(tx: Tx, subscriptionId: string, now: Date): Promise<number> {
  return tx.system.count({ where: { subscriptionId, refusedAt: null, expiresAt: { gt: now }, client: null } });
}

/** Whether the key is, or was, a client's of anybody. */
export async function isClientKey(tx: Tx, publicKey: PublicKey): Promise<boolean> {
  return (await tx.clientKey.count({ where: { publicKey: fromBase64(publicKey) } })) > 0;
}

export interface Asked extends SystemFacts {
  id: string;
  subscriptionId: string;
  publicKey: PublicKey;
  askedFrom: string | null;
  askedAt: Date;
  expiresAt: Date;
}

/** A system asks; or asks anew, where its key is known here and nobody decided in time. @returns its id */
export async function putSystem(tx: Tx, asked: Asked): Promise<string> {
  const { id, subscriptionId, publicKey, hostName, serial, version, askedFrom, askedAt, expiresAt } = asked;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO systems (id, subscription_id, public_key, host_name, serial, version, asked_from, asked_at, expires_at)
    VALUES (${id}::uuid, ${subscriptionId}::uuid, ${fromBase64(publicKey)}, ${hostName}, ${serial}, ${version}, ${askedFrom}::inet, ${askedAt}, ${expiresAt})
    ON CONFLICT (subscription_id, public_key) DO UPDATE SET host_name = EXCLUDED.host_name, serial = EXCLUDED.serial, version = EXCLUDED.version,
      asked_from = EXCLUDED.asked_from, asked_at = EXCLUDED.asked_at, expires_at = EXCLUDED.expires_at
    RETURNING id`;
  if (!row) throw new Error("The system that asked is not there.");
  return row.id;
}

export async function markRefused(tx: Tx, systemId: string, now: Date): Promise<void> {
  await tx.system.update({ where: { id: systemId }, data: { refusedAt: now } });
}

export async function renamePeer(tx: Tx, clientId: string, nickname: string): Promise<void> {
  await tx.accessClient.update({ where: { id: clientId }, data: { nickname } });
}

/** Requests that came to nothing. */
export async function deleteOldSystems(tx: Tx, before: Date): Promise<void> {
  await tx.system.deleteMany({ where: { client: null, OR: [{ refusedAt: { lt: before } }, { expiresAt: { lt: before } }] } });
}
