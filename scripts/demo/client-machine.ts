/** A client's machine: a network namespace of its own, from which nothing but the gateway can be reached. */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { parseClientConfig, renderClientConfig } from "@/lib/core/client-config";
import { identifyProcess } from "@/lib/process-identity";
import { makeClientMachine, removeInstance, removeNamespace } from "@/scripts/demo/network";

const run = promisify(execFile);
const VISIT_MS = 4_000;
/** Followed by the pid of who made it, so that files of a killed run, which hold keys, can be found. */
const FOLDER_PREFIX = "portcullis-tunnel-";

export interface Visit {
  /** null: no answer. */
  status: number | null;
  location: string | null;
  body: string;
}

export interface ClientMachine {
  namespace: string;
  /** Opens the tunnel of a downloaded file with wg-quick, as a person would. */
  up(file: string): Promise<OpenTunnel>;
  /** An HTTP GET from this machine; redirects are not followed. */
  visit(url: string): Promise<Visit>;
  /** Pings until `stop`; told of every answer and, with null, of every ping that had none in time. */
  ping(address: string, everyMs: number, told: (roundTripMs: number | null) => void): { stop(): void; ended: Promise<void> };
  /** With the tunnels that are still open. */
  remove(): Promise<void>;
}

export interface OpenTunnel {
  interfaceName: string;
  /** Seconds since 1970 of the last handshake; null: there was none yet. */
  lastHandshake(): Promise<number | null>;
  close(): Promise<void>;
}

export async function createClientMachine(namespace: string, number: number, gatewayNamespace: string, gatewayAddress: string): Promise<ClientMachine> {
  const open = new Set<OpenTunnel>();
  const remove = async () => {
    for (const tunnel of open) await tunnel.close();
    await removeNamespace(namespace);
  };
  try {
    await makeClientMachine(namespace, number, gatewayNamespace, gatewayAddress);
  } catch (error) {
    await remove();
    throw error;
  }
  const inside = (...command: string[]) => ["netns", "exec", namespace, ...command];
  return {
    namespace,
    remove,
    up: async (file) => {
      const tunnel = await openTunnel(file, inside);
      open.add(tunnel);
      return tunnel;
    },
    visit: async (url) => {
      // A program of its own, since a process is in one namespace only.
      const script = `const answer = await fetch(process.argv[1], { redirect: "manual", signal: AbortSignal.timeout(${VISIT_MS}) }).catch(() => null);
        console.log(JSON.stringify(answer ? { status: answer.status, location: answer.headers.get("location"), body: await answer.text() } : { status: null, location: null, body: "" }));`;
      const { stdout } = await run("ip", inside(process.execPath, "--input-type=module", "-e", script, url));
      return JSON.parse(stdout) as Visit;
    },
    ping: (address, everyMs, told) => ping(inside("ping", "-n", "-O", "-i", String(everyMs / 1000), address), told),
  };
}

/** Removes files that killed programs have left. */
export async function removeAbandonedFiles(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && identifyProcess(Number(pid)) === null) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

async function openTunnel(file: string, inside: (...command: string[]) => string[]): Promise<OpenTunnel> {
  // Only what the portal writes: wg-quick runs as root, and a PostUp line of another file would too.
  const { fields, keys } = parseClientConfig(await readFile(file, "utf8"));
  if (keys.privateKey === null) throw new Error("The private key is still missing in this file: put in the one that stays on your machine.");
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  const interfaceName = freeName(basename(file, ".conf"));
  const copy = join(folder, `${interfaceName}.conf`);
  // Without DNS: a namespace shares the resolver's settings with the whole machine.
  await writeFile(copy, renderClientConfig({ ...fields, dns: [] }, keys), { mode: 0o600 });
  const quick = async (verb: "up" | "down") => {
    try {
      await run("ip", inside("wg-quick", verb, copy), { env: { ...process.env, WG_QUICK_USERSPACE_IMPLEMENTATION: "wireguard-go" } });
    } catch (error) {
      const said = error && typeof error === "object" && "stderr" in error ? String(error.stderr).trim() : String(error);
      throw new Error(`wg-quick ${verb} failed:\n${said}`, { cause: error });
    }
  };
  const close = async () => {
    if (!existsSync(folder)) return;
    await quick("down").catch(() => {});
    await removeInstance(interfaceName);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await quick("up");
  } catch (error) {
    await close();
    throw error;
  }
  return {
    interfaceName,
    close,
    lastHandshake: async () => {
      const { stdout } = await run("ip", inside("wg", "show", interfaceName, "latest-handshakes"));
      const seconds = Number(stdout.trim().split("\t")[1] ?? 0);
      return seconds > 0 ? seconds : null;
    },
  };
}

/** wireguard-go's sockets are one folder for the whole machine: the same file opened twice needs two names. */
function freeName(wanted: string): string {
  const valid = /^[a-zA-Z0-9_=+.-]{1,15}$/.test(wanted) ? wanted : "client";
  for (let name = valid, count = 2; ; name = `${valid.slice(0, 12)}-${count++}`) {
    if (!existsSync(`/var/run/wireguard/${name}.sock`)) return name;
  }
}

function ping(args: string[], told: (roundTripMs: number | null) => void): { stop(): void; ended: Promise<void> } {
  const child = spawn("ip", args, { stdio: ["ignore", "pipe", "ignore"], detached: true, env: { ...process.env, LC_ALL: "C" } });
  createInterface(child.stdout).on("line", (line) => {
    const answered = /time[=<]([\d.]+) ms/.exec(line)?.[1];
    if (answered !== undefined) told(Number(answered));
    else if (/no answer yet|Unreachable|sendmsg/.test(line)) told(null);
  });
  const ended = new Promise<void>((settle) => {
    child.once("error", () => settle());
    child.once("close", () => settle());
  });
  return { stop: () => void child.kill("SIGINT"), ended };
}
