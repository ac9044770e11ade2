/** What every measurement stands on: a folder, a PostgreSQL with its production settings, a mail server, and portals. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { FOLDER_PREFIX, removeLeftovers } from "@/bench/parts/leftovers";
import { type Portal, preparePortal } from "@/bench/parts/portal";
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { migrate } from "@/lib/db/migrate";
import type { Endings } from "@/scripts/demo/endings";
import type { Progress } from "@/scripts/demo/progress";

export interface World {
  /** Goes away at the end. */
  folder: string;
  quick: boolean;
  progress: Progress;
  endings: Endings;
  /** Stops the server, which writes everything to its files, and starts it again: what was loaded is then no more in the way. */
  settleDatabases(): Promise<void>;
  /** A portal, not started, on a new database with this version's schema. */
  preparePortal(name: string): Promise<Portal>;
}

export async function createWorld(parts: { quick: boolean; progress: Progress; endings: Endings }): Promise<World> {
  const { endings, progress } = parts;
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  await endings.add(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL runs under an account of its own and has to reach its part of the folder.
  await chmod(folder, 0o711);
  const startServer = () => startEmbeddedPostgres({ dataDir: join(folder, "postgres"), log: progress.say, durable: true });
  let server = await startServer();
  await endings.add(() => server.stop());
  const smtpUrl = await startMailSink(endings);

  return {
    ...parts,
    folder,
    settleDatabases: async () => {
      await server.stop();
      server = await startServer();
    },
    preparePortal: async (name) => {
      await query(server.url, `CREATE DATABASE ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      await migrate(url.href);
      return preparePortal({ name, databaseUrl: url.href, smtpUrl, folder, endings });
    },
  };
}

async function query(databaseUrl: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function startMailSink(endings: Endings): Promise<string> {
  const child = fork(join(import.meta.dirname, "mail-sink.ts"), { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await endings.add(async () => void child.kill("SIGTERM"));
  const [port] = (await once(child, "message")) as [number];
  return `smtp://127.0.0.1:${port}`;
}
