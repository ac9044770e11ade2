/** A PostgreSQL server for one run of tests, in a folder of its own that goes away with it. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeAbandonedServers } from "@/e2e/stack/leftovers";
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";

const PREFIX = "portcullis-test-postgres-";

export interface TemporaryPostgres {
  url: string;
  stop(): Promise<void>;
}

export async function startTemporaryPostgres(): Promise<TemporaryPostgres> {
  await removeAbandonedServers(PREFIX);
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: join(folder, "postgres"), durable: false });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
