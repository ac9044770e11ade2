/**
 * A small internet of network namespaces for tests: a gateway's host and machines of clients on one link, apart from the real host's
 * network, and the files as they were downloaded. (The demo's, scripts/demo/network.ts, routes to the machine itself, and ends what runs
 * inside gently.) Needs root. Several can live on one host: every name carries a prefix.
 *
 *     const network = await createNetwork();
 *     const gateway = await network.addHost("gw", { v4: "192.0.2.1", v6: "2001:db8::1" });
 *     const laptop = await network.addHost("laptop", { v4: "192.0.2.10" });
 *     const tunnel = await bringUpClient(laptop, confText);   // the file as downloaded, by the real wg-quick
 *     await execIn(laptop, ["ping", "-c", "1", "10.8.0.1"]);
 *     await network.remove();
 */
import { type ChildProcess, type SpawnOptions, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { namespaces } from "@/scripts/demo/network";

export interface Host {
  /** Name of its network namespace. */
  namespace: string;
}

export interface HostAddresses {
  /** Within 192.0.2.0/24, which is for documentation (RFC 5737). */
  v4?: string;
  /** Within 2001:db8::/64, which is for documentation (RFC 3849). */
  v6?: string;
}

export interface Network {
  /** What the names of all its namespaces begin with. */
  prefix: string;
  /** A host on the network's one link, as `eth0`. @param name letters and digits, unique in the network. */
  addHost: (name: string, addresses: HostAddresses) => Promise<Host>;
  /** Ends every process inside, and removes the namespaces and the interfaces of WireGuard that were born in them. */
  remove: () => Promise<void>;
}

export interface ClientTunnel {
  /** Of the client's WireGuard interface, inside its namespace. */
  interfaceName: string;
  down: () => Promise<void>;
}

class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    command: readonly string[],
    readonly exitCode: number | null,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(`${command.join(" ")} ended with ${exitCode}: ${stderr.trim() || stdout.trim()}`);
  }
}

