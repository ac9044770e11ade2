/** Starting the server of a cluster and waiting until it takes connections. */
import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, rename, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Account, identityOf } from "@/lib/db/embedded-postgres/account";
import type { Binaries } from "@/lib/db/embedded-postgres/binaries";
import { outcomeOf, serverEnvironment } from "@/lib/db/embedded-postgres/child";
import { writeWhole } from "@/lib/db/embedded-postgres/place";
import { type Postmaster, runningPostmaster } from "@/lib/db/embedded-postgres/postmaster";

const START_TIMEOUT_MS = 60_000;
const LOG_LIMIT_BYTES = 5_000_000;

/** Rejects with the server's own last messages when it doesn't start. */
export async function launch(cluster: string, account: Account | null, binaries: Binaries, dataDir: string, durable: boolean, log: (line: string) => void): Promise<Postmaster> {
  const port = await choosePort(dataDir, log);
  const logFile = join(dataDir, "server.log");
  const settings: Record<string, string | number> = {
    listen_addresses: "127.0.0.1", port, unix_socket_directories: "", max_connections: 100, shared_buffers: "128MB",
    timezone: "UTC", log_timezone: "UTC", lc_messages: "C", log_line_prefix: "%m [%p] ", log_checkpoints: "off",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off", wal_level: "minimal", max_wal_senders: 0, autovacuum_naptime: "1h" }),
  };
  // The log is a file, not a pipe: a server whose pipe has lost its reader would lose its messages too.
  if (((await stat(logFile).catch(() => null))?.size ?? 0) > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.1`);
  const output = await open(logFile, "a", 0o600);
  const begin = (await output.stat()).size;
  try {
    const until = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const child = spawn(binaries.postgres, ["-D", cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])], {
        ...identityOf(account), cwd: "/", env: serverEnvironment(), stdio: ["ignore", output.fd, output.fd], detached: true,
      });
      child.unref();
      const failure = await Promise.race([outcomeOf(child), readiness(child, cluster, until)]);
      const ready = failure === null ? await runningPostmaster(cluster) : null;
      if (ready) return ready;
      const messages = (await readFile(logFile, "utf8").catch(() => "")).slice(begin).trim().split("\n").slice(-8).join("\n");
      // Server processes of a postmaster that was killed let go of the cluster a moment later.
      if (!messages.includes("is still in use") || performance.now() > until) {
        throw new Error(`PostgreSQL did not start (${failure ?? "it ended at once"}). Its last messages, from ${logFile}:\n${messages}`);
      }
      await delay(200);
    }
  } finally {
    await output.close();
  }
}

/** Settles as null when the server takes connections, as a reason when it doesn't in time. */
async function readiness(child: ChildProcess, cluster: string, until: number): Promise<string | null> {
  while (child.exitCode === null && child.signalCode === null) {
    if ((await runningPostmasterOf(child, cluster))?.ready) return null;
    if (performance.now() > until) {
      child.kill("SIGQUIT");
      return `it was not ready after ${START_TIMEOUT_MS / 1000} s`;
    }
    await delay(15);
  }
  return "it ended at once";
}

async function runningPostmasterOf(child: ChildProcess, cluster: string): Promise<Postmaster | null> {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  // Only a lock file that the new server has written itself is looked into: an old one is the server's to judge.
  return text.startsWith(`${child.pid}\n`) ? runningPostmaster(cluster) : null;
}

/** The port of the last start if it is free, else another one. */
async function choosePort(dataDir: string, log: (line: string) => void): Promise<number> {
  const file = join(dataDir, "port");
  const last = Number((await readFile(file, "utf8").catch(() => "")).trim());
  const port = (last > 0 ? await freePort(last) : null) ?? (await freePort(0));
  if (port === null) throw new Error("There is no free port on 127.0.0.1 for PostgreSQL.");
  if (last > 0 && port !== last) log(`Port ${last}, which PostgreSQL had, is taken by another program; it now has ${port}.`);
  await writeWhole(file, `${port}\n`, 0o644);
  return port;
}

async function freePort(wanted: number): Promise<number | null> {
  return new Promise((settle) => {
    const probe = createServer();
    probe.once("error", () => settle(null));
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => settle(address && typeof address === "object" ? address.port : null));
    });
  });
}
