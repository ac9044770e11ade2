/** The connection pool, and transactions on it. Use cases see `Database` and `Tx`, and never Prisma. */
import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "./generated/client";
import { statementNames } from "./statement-names";

/** A running transaction, or the pool itself for single reads. */
export type Tx = Prisma.TransactionClient;

export interface Database {
  /** For reads that need no transaction. */
  read: Tx;
  /**
   * Runs `work` in one transaction; rolled back when it throws. Runs it again when PostgreSQL broke a deadlock or a serialisation
   * conflict by ending this transaction, so `work` must have no effect outside it.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: { snapshot?: boolean }): Promise<T>;
  close(): Promise<void>;
}

/**
 * An SQL expression for a statement outside a transaction: it doesn't wait until what it writes is on disk, where a crash of the database
 * would take it back. For what is written again soon, in the way of something that matters more.
 */
export const NOT_ON_DISK_YET = Prisma.sql`set_config('synchronous_commit', 'off', true)`;

const ATTEMPTS = 4;

/** @param maxConnections size of this process's pool */
export function openDatabase(url: string, maxConnections = 20): Database {
  const prisma = new PrismaClient({
    adapter: new PrismaPg(
      // The isolation is said once a connection: Prisma would say it in each transaction, with a round trip of its own.
      { connectionString: url, max: maxConnections, application_name: "portcullis", connectionTimeoutMillis: 5_000, options: "-c default_transaction_isolation=read\\ committed" },
      { statementNameGenerator: statementNames() },
    ),
    log: [],
  });
  return {
    read: prisma,
    async transaction(work, { snapshot = false } = {}) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await prisma.$transaction(work, {
            ...(snapshot ? { isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead } : {}),
            maxWait: 15_000,
            timeout: 30_000,
          });
        } catch (error) {
          if (attempt >= ATTEMPTS || !isConflict(error)) throw error;
        }
      }
    },
    close: () => prisma.$disconnect(),
  };
}

/** P2034: Prisma's word for 40001 (serialization_failure) and 40P01 (deadlock_detected). */
const isConflict = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && (error.code === "P2034" || /40001|40P01/.test(JSON.stringify(error.meta ?? {})));

/** Name of the unique index that a write ran into, or null when the error is another. */
export function violatedUnique(error: unknown): string | null {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return null;
  const text = `${error.message} ${JSON.stringify(error.meta ?? {})}`;
  if (error.code !== "P2002" && !text.includes("23505")) return null;
  return text;
}
