/**
 * WireGuard interfaces by name, through `wg` and `ip`. An interface is born in the gateway's host namespace, where its
 * UDP socket stays, and then moved to the namespace that has its name.
 */
import type { Run, RunOptions } from "@/agent/device/command";
import type { PeerReading } from "@/agent/device/dump";
import { deleteNamespace, ensureNamespace, type Forwarding, namespaceExists, readForwarding } from "@/agent/device/netns";
import { startUserspace, stopUserspace } from "@/agent/device/userspace";
import { ToolsEnded } from "@/agent/tools/ended";
import type { DumpReading, Tools } from "@/agent/tools/tools";
import type { Interface } from "@/agent/tools/wire";
import type { KeyPair } from "@/lib/core/keys";
import type { WantedPeer } from "@/lib/core/peer-diff";

export type Implementation = "kernel" | "wireguard-go";

export interface InterfaceSettings {
  interfaceName: string;
  listenPort: number;
  /** With prefix length. */
  addresses: readonly string[];
  /** null: 1420, which fits a path of 1500 over IPv6. */
  mtu: number | null;
  /** Whether peers reach one another through the instance; by default they don't. */
  peersReach?: boolean;
}

interface LinkReading {
  up: boolean;
  /** Of global scope, with prefix length. */
  addresses: string[];
  mtu: number;
}

export type InterfaceReading = DumpReading & LinkReading & { forwarding: Forwarding };

const DEFAULT_MTU = 1420;
/** 60 bytes each: far from the limit of an argument list. */
const REMOVALS_PER_COMMAND = 1_000;
const ADDITIONS_PER_COMMAND = 2_000;
/** What stands for "none" in a configuration: it clears a preshared key that a peer had. */
const NO_PRESHARED_KEY = Buffer.alloc(32).toString("base64");

export class WireGuardDevice {
  /** By interface, as read last: a cut doesn't touch it, and its confirmation needn't wait for another program. */
  private readonly forwarding = new Map<string, Forwarding>();

  private readonly run: Run;

  constructor(
    private readonly tools: Tools,
    readonly implementation: Implementation,
    /** Where interfaces are born; null: the agent's own. */
    private readonly hostNamespace: string | null,
  ) {
    this.run = tools.run;
  }

  /** What is there now; null when there is no such interface. @throws CommandFailed */
  async read(interfaceName: string, signal?: AbortSignal): Promise<InterfaceReading | null> {
    if (!(await namespaceExists(interfaceName))) return null;
    const dumping = twiceIfNeedBe(() => this.tools.read(this.interface(interfaceName), signal));
    // Where there is no interface, it fails, and nobody waits for it.
    dumping.catch(() => undefined);
    const link = await this.readLink(interfaceName);
    if (link === null) return null;
    const forwarding = this.forwarding.get(interfaceName) ?? (await readForwarding(this.run, interfaceName));
    this.forwarding.set(interfaceName, forwarding);
    return { ...(await dumping), ...link, forwarding };
  }

  /** The next readings look at what is forwarded, too: somebody may have changed it by hand. */
  doubtForwarding(): void {
    this.forwarding.clear();
  }

  /** The peers that were heard of, without how the interface is set up. @throws CommandFailed */
  samplePeers(interfaceName: string): Promise<PeerReading[]> {
    return this.tools.sample(this.interface(interfaceName));
  }

  /** When each peer last shook hands, in seconds since 1970 by this host's clock; 0: never. Much cheaper than a whole reading. @throws CommandFailed */
  async latestHandshakes(interfaceName: string): Promise<Map<string, number>> {
    const lines = (await this.wg(interfaceName, ["show", interfaceName, "latest-handshakes"])).split("\n");
    return new Map(lines.filter((line) => line !== "").map((line) => line.split("\t")).map(([publicKey = "", seconds]) => [publicKey, Number(seconds)]));
  }

  /**
   * Makes the interface, or puts right what differs on the one that is there, without touching its peers.
   * @returns its peers. @throws CommandFailed
   */
  async ensure(settings: InterfaceSettings, { privateKey, publicKey }: KeyPair): Promise<Iterable<PeerReading>> {
    const { interfaceName, listenPort } = settings;
    this.forwarding.delete(interfaceName);
    await ensureNamespace(this.run, interfaceName, settings.peersReach ?? false);
    const found = await this.read(interfaceName);
    if (found === null) await this.create(interfaceName);
    const current = found ?? (await this.read(interfaceName));
    const inside = (...args: string[]): Promise<string> => this.run("ip", ["-n", interfaceName, ...args]);
    const wantedMtu = settings.mtu ?? DEFAULT_MTU;
    if (current?.mtu !== wantedMtu) await inside("link", "set", "dev", interfaceName, "mtu", String(wantedMtu));
    const present = current?.addresses ?? [];
    for (const address of present) if (!settings.addresses.includes(address)) await inside("address", "delete", address, "dev", interfaceName);
    // Up first: only a running interface notices that its port is taken.
    await inside("link", "set", "dev", interfaceName, "up");
    for (const address of settings.addresses) {
      if (!present.includes(address)) await inside("address", "replace", address, "dev", interfaceName, ...(address.includes(":") ? ["nodad"] : []));
    }
    if (current?.publicKey !== publicKey) {
      await this.wg(interfaceName, ["set", interfaceName, "private-key", "/dev/stdin"], { input: `${privateKey.reveal()}\n` });
    }
    if (current?.listenPort !== listenPort) await this.wg(interfaceName, ["set", interfaceName, "listen-port", String(listenPort)]);
    return current?.peers ?? [];
  }

