import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmptyTestDatabase, createTestDatabase, type TestDatabase } from "@/e2e/stack/test-database";

let databases: TestDatabase[];
/** Made by Prisma's engine from schema.prisma. */
let declared: Client;
/** Made by the migrations. */
let migrated: Client;

beforeAll(async () => {
  databases = await Promise.all([createEmptyTestDatabase(), createTestDatabase()]);
  [declared, migrated] = databases.map(({ url }) => new Client({ connectionString: url })) as [Client, Client];
  const { stdout: sql } = await promisify(execFile)("node_modules/.bin/tsx", ["scripts/migration.ts", "--empty"], { maxBuffer: 1 << 24 });
  await Promise.all([declared.connect(), migrated.connect()]);
  await declared.query(sql);
});
afterAll(async () => {
  await Promise.all([declared.end(), migrated.end()]);
  await Promise.all(databases.map((database) => database.drop()));
});

async function lines(client: Client, sql: string): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(sql);
  // Two empty lists would agree as well.
  expect(rows).not.toHaveLength(0);
  return rows.map(({ line }) => line).sort();
}

const COLUMNS = `
  SELECT concat_ws(' ', table_name, column_name, udt_name, is_nullable, character_maximum_length, datetime_precision, column_default) AS line
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`;
const INDEXES = "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'";
const FOREIGN_KEYS = "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint WHERE contype = 'f'";
const ENUMS = "SELECT typname || ' ' || string_agg(enumlabel, ',' ORDER BY enumsortorder) AS line FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid GROUP BY typname";

test("the migrations make every column that schema.prisma declares, alike, and no other", async () => {
  // Prisma has no literal for a bit string, so this default is set by hand.
  const withoutDefault = (line: string) => line.replace(/^(gateways wanted_digest bit NO).*/, "$1");
  expect((await lines(migrated, COLUMNS)).map(withoutDefault)).toEqual((await lines(declared, COLUMNS)).map(withoutDefault));
});

test("the enums are the same", async () => {
  expect(await lines(migrated, ENUMS)).toEqual(await lines(declared, ENUMS));
});

test("every index and foreign key of schema.prisma is there", async () => {
  expect(await lines(migrated, INDEXES)).toEqual(expect.arrayContaining(await lines(declared, INDEXES)));
  const deferred = (line: string) => line.replace(/ DEFERRABLE INITIALLY DEFERRED$/, "");
  expect((await lines(migrated, FOREIGN_KEYS)).map(deferred)).toEqual(expect.arrayContaining(await lines(declared, FOREIGN_KEYS)));
});
