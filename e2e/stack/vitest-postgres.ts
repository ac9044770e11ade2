/** Vitest's global set-up: one PostgreSQL server for the whole run. Tests take databases of it by createTestDatabase(). */
import { TEST_POSTGRES_VARIABLE } from "@/e2e/stack/test-database";
import { startTemporaryPostgres } from "@/e2e/stack/temporary-postgres";

export default async function setup(): Promise<() => Promise<void>> {
  if (process.env[TEST_POSTGRES_VARIABLE]) return async () => {};
  const server = await startTemporaryPostgres();
  // Vitest's workers begin after this and inherit the environment.
  process.env[TEST_POSTGRES_VARIABLE] = server.url;
  return async () => {
    delete process.env[TEST_POSTGRES_VARIABLE];
    await server.stop();
  };
}
