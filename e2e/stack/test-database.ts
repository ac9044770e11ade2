/** Databases for tests: each a copy of one that was migrated once, so that a test file has its own in a few milliseconds. */
import { createHash, randomBytes } from "node:crypto";
import { Client } from "pg";
import { migrate, shippedMigrations } from "@/lib/db/migrate";

/** Names a PostgreSQL server whose account may create databases; set by e2e/stack/vitest-postgres.ts, or by hand for a server of one's own. */
export const TEST_POSTGRES_VARIABLE = "PORTCULLIS_TEST_POSTGRES";

/** Any number; one process at a time makes the template. */
const TEMPLATE_LOCK = 5_310_401;

export interface TestDatabase {
  url: string;
  /** Disconnects whoever still uses it. Not needed for tidiness: the server goes away with the run. */
  drop(): Promise<void>;
}

/** A database with this version's schema and nothing in it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = serverUrl();
  const template = await migratedTemplate(server);
  return copyOf(server, template);
}

/** A database without a schema, for tests of the migrations themselves. */
export async function createEmptyTestDatabase(): Promise<TestDatabase> {
  return copyOf(serverUrl(), "template0");
}

function serverUrl(): string {
  const url = process.env[TEST_POSTGRES_VARIABLE];
  if (!url) throw new Error(`${TEST_POSTGRES_VARIABLE} is not set: add e2e/stack/vitest-postgres.ts to vitest's globalSetup, or name a PostgreSQL server there.`);
  return url;
}

async function copyOf(server: string, template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await withClient(server, async (client) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return {
    url: urlOf(server, name),
    drop: () =>
      withClient(server, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** Named after the migrations' content: an edited migration gets a new template in a server that lives on (watch mode). */
async function migratedTemplate(server: string): Promise<string> {
  const content = shippedMigrations().map((migration) => `${migration.name} ${migration.checksum}`);
  const name = `migrated_${createHash("sha256").update(content.join("\n")).digest("hex").slice(0, 16)}`;
  await withClient(server, async (client) => {
    const exists = async () => (await client.query("SELECT FROM pg_database WHERE datname = $1", [name])).rowCount === 1;
    if (await exists()) return;
    await client.query("SELECT pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    if (await exists()) return;
    // Under another name until it is complete: a migration that fails must not leave a template that looks finished.
    const unfinished = `unfinished_${randomBytes(8).toString("hex")}`;
    await client.query(`CREATE DATABASE ${unfinished} TEMPLATE template0`);
    await migrate(urlOf(server, unfinished));
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
  });
  return name;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}

async function withClient(server: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
