/** For tests on the real WireGuard: an agent as its own process on a gateway host, and clients with real tunnels to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import type { WirePortal } from "@/agent/testing/wire-portal";
import { ToolProcesses } from "@/agent/tools/tools";
import { AGENT_VERSION } from "@/agent/version";
import { type ClientTunnel, type Host, type Network, bringUpClient, createNetwork, eventually, execIn, removeNamespace, spawnIn } from "@/e2e/tunnel/netns";
import { type KeyPair, type PublicKey, generateKeyPair, generatePresharedKey } from "@/lib/core/keys";
import { sealPresharedKey } from "@/lib/core/sealed-key";
import { ulaFromRandom } from "@/lib/core/subnet";
import type { Instance, Peer } from "@/lib/protocol/messages";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
export const GATEWAY_V4 = "192.0.2.1";

export interface LogLine {
  event: string;
  [fact: string]: unknown;
}

/** One agent process, and all that it logged. */
export class AgentProcess {
  readonly lines: LogLine[] = [];
  /** Everything it printed, as it was. */
  text = "";
  private waiting: (() => void)[] = [];

  private constructor(private readonly child: ChildProcess) {
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.text += text));
    createInterface({ input: child.stdout! }).on("line", (line) => {
      this.text += `${line}\n`;
      this.lines.push(JSON.parse(line) as LogLine);
      for (const wake of this.waiting.splice(0)) wake();
    });
    child.on("exit", () => {
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  static start(environment: Record<string, string>): AgentProcess {
    const args = ["--import", "tsx", path.join(REPOSITORY, "agent/main.ts")];
    return new AgentProcess(spawn(process.execPath, args, { cwd: REPOSITORY, env: { NODE_ENV: "test", PATH: process.env.PATH, ...environment }, stdio: ["pipe", "pipe", "pipe"] }));
  }

  /** Resolves with the first line, of those to come or already here, that fits. */
  async logged(event: string, fits: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find((line) => line.event === event && fits(line));
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`The agent ended without logging ${event}:\n${this.text}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** @returns the exit code, or null when it died of the signal. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, "exit");
      this.child.kill(signal);
      await exited;
    }
    return this.child.exitCode;
  }

  closeStdin(): void {
    this.child.stdin!.end();
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    return this.child.exitCode;
  }
}

/** For an agent that runs in the test's own process; to be closed. */
export function startTools(): ToolProcesses {
  const tools = new ToolProcesses([process.execPath, "--import", "tsx", path.join(REPOSITORY, "agent/main.ts"), "--tools"], AGENT_VERSION, () => undefined);
  tools.start();
  return tools;
}

export interface TestClient {
  peer: Peer;
  keys: KeyPair;
  presharedKey: string | null;
}

export interface ConnectedHost {
  host: Host;
  interfaceName: () => string;
  /** A new session at once; a client whose gateway forgot the old one would start it by itself within 15 seconds. */
  reconnect: () => Promise<void>;
}

export class TunnelLab {
  private readonly agents: AgentProcess[] = [];
  private readonly interfaceNames = new Set<string>();
  private hosts = 0;

  private constructor(
    readonly portal: WirePortal,
    readonly network: Network,
    readonly gateway: Host,
    readonly stateFolder: string,
  ) {}

  static async open(portal: WirePortal): Promise<TunnelLab> {
    await portal.start();
    const network = await createNetwork();
    const gateway = await network.addHost("gw", { v4: GATEWAY_V4, v6: "2001:db8::1" });
    return new TunnelLab(portal, network, gateway, await mkdtemp(path.join(tmpdir(), "portcullis-agent-")));
  }

  async close(): Promise<void> {
    for (const agent of this.agents) await agent.stop("SIGKILL");
    await this.portal.stop();
    await this.network.remove();
    // Those whose wireguard-go was killed, too.
    for (const name of this.interfaceNames) await removeNamespace(name);
    await rm(this.stateFolder, { recursive: true, force: true });
  }

  startAgent(extra: Record<string, string> = {}): AgentProcess {
    const agent = AgentProcess.start({
      PORTCULLIS_PORTAL_URL: this.portal.url,
      PORTCULLIS_ENROL_TOKEN: this.portal.token,
      PORTCULLIS_STATE_DIR: this.stateFolder,
      PORTCULLIS_HOST_NETNS: this.gateway.namespace,
      PORTCULLIS_REPORT_SECONDS: "0.5",
      ...extra,
    });
    this.agents.push(agent);
    return agent;
  }

  /** Starts the agent on a fresh gateway, and waits until the portal knows it. */
  async startEnrolled(extra: Record<string, string> = {}): Promise<AgentProcess> {
    const agent = this.startAgent(extra);
    await agent.logged("enrolled");
    return agent;
  }

  /** What browsers seal preshared keys to. */
  get boxKey(): PublicKey {
    return this.portal.enrolment!.boxPublicKey as PublicKey;
  }

  /** @returns the public key that the agent made for the instance. */
  async provision(instance: Instance): Promise<string> {
    this.interfaceNames.add(instance.interfaceName);
    const ack = await this.portal.confirmed(this.portal.commit({ kind: "instance", instance }));
    return ack.instances.find(({ instanceId }) => instanceId === instance.instanceId)!.publicKey;
  }

  /** The namespace in which the instance's service would listen. */
  instanceHost(instance: Instance): Host {
    return { namespace: instance.interfaceName };
  }

  /** A machine of a client, with the tunnel up. */
  async connect(client: TestClient, instance: Instance, serverKey: string): Promise<ConnectedHost> {
    this.hosts += 1;
    const host = await this.network.addHost(`c${this.hosts}`, { v4: `192.0.2.${10 + this.hosts}`, v6: `2001:db8::${10 + this.hosts}` });
    const up = (): Promise<ClientTunnel> => bringUpClient(host, clientConf(client, instance, serverKey));
    let tunnel = await up();
    const reconnect = async (): Promise<void> => {
      await tunnel.down();
      tunnel = await up();
    };
    return { host, interfaceName: () => tunnel.interfaceName, reconnect };
  }
}

/** Where nothing else on this machine listens, likely enough, and each call gives another. */
let nextPort = 20_000 + (process.pid % 10_000);
export function freePort(): number {
  nextPort += 1;
  return nextPort;
}

export function makeInstance(subnet = "10.8.0", peers: Peer[] = []): Instance {
  const instanceId = randomUUID();
  const ula = ulaFromRandom(randomBytes(5)).replace("::/64", "");
  return { instanceId, interfaceName: `pc-${instanceId.slice(0, 8)}`, listenPort: freePort(), addresses: [`${subnet}.1/24`, `${ula}::1/64`], mtu: null, peers };
}

/** @param hostIndex the last part of its addresses. @param sealTo null: without a preshared key. */
export function makeClient(instance: Instance, hostIndex: number, sealTo: PublicKey | null = null): TestClient {
  const keys = generateKeyPair(randomBytes);
  const presharedKey = sealTo === null ? null : generatePresharedKey(randomBytes);
  const [v4, v6] = instance.addresses as [string, string];
  return {
    keys,
    presharedKey: presharedKey === null ? null : Buffer.from(presharedKey).toString("base64"),
    peer: {
      clientId: randomUUID(),
      publicKey: keys.publicKey,
      sealedPresharedKey: presharedKey === null ? null : sealPresharedKey(presharedKey, sealTo!, randomBytes),
      allowedIps: [v4.replace(/\.1\/24$/, `.${hostIndex}/32`), v6.replace(/::1\/64$/, `::${hostIndex.toString(16)}/128`)],
      expiresAt: null,
    },
  };
}

export function clientConf(client: TestClient, instance: Instance, serverKey: string): string {
  const subnets = instance.addresses.map((address) => address.replace(/\.1\/24$/, ".0/24").replace(/::1\/64$/, "::/64"));
  const lines = ["[Interface]", `PrivateKey = ${client.keys.privateKey.reveal()}`, `Address = ${client.peer.allowedIps.join(", ")}`, "DNS = 192.0.2.53", ""];
  lines.push("[Peer]", `PublicKey = ${serverKey}`);
  if (client.presharedKey !== null) lines.push(`PresharedKey = ${client.presharedKey}`);
  lines.push(`Endpoint = ${GATEWAY_V4}:${instance.listenPort}`, `AllowedIPs = ${subnets.join(", ")}`, "PersistentKeepalive = 1", "");
  return lines.join("\n");
}

export const addressOf = (instance: Instance, family: 4 | 6): string => instance.addresses[family === 4 ? 0 : 1]!.split("/")[0]!;

/** Resolves when an answer comes back through the tunnel. */
export async function reaches(host: Host, address: string): Promise<void> {
  await eventually(`an answer from ${address}`, () => answers(host, address));
}

/** Whether one ping is answered within a second. */
export async function answers(host: Host, address: string, from?: string): Promise<boolean> {
  const source = from === undefined ? [] : ["-I", from];
  return execIn(host, ["ping", "-n", "-c", "1", "-W", "1", ...source, address]).then(
    () => true,
    () => false,
  );
}

/** A ping every 50 ms, to see what a change does to a live tunnel. */
export function pingOn(host: Host, address: string): { lost: () => Promise<number> } {
  const ping = spawnIn(host, ["ping", "-n", "-i", "0.05", address], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  ping.stdout!.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return {
    /** Waits for one more answer, ends it, and counts those that stayed out before the last answer. */
    lost: async () => {
      await once(ping.stdout!, "data", { signal: AbortSignal.timeout(60_000) });
      const closed = once(ping, "close");
      ping.kill("SIGINT");
      await closed;
      const answered = [...text.matchAll(/icmp_seq=(\d+) ttl/g)].map(([, sequence]) => Number(sequence));
      return Math.max(...answered) - answered.length;
    },
  };
}

/** Seconds since 1970 of the peer's latest handshake, as the gateway has it; a new session changes it. */
export async function handshakeOf(client: TestClient, instance: Instance, gateway: Host): Promise<string> {
  const row = (await show(instance, "latest-handshakes", gateway)).find(([publicKey]) => publicKey === client.peer.publicKey);
  return row?.[1] ?? "no such peer";
}

/** `wg show IFACE …` as a table of fields. */
export async function show(instance: Instance, what: "latest-handshakes" | "preshared-keys" | "allowed-ips" | "peers" | "endpoints", gateway: Host): Promise<string[][]> {
  const text = await execIn(gateway, ["wg", "show", instance.interfaceName, what]);
  return text.split("\n").filter(Boolean).map((line) => line.split("\t"));
}
