/** Where PostgreSQL's programs are: in the npm package for this platform, or in a copy that the server's account can reach. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Account, canRun } from "@/lib/db/embedded-postgres/account";

const run = promisify(execFile);

/** Where root keeps what another account must reach, when the project lives in a folder closed to others, like /root. */
export const SHARED_FOLDER = "/var/lib/portcullis";

export interface Binaries {
  postgres: string;
  initdb: string;
  /** Like "18". */
  major: string;
}

/** The programs, copied to a folder open to `account` first if need be. */
export async function findBinaries(account: Account | null, log: (line: string) => void): Promise<Binaries> {
  const shipped = await shippedPackage();
  await completeLibraries(shipped.folder);
  if (canRun(account, join(shipped.folder, "native/bin/postgres"))) return programsIn(shipped);
  const copy = { ...shipped, folder: join(SHARED_FOLDER, "postgresql", `${shipped.version}-${process.platform}-${process.arch}`) };
  if (!(await stat(copy.folder).catch(() => null))) {
    log(`${account?.name ?? "The server's account"} can't enter ${dirname(shipped.folder)}, so PostgreSQL's programs are copied to ${copy.folder} (60 MB, once).`);
    await copyWhole(shipped.folder, copy.folder);
  }
  if (!canRun(account, join(copy.folder, "native/bin/postgres"))) {
    throw new Error(`${account?.name ?? "The server's account"} can't run PostgreSQL from ${copy.folder}: check the modes of its parent folders and that it isn't mounted noexec, or set DATABASE_URL to a server of your own.`);
  }
  return programsIn(copy);
}

interface Package {
  folder: string;
  version: string;
}

async function shippedPackage(): Promise<Package> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const entry = createRequire(fromHere.resolve("embedded-postgres")).resolve(name);
    const folder = dirname(dirname(entry));
    const described: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const version = described && typeof described === "object" && "version" in described ? String(described.version) : "";
    return { folder, version };
  } catch (error) {
    throw new Error(`There is no embedded PostgreSQL for this machine (${name} is not installed). Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server.`, { cause: error });
  }
}

async function programsIn(found: Package): Promise<Binaries> {
  const programs = { postgres: join(found.folder, "native/bin/postgres"), initdb: join(found.folder, "native/bin/initdb") };
  return { ...programs, major: found.version.split(".")[0] ?? "" };
}

/** An npm package can't hold symbolic links; its install script makes them, and may have been kept from running. */
async function completeLibraries(folder: string): Promise<void> {
  for (const program of ["postgres", "initdb", "pg_ctl"]) {
    const path = join(folder, "native/bin", program);
    const mode = (await stat(path)).mode;
    if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
  }
  const list: unknown = JSON.parse(await readFile(join(folder, "native/pg-symlinks.json"), "utf8").catch(() => "[]"));
  if (!Array.isArray(list)) return;
  for (const link of list as { source: string; target: string }[]) {
    await symlink(basename(link.source), join(folder, link.target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Appears whole or not at all, so that a copy cut short is never taken for a good one. */
async function copyWhole(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${randomBytes(6).toString("hex")}`;
  try {
    await openFolder(dirname(to));
    await run("cp", ["-R", from, unfinished]);
    await run("chmod", ["-R", "a+rX", unfinished]);
    await rename(unfinished, to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Makes a folder below SHARED_FOLDER that every account may enter, whatever the umask. */
export async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let at = folder; at.startsWith(SHARED_FOLDER); at = dirname(at)) await chmod(at, 0o755);
}
