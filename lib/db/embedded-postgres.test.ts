import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { runningPostmaster } from "@/lib/db/embedded-postgres/postmaster";
import { endProcess, isRunning, type ProcessIdentity, waitForEnd } from "@/lib/process-identity";

let base: string;
let dataDir: string;
let started: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "portcullis-embedded-"));
  await chmod(base, 0o755);
  dataDir = join(base, "postgres");
  started = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const server of started) await server.stop();
  const left = await runningPostmaster(join(dataDir, "cluster"));
  if (left) await endProcess(left.process, ["SIGQUIT", "SIGKILL"], 5_000);
  await rm(base, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  started.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Another program that holds the server, as the demo or the portal does. */
async function startElsewhere(): Promise<{ child: ChildProcess; url: string; adopted: boolean }> {
  const fixture = fileURLToPath(new URL("./embedded-postgres/hold.fixture.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", fixture, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, ...(JSON.parse(line) as { url: string; adopted: boolean }) };
}

async function serverProcess(): Promise<ProcessIdentity> {
  const found = await runningPostmaster(join(dataDir, "cluster"));
  if (!found) throw new Error("no server is running");
  return found.process;
}

describe("embedded PostgreSQL", () => {
  it("keeps data, port and password from one start to the next", async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept AS SELECT 'Zoë ✓' AS word");
    await first.stop();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, "SELECT word FROM kept")).toEqual([{ word: "Zoë ✓" }]);
  });

  it("gives the portal an account that is no superuser, in UTF-8, reachable from this machine alone", async () => {
    const { url } = await start();
    expect(await query(url, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")).toEqual([{ rolsuper: false, rolcreatedb: true }]);
    expect(await query(url, "SELECT current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS addresses")).toEqual([{ encoding: "UTF8", addresses: "127.0.0.1" }]);
  });

  it("refuses a wrong password, and keeps the right one for its own account only", async () => {
    const { url } = await start();
    await expect(query(url.replace(/:[^:@]+@/, ":guess@"), "SELECT 1")).rejects.toThrow(/password/);
    expect((await stat(join(dataDir, "password"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, "superuser-password"))).mode & 0o777).toBe(0o600);
  });

  it("takes up the server that a killed process left behind, and then stops it itself", async () => {
    const first = await startElsewhere();
    await query(first.url, "CREATE TABLE kept AS SELECT 1 AS n");
    const server = await serverProcess();
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    expect(isRunning(server)).toBe(true);

    const second = await start();
    expect(second.adopted).toBe(true);
    expect(await query(second.url, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
    await second.stop();
    expect(isRunning(server)).toBe(false);
  });

  it("starts anew when the server was killed together with its program", async () => {
    const first = await startElsewhere();
    const server = await serverProcess();
    first.child.kill("SIGKILL");
    process.kill(server.pid, "SIGKILL");
    await waitForEnd(server, 5_000);
    expect((await start()).adopted).toBe(false);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("leaves no server behind when its program ends by %s", async (signal) => {
    const { child } = await startElsewhere();
    const server = await serverProcess();
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([null, signal]);
    expect(isRunning(server)).toBe(false);
  });

  it("shares a server that another live process is answerable for, and does not stop it", async () => {
    const first = await startElsewhere();
    const server = await serverProcess();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, url: first.url });
    await second.stop();
    expect(isRunning(server)).toBe(true);
  });

  it("is started once when two processes start at the same moment", async () => {
    const both = await Promise.all([startElsewhere(), startElsewhere()]);
    expect(both.map((one) => one.adopted).sort()).toEqual([false, true]);
    expect(both[0].url).toBe(both[1].url);
  });

  it("is not kept from starting by a lock file whose process number now belongs to a stranger", async () => {
    const server = await start();
    await server.stop();
    await writeFile(join(dataDir, "cluster", "postmaster.pid"), `${process.pid}\n${join(dataDir, "cluster")}\n1\n5432\n\n127.0.0.1\n1 1\nready   \n`);
    expect((await start()).adopted).toBe(false);
  });

  it("begins again after an initdb that was cut short", async () => {
    await mkdir(join(dataDir, "cluster.unfinished"), { recursive: true });
    await writeFile(join(dataDir, "cluster.unfinished", "PG_VERSION"), "18\n");
    const { url } = await start();
    expect(await query(url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
  });

  it("says what to do with data of another PostgreSQL version, and leaves it as it is", async () => {
    await mkdir(join(dataDir, "cluster"), { recursive: true });
    await writeFile(join(dataDir, "cluster", "PG_VERSION"), "15\n");
    await expect(start()).rejects.toThrow(/PostgreSQL 15.*brings PostgreSQL 18/);
    expect(await readFile(join(dataDir, "cluster", "PG_VERSION"), "utf8")).toBe("15\n");
  });

  it("takes another port when a stranger has taken its own", async () => {
    const server = await start();
    const port = Number(new URL(server.url).port);
    await server.stop();
    const { createServer } = await import("node:net");
    const stranger = createServer().listen(port, "127.0.0.1");
    await once(stranger, "listening");
    try {
      expect(Number(new URL((await start()).url).port)).not.toBe(port);
    } finally {
      stranger.close();
    }
  });

  it.runIf(process.getuid?.() === 0)("works in a folder that only root may enter, and says where the data is", async () => {
    await chmod(base, 0o700);
    const said: string[] = [];
    const first = await startEmbeddedPostgres({ dataDir, durable: false, log: (line) => said.push(line) });
    const cluster = (await readFile(join(dataDir, "cluster-location"), "utf8")).trim();
    try {
      await query(first.url, "CREATE TABLE kept AS SELECT 1 AS n");
      await first.stop();
      expect(cluster).toMatch(/^\/var\/lib\/portcullis\/data\//);
      expect(said.join("\n")).toContain(cluster);
      expect(await query((await start()).url, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
    } finally {
      for (const server of [first, ...started]) await server.stop();
      await rm(dirname(cluster), { recursive: true, force: true });
    }
  });
});
