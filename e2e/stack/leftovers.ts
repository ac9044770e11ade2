/** What runs that were killed could not take away: the next one does. */
import { readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownerOf, settledCluster } from "@/lib/db/embedded-postgres/place";
import { runningPostmaster, stopPostmaster } from "@/lib/db/embedded-postgres/postmaster";
import { identifyProcess } from "@/lib/process-identity";
import { namespaces, removeNamespace } from "@/scripts/demo/network";

/** Younger folders may belong to a run that is about to write down who it is. */
const SETTLED_AFTER_MS = 120_000;

/** Folders with this beginning among the temporary ones, and the PostgreSQL that each has in "postgres", unless a live process answers for it. */
export async function removeAbandonedServers(prefix: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(tmpdir(), name);
    const age = Date.now() - ((await stat(folder).catch(() => null))?.mtimeMs ?? Date.now());
    const dataDir = join(folder, "postgres");
    if (age < SETTLED_AFTER_MS || (await ownerOf(dataDir))) continue;
    const left = await runningPostmaster(await settledCluster(dataDir));
    if (left) await stopPostmaster(left.process);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Network namespaces named by a prefix and the id of a process that is no more. */
export async function removeAbandonedNamespaces(prefix: string): Promise<void> {
  for (const name of await namespaces()) {
    const pid = name.startsWith(prefix) ? /^\d+/.exec(name.slice(prefix.length))?.[0] : undefined;
    if (pid !== undefined && !identifyProcess(Number(pid))) await removeNamespace(name);
  }
}