/** @param prefix letters and digits, at most 12; by default a random one. */
export async function createNetwork(prefix = `pt${randomBytes(3).toString("hex")}`): Promise<Network> {
  const link = `${prefix}-link`;
  await run(["ip", "netns", "add", link]);
  await run(["ip", "-n", link, "link", "add", "br0", "type", "bridge", "forward_delay", "0", "mcast_snooping", "0"]);
  await run(["ip", "-n", link, "link", "set", "br0", "up"]);
  let ports = 0;
  return {
    prefix,
    remove: () => removeNetwork(prefix),
    addHost: async (name, { v4, v6 }) => {
      const namespace = `${prefix}-${name}`;
      ports += 1;
      const port = `port${ports}`;
      await run(["ip", "netns", "add", namespace]);
      await run(["ip", "-n", link, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
      await run(["ip", "-n", link, "link", "set", port, "master", "br0", "up"]);
      for (const device of ["lo", "eth0"]) await run(["ip", "-n", namespace, "link", "set", device, "up"]);
      if (v4 !== undefined) await run(["ip", "-n", namespace, "address", "add", `${v4}/24`, "dev", "eth0"]);
      if (v6 !== undefined) await run(["ip", "-n", namespace, "address", "add", `${v6}/64`, "dev", "eth0", "nodad"]);
      return { namespace };
    },
  };
}

/** Whatever a killed run left behind, too. Other prefixes are not touched. */
export async function removeNetwork(prefix: string): Promise<void> {
  const own = (await namespaces()).filter((name) => name.startsWith(`${prefix}-`));
  for (const namespace of own) {
    for (const interfaceName of await userspaceInterfacesOf(namespace)) {
      await rm(socketOf(interfaceName), { force: true });
      // The namespace that a gateway's agent moved the interface to has its name.
      if ((await namespaces()).includes(interfaceName)) await removeNamespace(interfaceName);
    }
    await removeNamespace(namespace);
  }
}

/** @returns what the command wrote to stdout. @throws CommandError */
export function execIn(host: Host, command: readonly string[], options: { input?: string; timeoutMs?: number } = {}): Promise<string> {
  return run(["ip", "netns", "exec", host.namespace, ...command], options);
}

/** For what goes on running: a ping, a server, a transfer. The caller ends it; `remove` does at the latest. */
export function spawnIn(host: Host, command: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn("ip", ["netns", "exec", host.namespace, ...command], options);
}

/** Pids of everything that runs in the host's namespace. */
export async function processesIn(host: Host): Promise<number[]> {
  const text = await run(["ip", "netns", "pids", host.namespace]).catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}

/**
 * Brings a client's tunnel up with the real wg-quick and the file exactly as it was downloaded.
 * @param interfaceName unique on this machine, at most 15 characters: wireguard-go keeps its socket under that name.
 */
export async function bringUpClient(host: Host, confText: string, interfaceName = `c${randomBytes(4).toString("hex")}`): Promise<ClientTunnel> {
  const folder = path.join(clientFolderOf(host.namespace), interfaceName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${interfaceName}.conf`);
  await writeFile(file, confText, { mode: 0o600 });
  const quick = async (verb: "up" | "down"): Promise<void> => {
    const environment = ["env", "WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go", `PATH=${process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin"}:${folder}`];
    await execIn(host, [...environment, "wg-quick", verb, file]);
  };
  await provideResolvconf(host, folder);
  try {
    await quick("up");
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    interfaceName,
    down: async () => {
      await quick("down");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * wg-quick hands `DNS =` to resolvconf(8). Where it isn't installed, a stand-in writes the name servers to the
 * namespace's own resolv.conf, which `ip netns exec` puts in the place of the host's.
 */
async function provideResolvconf(host: Host, folder: string): Promise<void> {
  await mkdir(`/etc/netns/${host.namespace}`, { recursive: true });
  await writeFile(`/etc/netns/${host.namespace}/resolv.conf`, "");
  const script = '#!/bin/sh\ncase "$1" in\n  -a) cat > /etc/resolv.conf ;;\n  -d) : > /etc/resolv.conf ;;\nesac\n';
  await writeFile(path.join(folder, "resolvconf"), script);
  await chmod(path.join(folder, "resolvconf"), 0o755);
}

/** With every process inside; none being there is no error. */
export async function removeNamespace(namespace: string): Promise<void> {
  for (const pid of await processesIn({ namespace })) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in the meantime.
    }
  }
  await run(["ip", "netns", "delete", namespace]).catch(() => undefined);
  for (const folder of [`/etc/netns/${namespace}`, clientFolderOf(namespace)]) await rm(folder, { recursive: true, force: true });
}

/** Interfaces of wireguard-go whose process, and so whose UDP socket, is in the namespace. */
async function userspaceInterfacesOf(namespace: string): Promise<string[]> {
  const pids = await processesIn({ namespace });
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return commands.flatMap((command) => {
    const [program = "", interfaceName] = command.split("\0").filter((word) => !word.startsWith("-"));
    return path.basename(program) === "wireguard-go" && interfaceName !== undefined ? [interfaceName] : [];
  });
}

/** Where the files that clients downloaded are kept while their namespace exists. */
const clientFolderOf = (namespace: string): string => path.join(tmpdir(), `portcullis-clients-${namespace}`);
const socketOf = (interfaceName: string): string => `/var/run/wireguard/${interfaceName}.sock`;

/** Waits for something that has no event to wait for, like a handshake. @throws Error with `what` after `timeoutMs`. */
export async function eventually<T>(what: string, probe: () => Promise<T | null | undefined | false>, timeoutMs = 60_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await probe();
    if (result !== null && result !== undefined && result !== false) return result;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await delay(20);
  }
}

function run(command: readonly string[], options: { input?: string; timeoutMs?: number } = {}): Promise<string> {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = execFile(file!, args, { timeout: options.timeoutMs ?? 60_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new CommandError(command, child.exitCode, stdout, stderr || error.message));
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}
