/**
 * How the agent gets at the tools of its host: through small processes beside it. A shell makes the cuts; one process runs all other
 * programs, and does nothing else, so that nobody waits for it; one reads devices, and passes on what changed on them (docs/decisions/0022).
 */
import { type Run, withoutKeys } from "@/agent/device/command";
import { type DumpHead, type PeerReading, parsePeer } from "@/agent/device/dump";
import type { DumpNews } from "@/agent/device/dump-tracker";
import { PeerMirror } from "@/agent/device/peer-mirror";
import type { Log } from "@/agent/log";
import { ToolProcess } from "@/agent/tools/process";
import { ToolShell } from "@/agent/tools/shell";
import type { Interface } from "@/agent/tools/wire";

export interface DumpReading extends DumpHead {
  /** Goes on to follow the device, with each later reading. */
  peers: PeerMirror;
}

export interface Tools {
  run: Run;
  /** As `run`, for what isn't asked what it writes to stdout: in less time, where it can be. @throws CommandFailed */
  runQuickly(program: string, args: readonly string[], namespace: string | null): Promise<void>;
  /** All of the interface, as it is now. @throws CommandFailed */
  read(of: Interface, signal?: AbortSignal): Promise<DumpReading>;
  /** Its peers that were heard of. @throws CommandFailed */
  sample(of: Interface): Promise<PeerReading[]>;
  /** The interface is gone, with all that is remembered of it. */
  forget(of: Interface): Promise<void>;
}

export class ToolProcesses implements Tools {
  readonly shell: ToolShell;
  readonly hands: ToolProcess;
  readonly eyes: ToolProcess;
  private readonly mirrors = new Map<string, { number: number; peers: PeerMirror }>();

  /** @param command starts a tool process (agent/main.ts) */
  constructor(command: readonly [string, ...string[]], version: string, log: Log) {
    this.shell = new ToolShell(() => log("tools_ended", { which: "shell" }));
    this.hands = new ToolProcess(command, version, () => log("tools_ended", { which: "hands" }));
    this.eyes = new ToolProcess(command, version, () => {
      this.mirrors.clear();
      log("tools_ended", { which: "eyes" });
    });
  }

  /** Before the agent grows: a process that has much in memory takes long to start another. */
  start(): void {
    this.shell.start();
    this.hands.start();
    this.eyes.start();
  }

  close(): void {
    this.shell.close();
    this.hands.close();
    this.eyes.close();
  }

  readonly run: Run = async (program, args, { namespace = null, input, signal } = {}) => {
    const done = await this.hands.call([program, ...args.slice(0, 2)].join(" "), { kind: "run", command: { program, args, namespace, input } }, { signal });
    return done.kind === "output" ? done.output : "";
  };

  async runQuickly(program: string, args: readonly string[], namespace: string | null): Promise<void> {
    const words = namespace === null ? [program, ...args] : ["ip", "netns", "exec", namespace, program, ...args];
    if (this.shell.takes(words)) await this.shell.run(withoutKeys([program, ...args.slice(0, 4)].join(" ")), words);
    else await this.run(program, args, { namespace });
  }

  async read(of: Interface, signal?: AbortSignal): Promise<DumpReading> {
    const changed: PeerReading[] = [];
    let reading: DumpReading | null = null;
    await this.eyes.call(`wg show ${of.interfaceName}`, { kind: "read", of }, {
      signal,
      onLines: (lines) => void changed.push(...lines.map(parsePeer)),
      onDone: (done) => {
        if (done.kind === "news") reading = this.takeOver(of.interfaceName, done.news, changed);
      },
    });
    if (reading === null) throw new Error("The tool process did not say what it read.");
    return reading;
  }

  async sample(of: Interface): Promise<PeerReading[]> {
    const peers: PeerReading[] = [];
    await this.eyes.call(`wg show ${of.interfaceName}`, { kind: "sample", of }, { onLines: (lines) => void peers.push(...lines.map(parsePeer)) });
    return peers;
  }

  async forget(of: Interface): Promise<void> {
    await this.eyes.call(`wg show ${of.interfaceName}`, { kind: "forget", of }, { onDone: () => void this.mirrors.delete(of.interfaceName) });
  }

  /** @throws Error when it isn't what follows on what is known here */
  private takeOver(interfaceName: string, { base, number, gone, publicKey, listenPort }: DumpNews, changed: readonly PeerReading[]): DumpReading {
    const known = base === 0 ? { number: 0, peers: new PeerMirror() } : this.mirrors.get(interfaceName);
    if (known?.number !== base) throw new Error("What was read doesn't follow on the reading before.");
    known.peers.apply(changed, gone);
    known.number = number;
    this.mirrors.set(interfaceName, known);
    return { publicKey, listenPort, peers: known.peers };
  }
}
