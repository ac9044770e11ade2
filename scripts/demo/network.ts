/**
 * The demo's and the tests' piece of the world: a network namespace that is the gateway's host, one for each client's
 * machine, and a link between them. Names are given by the caller, so that several worlds can exist at once.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { commandLineOf, endProcess, identifyProcess } from "@/lib/process-identity";

const run = promisify(execFile);
const TUN_DEVICE = "/dev/net/tun";
const WIREGUARD_SOCKETS = "/var/run/wireguard";

/** Runs iproute2's `ip`; rejects with what it said. */
export async function ip(...args: string[]): Promise<string> {
  try {
    return (await run("ip", args)).stdout;
  } catch (error) {
    const said = error && typeof error === "object" && "stderr" in error ? String(error.stderr).trim() : String(error);
    throw new Error(`ip ${args.join(" ")}: ${said}`, { cause: error });
  }
}

export interface TunnelSupport {
  implementation: "kernel" | "wireguard-go" | null;
  /** Why there can be no real gateway here, each with what to do; empty when there can. */
  missing: string[];
}

/** Whether real tunnels are possible on this machine, found out by trying. */
export async function tunnelSupport(): Promise<TunnelSupport> {
  if (process.platform !== "linux") return { implementation: null, missing: [`this is ${process.platform}; network namespaces and WireGuard's tools are Linux's: use a Linux machine or a virtual one`] };
  const missing: string[] = [];
  const packages = [["ip", "iproute2"], ["wg", "wireguard-tools"], ["nft", "nftables"]].filter(([program]) => !isOnPath(program ?? "")).map(([, name]) => name);
  if (packages.length > 0) missing.push(`programs are missing: apt-get install ${packages.join(" ")}`);
  if (process.getuid?.() !== 0) missing.push("this is not root, who alone may make network devices: start it with sudo");
  if (missing.length > 0) return { implementation: null, missing };
  const namespaceProblem = await tryNamespace();
  if (namespaceProblem) return { implementation: null, missing: [`this system lets nobody make a network namespace (${namespaceProblem}): in a container, add the capabilities NET_ADMIN and SYS_ADMIN`] };
  if (await hasKernelWireGuard()) return { implementation: "kernel", missing };
  if (!isOnPath("wireguard-go")) missing.push("the kernel has no WireGuard and wireguard-go is missing: apt-get install wireguard-go");
  if (!existsSync(TUN_DEVICE)) missing.push(`the kernel has no WireGuard, and wireguard-go needs ${TUN_DEVICE}: modprobe tun, or hand the device to the container`);
  return { implementation: missing.length > 0 ? null : "wireguard-go", missing };
}

export function isOnPath(program: string): boolean {
  return `${process.env.PATH ?? ""}:/usr/sbin:/sbin`.split(":").some((folder) => folder !== "" && existsSync(join(folder, program)));
}

async function tryNamespace(): Promise<string | null> {
  const name = `pc-probe-${process.pid}`;
  try {
    await ip("netns", "add", name);
    await ip("netns", "delete", name);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function hasKernelWireGuard(): Promise<boolean> {
  const name = `pcprobe${process.pid}`.slice(0, 15);
  try {
    await ip("link", "add", name, "type", "wireguard");
    await ip("link", "delete", name);
    return true;
  } catch {
    return false;
  }
}

/** A host for the gateway: a namespace that has `address` (IPv4), where its UDP ports will be. */
export async function makeGatewayHost(namespace: string, address: string): Promise<void> {
  await ip("netns", "add", namespace);
  await ip("-n", namespace, "link", "set", "lo", "up");
  await ip("-n", namespace, "address", "add", `${address}/32`, "dev", "lo");
}

export interface Link {
  /** The namespace to link to the gateway's host; null: the machine's own. */
  namespace: string | null;
  /** Of the link's end there, and a name for the gateway's end; at most 15 characters, free in their namespaces. */
  device: string;
  gatewayDevice: string;
  /** IPv4 address there; any that nobody else has in this world. */
  address: string;
}

/** Connects a namespace with the gateway's host, by one route to `gatewayAddress` and no other. */
export async function linkToGateway(gatewayNamespace: string, gatewayAddress: string, { namespace, device, gatewayDevice, address }: Link): Promise<void> {
  const there = namespace === null ? [] : ["-n", namespace];
  await ip("link", "add", gatewayDevice, "netns", gatewayNamespace, "type", "veth", "peer", "name", device, ...(namespace === null ? [] : ["netns", namespace]));
  await ip("-n", gatewayNamespace, "link", "set", gatewayDevice, "up");
  await ip("-n", gatewayNamespace, "route", "add", `${address}/32`, "dev", gatewayDevice);
  await ip(...there, "address", "add", `${address}/32`, "dev", device);
  await ip(...there, "link", "set", device, "up");
  await ip(...there, "route", "add", `${gatewayAddress}/32`, "dev", device, "src", address);
}

/** A namespace for a client's machine, linked to the gateway's host. `number` (1–65,000) tells clients of one world apart. */
export async function makeClientMachine(namespace: string, number: number, gatewayNamespace: string, gatewayAddress: string): Promise<void> {
  await ip("netns", "add", namespace);
  await ip("-n", namespace, "link", "set", "lo", "up");
  // 198.18.0.0/15 is set aside for tests of networks (RFC 2544), so it is in nobody's way.
  await linkToGateway(gatewayNamespace, gatewayAddress, { namespace, device: "uplink", gatewayDevice: `client${number}`, address: `198.18.${number >> 8}.${number & 255}` });
}

export async function namespaces(): Promise<string[]> {
  return readdir("/run/netns").catch(() => []);
}

/** Ends what runs in the namespace, then removes it; nothing happens if there is none. */
export async function removeNamespace(name: string): Promise<void> {
  if (!(await namespaces()).includes(name)) return;
  const pids = (await ip("netns", "pids", name)).split("\n").filter(Boolean).map(Number);
  await Promise.all(pids.map(endByPid));
  await ip("netns", "delete", name);
}

/** Removes an instance's namespace with its interface, and the wireguard-go that serves it. */
export async function removeInstance(interfaceName: string): Promise<void> {
  await removeNamespace(interfaceName);
  const processes = await Promise.all((await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map((pid) => isUserspaceOf(Number(pid), interfaceName)));
  await Promise.all(processes.filter((pid) => pid !== null).map(endByPid));
  await rm(join(WIREGUARD_SOCKETS, `${interfaceName}.sock`), { force: true });
}

async function isUserspaceOf(pid: number, interfaceName: string): Promise<number | null> {
  const words = commandLineOf(pid);
  return words && basename(words[0] ?? "") === "wireguard-go" && words.includes(interfaceName) ? pid : null;
}

async function endByPid(pid: number): Promise<void> {
  const identity = identifyProcess(pid);
  if (identity) await endProcess(identity, ["SIGTERM", "SIGKILL"], 2_000);
}
