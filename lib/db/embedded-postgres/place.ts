/** Where a cluster's files lie, and who holds the folder at the moment. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Account, canEnter } from "@/lib/db/embedded-postgres/account";
import { openFolder, SHARED_FOLDER } from "@/lib/db/embedded-postgres/binaries";
import { identifyProcess, isRunning, type ProcessIdentity } from "@/lib/process-identity";

/** Written into the data folder when the cluster itself has to lie elsewhere. */
const LOCATION_FILE = "cluster-location";

/** The cluster's folder as far as it is settled already; whether it exists or not. */
export async function settledCluster(dataDir: string): Promise<string> {
  const elsewhere = await readFile(join(dataDir, LOCATION_FILE), "utf8").catch(() => null);
  return elsewhere === null ? join(dataDir, "cluster") : elsewhere.trim();
}

/**
 * The cluster's folder for a server that runs as `account`: inside `dataDir` where the account can reach it, else below
 * /var/lib/portcullis under a name of its own. Nothing there is ever deleted for the person.
 */
export async function placeCluster(dataDir: string, account: Account | null, log: (line: string) => void): Promise<string> {
  const settled = await settledCluster(dataDir);
  if (await stat(join(settled, "PG_VERSION")).catch(() => null)) {
    if (!canEnter(account, dirname(settled))) throw new Error(`${account?.name} can no longer enter ${dirname(settled)}, where the database lies: restore its mode or move the data.`);
    return settled;
  }
  if (canEnter(account, dataDir)) return join(dataDir, "cluster");
  const folder = join(SHARED_FOLDER, "data", randomBytes(8).toString("hex"));
  await openFolder(folder);
  await writeFile(join(folder, "README"), `The database of the Portcullis whose data folder is ${dataDir}.\nIt lies here because the account that runs PostgreSQL can't enter that folder.\n`);
  const cluster = join(folder, "cluster");
  await writeWhole(join(dataDir, LOCATION_FILE), `${cluster}\n`, 0o644);
  log(`${account?.name} can't enter ${dataDir}, so the database is kept in ${cluster}.`);
  return cluster;
}

/** The secret in `file`, made on first use; readable by this account alone. */
export async function secretIn(file: string): Promise<string> {
  const existing = await readFile(file, "utf8").catch(() => null);
  if (existing !== null && existing.trim() !== "") return existing.trim();
  const made = randomBytes(24).toString("base64url");
  await writeWhole(file, `${made}\n`, 0o600);
  return made;
}

/** Either the old content or the new, never half of it, whenever the process dies. */
export async function writeWhole(file: string, content: string, mode: number): Promise<void> {
  const unfinished = `${file}.${randomBytes(4).toString("hex")}`;
  await writeFile(unfinished, content, { mode });
  await chmod(unfinished, mode);
  await rename(unfinished, file);
}

/** Which process is answerable for stopping the server. */
export async function ownerOf(dataDir: string): Promise<ProcessIdentity | null> {
  const owner = await readIdentity(join(dataDir, "owner"));
  return owner && isRunning(owner) ? owner : null;
}

export async function becomeOwner(dataDir: string): Promise<void> {
  await writeWhole(join(dataDir, "owner"), JSON.stringify(identifyProcess(process.pid)), 0o644);
}

export async function releaseOwnership(dataDir: string): Promise<void> {
  await rm(join(dataDir, "owner"), { force: true });
}

/** One starting or stopping process at a time; a lock whose holder has died is taken over. Returns the release. */
export async function lockFolder(dataDir: string, withinMs: number): Promise<() => Promise<void>> {
  const file = join(dataDir, "lock");
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      const handle = await open(file, "wx", 0o644);
      await handle.writeFile(JSON.stringify(identifyProcess(process.pid)));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "EEXIST") throw error;
    }
    const holder = await readIdentity(file);
    const age = Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? Date.now());
    // An empty lock is one about to be written, unless its writer died just then.
    const abandoned = holder ? !isRunning(holder) : age > 2_000;
    if (abandoned) await rm(file, { force: true });
    else if (performance.now() > until) throw new Error(`Another process (${holder?.pid ?? "unknown"}) has been starting or stopping the database in ${dataDir} for ${Math.round(withinMs / 1000)} s. End it, then start again.`);
    else await delay(50);
  }
}

async function readIdentity(file: string): Promise<ProcessIdentity | null> {
  try {
    const read: unknown = JSON.parse(await readFile(file, "utf8"));
    if (read && typeof read === "object" && "pid" in read && "startedAt" in read && typeof read.pid === "number" && typeof read.startedAt === "string") {
      return { pid: read.pid, startedAt: read.startedAt };
    }
  } catch {
    // Absent, or being written.
  }
  return null;
}

/** A folder for the server's files that the server's account may pass through. */
export async function makeDataFolder(dataDir: string): Promise<void> {
  const existed = await stat(dataDir).catch(() => null);
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  if (!existed) await chmod(dataDir, 0o711);
}