  /** Those that are not there are no error. Its cost doesn't depend on the peers that stay. @throws CommandFailed */
  async removePeers(interfaceName: string, publicKeys: readonly string[]): Promise<void> {
    for (let i = 0; i < publicKeys.length; i += REMOVALS_PER_COMMAND) {
      const removals = publicKeys.slice(i, i + REMOVALS_PER_COMMAND).flatMap((publicKey) => ["peer", publicKey, "remove"]);
      const { namespace } = this.interface(interfaceName);
      await twiceIfNeedBe(() => this.tools.runQuickly("wg", ["set", interfaceName, ...removals], namespace));
    }
  }

  /** Adds peers, or changes those that are there; their sessions go on. @throws CommandFailed */
  async setPeers(interfaceName: string, peers: readonly WantedPeer[]): Promise<void> {
    for (let i = 0; i < peers.length; i += ADDITIONS_PER_COMMAND) {
      const input = peers.slice(i, i + ADDITIONS_PER_COMMAND).map(peerSection).join("");
      await this.wg(interfaceName, ["addconf", interfaceName, "/dev/stdin"], { input });
    }
    // A configuration can't say "no addresses": a peer that had some would keep them.
    const bare = peers.filter(({ allowedIps }) => allowedIps.length === 0).flatMap(({ publicKey }) => ["peer", publicKey, "allowed-ips", ""]);
    if (bare.length > 0) await this.wg(interfaceName, ["set", interfaceName, ...bare]);
  }

  /** Takes the interface and its namespace away; neither being there is no error. @throws CommandFailed */
  async destroy(interfaceName: string): Promise<void> {
    this.forwarding.delete(interfaceName);
    if (this.implementation === "wireguard-go") await stopUserspace(interfaceName);
    else if ((await this.readLink(interfaceName)) !== null) await this.run("ip", ["-n", interfaceName, "link", "delete", "dev", interfaceName]);
    await deleteNamespace(this.run, interfaceName);
    await this.tools.forget(this.interface(interfaceName));
  }

  private async create(interfaceName: string): Promise<void> {
    const inHost = (...args: string[]): Promise<string> => this.run("ip", this.hostNamespace === null ? args : ["-n", this.hostNamespace, ...args]);
    if (this.implementation === "wireguard-go") {
      await startUserspace(this.run, interfaceName, this.hostNamespace);
    } else {
      // Left behind by an agent that was killed before it moved the interface.
      await inHost("link", "delete", "dev", interfaceName).catch(() => undefined);
      await inHost("link", "add", "dev", interfaceName, "type", "wireguard");
    }
    await inHost("link", "set", "dev", interfaceName, "netns", interfaceName);
    // No link-local address besides the wanted ones; in force from the next time the link goes up.
    await this.run("ip", ["-n", interfaceName, "link", "set", "dev", interfaceName, "addrgenmode", "none"]);
  }

  private async readLink(interfaceName: string): Promise<LinkReading | null> {
    if (!(await namespaceExists(interfaceName))) return null;
    const links = JSON.parse(await this.run("ip", ["-n", interfaceName, "-json", "address", "show"])) as LinkDescription[];
    const link = links.find(({ ifname }) => ifname === interfaceName);
    if (link === undefined) return null;
    const global = link.addr_info.filter(({ scope }) => scope === "global").map(({ local, prefixlen }) => `${local}/${prefixlen}`);
    return { up: link.flags.includes("UP"), addresses: global, mtu: link.mtu };
  }

  private wg(interfaceName: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { namespace } = this.interface(interfaceName);
    return twiceIfNeedBe(() => this.run("wg", args, { ...options, namespace }));
  }

  /** wireguard-go is reached by its socket from anywhere; the kernel's interfaces only from their namespace. */
  private interface(interfaceName: string): Interface {
    return { interfaceName, namespace: this.implementation === "kernel" ? interfaceName : null };
  }
}

/** Whatever `wg` is asked for may be done twice: when the tool process ends on the way, a cut doesn't wait for the next repair. */
async function twiceIfNeedBe<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolsEnded)) throw error;
    return work();
  }
}

interface LinkDescription {
  ifname: string;
  flags: string[];
  mtu: number;
  addr_info: { local: string; prefixlen: number; scope: string }[];
}

function peerSection({ publicKey, presharedKey, allowedIps }: WantedPeer): string {
  return `[Peer]\nPublicKey = ${publicKey}\nPresharedKey = ${presharedKey ?? NO_PRESHARED_KEY}\n${allowedIps.length === 0 ? "" : `AllowedIPs = ${allowedIps.join(", ")}\n`}`;
}
