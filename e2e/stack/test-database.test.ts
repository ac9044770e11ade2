import { Client } from "pg";
import { expect, it } from "vitest";
import { createEmptyTestDatabase, createTestDatabase } from "@/e2e/stack/test-database";

async function tables(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ n: number }>("SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'");
    return rows[0]?.n ?? 0;
  } finally {
    await client.end();
  }
}

it("gives each test file a migrated database of its own", async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(one.url).not.toBe(other.url);
  expect(await tables(one.url)).toBeGreaterThan(10);
  await one.drop();
  await expect(tables(one.url)).rejects.toThrow(/does not exist/);
  expect(await tables(other.url)).toBeGreaterThan(10);
  await other.drop();
});

it("gives an empty database to tests of the migrations", async () => {
  const empty = await createEmptyTestDatabase();
  expect(await tables(empty.url)).toBe(0);
  await empty.drop();
});
