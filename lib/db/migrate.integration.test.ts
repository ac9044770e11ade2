import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createEmptyTestDatabase, type TestDatabase } from "@/e2e/stack/test-database";
import { MigrationError, migrate, migrationState, shippedMigrations } from "@/lib/db/migrate";

const names = shippedMigrations().map(({ name }) => name);

let database: TestDatabase;
let client: Client;
let folder: string;

beforeEach(async () => {
  database = await createEmptyTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  return async () => {
    await client.end();
    await database.drop();
  };
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-migrations-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function recorded(): Promise<{ migration_name: string; checksum: string; finished: boolean; rolled_back_at: Date | null; logs: string | null; applied_steps_count: number }[]> {
  const { rows } = await client.query("SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at, logs, applied_steps_count FROM _prisma_migrations ORDER BY migration_name");
  return rows;
}

const tableExists = async (name: string): Promise<boolean> => (await client.query("SELECT FROM pg_tables WHERE tablename = $1", [name])).rowCount === 1;

/** A folder of migrations with these files. */
async function migrations(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(folder, "set-"));
  for (const [name, sql] of Object.entries(files)) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, "migration.sql"), sql);
  }
  return directory;
}

test("eight processes that start at once apply each migration once", async () => {
  const results = await Promise.all(Array.from({ length: 8 }, () => migrate(database.url)));
  expect(results.flatMap(({ applied }) => applied)).toEqual(names);
  expect((await recorded()).map(({ migration_name }) => migration_name)).toEqual(names);
});

test("a migration is recorded as Prisma's command line does, so that its status and deploy go on working", async () => {
  await migrate(database.url);
  for (const row of await recorded()) {
    const file = await readFile(join("prisma/migrations", row.migration_name, "migration.sql"));
    expect(row).toMatchObject({ checksum: createHash("sha256").update(file).digest("hex"), finished: true, rolled_back_at: null, logs: null, applied_steps_count: 1 });
  }
});

test("a second start applies nothing", async () => {
  await migrate(database.url);
  expect(await migrate(database.url)).toEqual({ applied: [] });
});

test("a migration that fails leaves nothing of itself and no record, keeps those before it, and runs once it is mended", async () => {
  const directory = await migrations({ "1_good": "CREATE TABLE good (id int);", "2_bad": "CREATE TABLE half (id int); INSERT INTO nowhere VALUES (1);", "3_later": "CREATE TABLE later (id int);" });
  await expect(migrate(database.url, directory)).rejects.toThrow(/Migration 2_bad failed and was rolled back: .*nowhere/);
  expect(await tableExists("good")).toBe(true);
  expect(await tableExists("half")).toBe(false);
  expect(await tableExists("later")).toBe(false);
  expect((await recorded()).map((row) => row.migration_name)).toEqual(["1_good"]);

  await writeFile(join(directory, "2_bad", "migration.sql"), "CREATE TABLE half (id int);");
  expect(await migrate(database.url, directory)).toEqual({ applied: ["2_bad", "3_later"] });
});

test("a migration that was edited after it had been applied is refused by name, and nothing after it runs", async () => {
  const directory = await mkdtemp(join(folder, "set-"));
  await cp("prisma/migrations", directory, { recursive: true });
  await migrate(database.url, directory);
  const file = join(directory, names[0]!, "migration.sql");
  await writeFile(file, `${await readFile(file, "utf8")}\n-- a harmless comment`);
  await mkdir(join(directory, "99999999999999_next"));
  await writeFile(join(directory, "99999999999999_next", "migration.sql"), "CREATE TABLE next (id int);");
  const refused = migrate(database.url, directory);
  await expect(refused).rejects.toBeInstanceOf(MigrationError);
  await expect(refused).rejects.toThrow(`Migration ${names[0]} was changed after it had been applied`);
  expect(await tableExists("next")).toBe(false);
});

test("the health check counts what is applied and what is missing", async () => {
  const query = async (sql: string) => (await client.query<{ migration_name: string }>(sql)).rows;
  expect(await migrationState(query)).toEqual({ applied: 0, pending: names.length });
  await migrate(database.url, await migrations({}));
  expect(await migrationState(query)).toEqual({ applied: 0, pending: names.length });
  await migrate(database.url);
  expect(await migrationState(query)).toEqual({ applied: names.length, pending: 0 });
});
