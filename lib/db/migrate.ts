/**
 * Applies prisma/migrations in order and records them in Prisma's own table, the way `prisma migrate deploy` does, so that its
 * `status` and `deploy` keep working. The CLI itself needs an engine binary that a closed network doesn't have.
 */
import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";

/** The same lock that Prisma's engine takes, so that both can be used on one database. */
const PRISMA_MIGRATION_LOCK = 72_707_369;

const RECORD_TABLE = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** The migrations that this version of the portal ships, oldest first. */
export function shippedMigrations(directory = join(/*turbopackIgnore: true*/ process.cwd(), "prisma", "migrations")): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(directory, name, "migration.sql"));
      return { name, sql: bytes.toString("utf8"), checksum: createHash("sha256").update(bytes).digest("hex") };
    });
}

/**
 * Brings the database to this version's schema. Safe to call from any number of processes at once: one applies, the others wait.
 *
 * @param directory where the migrations are; those of this version by default
 * @returns names of the migrations that this call applied
 * @throws MigrationError when one fails (its transaction is rolled back), or when an applied one was edited since
 */
export async function migrate(databaseUrl: string, directory?: string): Promise<{ applied: string[] }> {
  const client = new Client({ connectionString: databaseUrl, application_name: "portcullis migrate" });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [PRISMA_MIGRATION_LOCK]);
    await client.query(RECORD_TABLE);
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(
      "SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
    );
    const recorded = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    const applied: string[] = [];
    for (const migration of shippedMigrations(directory)) {
      const checksum = recorded.get(migration.name);
      if (checksum === undefined) {
        await apply(client, migration);
        applied.push(migration.name);
      } else if (checksum !== migration.checksum) {
        throw new MigrationError(`Migration ${migration.name} was changed after it had been applied to this database. Restore the file; put the change into a new migration.`);
      }
    }
    return { applied };
  } finally {
    // Closing the connection releases the lock, whatever state it is in.
    await client.end();
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(migration.sql);
    await client.query(
      "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) VALUES ($1, $2, now(), $3, 1)",
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw new MigrationError(`Migration ${migration.name} failed and was rolled back: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * How far a database is, for the health check: counts of shipped migrations that it has and lacks. One that was never migrated lacks all.
 *
 * @throws whatever `query` throws when the database can't be asked
 */
export async function migrationState(query: (sql: string) => Promise<{ migration_name: string }[]>): Promise<{ applied: number; pending: number }> {
  const shipped = shippedMigrations();
  const [known] = await query("SELECT table_name AS migration_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = '_prisma_migrations'");
  const rows = known ? await query("SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL") : [];
  const recorded = new Set(rows.map((row) => row.migration_name));
  const applied = shipped.filter((migration) => recorded.has(migration.name)).length;
  return { applied, pending: shipped.length - applied };
}
