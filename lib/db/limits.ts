/** PostgreSQL as rate-limiter-flexible wants it, on the portal's own pool; and what operators see of it. */
import type { Database } from "./client";

interface Query {
  text: string;
  values: unknown[];
}

/** For `storeClient`, with `storeType: "pool"`. */
export const limiterStore = (db: Pick<Database, "read">) => ({
  async query({ text, values }: Query): Promise<{ rows: { points: number; expire: number | null }[]; rowCount: number }> {
    if (text.startsWith("DELETE")) return { rows: [], rowCount: await db.read.$executeRawUnsafe(text, ...values) };
    const rows = await db.read.$queryRawUnsafe<{ points: number; expire: bigint | null }[]>(text, ...values);
    return { rows: rows.map(({ points, expire }) => ({ points, expire: expire === null ? null : Number(expire) })), rowCount: rows.length };
  },
});

export const LIMITS_TABLE = "rate_limits";

export interface Counter {
  key: string;
  points: number;
  expiresAt: Date;
}

const toCounter = ({ key, points, expire }: { key: string; points: number; expire: bigint | null }): Counter => ({ key, points, expiresAt: new Date(Number(expire)) });

/** Counters whose key begins so and that still count; the first 500 of those that last longest. @param nowMs as the limiter tells time */
export async function listLimits(db: Pick<Database, "read">, prefix: string, nowMs: number): Promise<Counter[]> {
  const rows = await db.read.rateLimit.findMany({ where: { key: { startsWith: prefix }, expire: { gt: nowMs } }, orderBy: { expire: "desc" }, take: 500 });
  return rows.map(toCounter);
}

/** The same, the highest first, of those that stand above so many points. */
export async function listLimitsAbove(db: Pick<Database, "read">, prefix: string, points: number, nowMs: number): Promise<Counter[]> {
  const rows = await db.read.rateLimit.findMany({ where: { key: { startsWith: prefix }, points: { gt: points }, expire: { gt: nowMs } }, orderBy: { points: "desc" }, take: 100 });
  return rows.map(toCounter);
}

/** Those of these counters that still count. */
export async function readLimits(db: Pick<Database, "read">, keys: string[], nowMs: number): Promise<Counter[]> {
  return (await db.read.rateLimit.findMany({ where: { key: { in: keys }, expire: { gt: nowMs } } })).map(toCounter);
}

export async function deleteLimits(db: Pick<Database, "read">, keys: string[]): Promise<number> {
  return (await db.read.rateLimit.deleteMany({ where: { key: { in: keys } } })).count;
}

/** Forgets every counter about one account. */
export const deleteLimitsOfAccount = (db: Pick<Database, "read">, account: string): Promise<number> =>
  db.read.$executeRaw`DELETE FROM rate_limits WHERE right(key, ${account.length + 1}::int) = ${` ${account}`}`;

/** Forgets what no longer counts. */
export async function deleteExpiredLimits(db: Pick<Database, "read">, nowMs: number): Promise<void> {
  await db.read.rateLimit.deleteMany({ where: { expire: { lt: nowMs } } });
}
