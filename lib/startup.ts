/** What a portal process does when it starts: brings the database to this version, then sends mails and throws away what ran out. Says how far it is to the health check. */
import { startHousekeeping } from "@/lib/auth/housekeeping";
import { migrate, migrationState } from "@/lib/db/migrate";
import { startTimeWorker } from "@/lib/time-worker";
import { log } from "@/lib/log";
import { startMailWorker, type MailWorker } from "@/lib/mail/worker";
import { runtime } from "@/lib/runtime";
import { version } from "@/package.json";

const KEY = Symbol.for("portcullis.startup");
const shared = globalThis as { [KEY]?: { migrated: boolean; reason: string } };
const state = (shared[KEY] ??= { migrated: false, reason: "The portal is starting." });

const RETRY_MS = 1000;

/** Keeps trying while the database can't be reached; the health check says so meanwhile. @returns what goes on running */
export async function startUp(): Promise<MailWorker> {
  const ports = runtime();
  for (;;) {
    try {
      const { applied } = await migrate(ports.config.databaseUrl ?? "");
      if (applied.length > 0) log("info", "migrated", `Applied ${applied.join(", ")}.`);
      break;
    } catch (error) {
      state.reason = error instanceof Error ? error.message : String(error);
      log("error", "not migrated", state.reason);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  state.migrated = true;
  const worker = startMailWorker(ports);
  startHousekeeping(ports);
  startTimeWorker(ports);
  log("info", "started", `Portcullis ${version} serves ${ports.config.url.origin}.`);
  return worker;
}

export interface Health {
  status: "ok" | "unavailable";
  version: string;
  database: "up" | "down";
  migrations: { applied: number; pending: number } | null;
  /** Why not, when it is not; holds no secret. */
  reason?: string;
}

export async function checkHealth(): Promise<Health> {
  try {
    const ports = runtime();
    const migrations = await migrationState((sql) => ports.db.read.$queryRawUnsafe(sql));
    if (state.migrated && migrations.pending === 0) return { status: "ok", version, database: "up", migrations };
    return { status: "unavailable", version, database: "up", migrations, reason: state.migrated ? `${migrations.pending} migrations are not applied.` : state.reason };
  } catch {
    return { status: "unavailable", version, database: "down", migrations: null, reason: "The database can't be reached. Check DATABASE_URL and that the server is up." };
  }
}
