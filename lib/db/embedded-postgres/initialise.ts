/** Making a new, empty cluster. */
import { spawn } from "node:child_process";
import { chown, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Account, identityOf } from "@/lib/db/embedded-postgres/account";
import type { Binaries } from "@/lib/db/embedded-postgres/binaries";
import { outcomeOf, serverEnvironment } from "@/lib/db/embedded-postgres/child";
import { SUPERUSER } from "@/lib/db/embedded-postgres/connect";
import { writeWhole } from "@/lib/db/embedded-postgres/place";

/** Made beside its place and then moved there, so that an initdb cut short leaves nothing that looks like a cluster. */
export async function initialise(cluster: string, account: Account | null, binaries: Binaries, password: string, dataDir: string, durable: boolean): Promise<void> {
  const version = await readFile(join(cluster, "PG_VERSION"), "utf8").catch(() => null);
  if (version?.trim() === binaries.major) return;
  if (version !== null) {
    throw new Error(`The database in ${cluster} was made by PostgreSQL ${version.trim()}; this Portcullis brings PostgreSQL ${binaries.major}. Dump it with pg_dump of the old version and load the dump into a new folder, or set DATABASE_URL to a server of your own.`);
  }
  const unfinished = `${cluster}.unfinished`;
  const passwordFile = `${cluster}.password`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    await writeWhole(passwordFile, `${password}\n`, 0o600);
    if (account) await Promise.all([unfinished, passwordFile].map((path) => chown(path, account.uid, account.gid)));
    const child = spawn(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8",
        "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", ...(durable ? [] : ["--no-sync"]),
      ],
      { ...identityOf(account), cwd: "/", env: serverEnvironment(), stdio: ["ignore", "pipe", "pipe"] },
    );
    const output: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => output.push(part));
    child.stderr.on("data", (part: Buffer) => output.push(part));
    const failure = await outcomeOf(child);
    if (failure) throw new Error(`PostgreSQL could not make a database in ${dataDir} (initdb: ${failure}).\n${Buffer.concat(output).toString().trim().split("\n").slice(-5).join("\n")}`);
    await rename(unfinished, cluster);
  } finally {
    await rm(passwordFile, { force: true });
  }
}
