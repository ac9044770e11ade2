/** What PostgreSQL's own lock file, postmaster.pid, says about a cluster's server. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandLineOf, endProcess, identifyProcess, type ProcessIdentity } from "@/lib/process-identity";

export interface Postmaster {
  process: ProcessIdentity;
  port: number;
  ready: boolean;
}

/**
 * The server that holds this cluster now, or null. A lock file left by a server that ended is removed: PostgreSQL itself
 * refuses to start when the pid in it has meanwhile gone to another process of the same account.
 */
export async function runningPostmaster(cluster: string): Promise<Postmaster | null> {
  const file = join(cluster, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  // pid, data folder, start time, port, socket folder, listen address, shared memory key, status (miscadmin.h, LOCK_FILE_LINE_*)
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  const identity = identifyProcess(pid);
  if (identity && isServerOf(pid, cluster)) return { process: identity, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
  await rm(file, { force: true });
  return null;
}

/** Fast shutdown (clients are disconnected, everything is written), and immediate shutdown if that takes too long. */
export async function stopPostmaster(identity: ProcessIdentity): Promise<void> {
  if (!(await endProcess(identity, ["SIGINT", "SIGQUIT", "SIGKILL"], 8_000))) {
    throw new Error(`PostgreSQL (process ${identity.pid}) does not end, not even by SIGKILL.`);
  }
}

function isServerOf(pid: number, cluster: string): boolean {
  const words = commandLineOf(pid);
  return words !== null && (words[0] ?? "").includes("postgres") && words.join(" ").includes(cluster);
}
