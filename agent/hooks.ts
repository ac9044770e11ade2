/**
 * Programs of the operator's, run when an instance came up or is gone: they attach the real service to the instance's namespace.
 * They run beside the agent's own work. Nothing waits for them, least of all a cut.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import path from "node:path";
import { toolEnvironment } from "@/agent/device/command";
import { type Log, textOf } from "@/agent/log";
import { MAX_FAILURE_MESSAGE_LENGTH } from "@/lib/protocol/limits";
import { type Failure, failureSchema } from "@/lib/protocol/messages";
import { toPlainText } from "@/lib/protocol/plain-text";

export interface HookInstance {
  instanceId: string;
  /** Of its interface, and of its network namespace. */
  interfaceName: string;
  /** With prefix length. */
  addresses: readonly string[];
}

export type HookName = "on-instance-up" | "on-instance-down";

export interface HookParts {
  /** null: the operator has none. */
  folder: string | null;
  log: Log;
  /** Longest run of a program; then it, and whatever it started, is killed. */
  patienceMs: number;
  /** Until a program that failed is run again, by how often it did so in a row. */
  retryMs: (failures: number) => number;
}

export const HOOK_PATIENCE_MS = 30_000;
/** Five seconds, doubled each time up to five minutes. */
export const hookRetryMs = (failures: number): number => Math.min(5_000 * 2 ** (failures - 1), 300_000);

/** Of what a program said, for the operator; the end tells most. */
const SAID_LENGTH = 300;

export class Hooks {
  /** Told when a program failed, or works again. */
  onNews: () => void = () => undefined;
  /** What each instance was when its program last ended well. */
  private readonly attached = new Map<string, string>();
  private readonly failures = new Map<string, { failure: Failure; inARow: number }>();
  private readonly queues = new Map<string, Promise<void>>();
  private readonly retries = new Map<string, NodeJS.Timeout>();

  constructor(private readonly parts: HookParts) {}

  /** The instance is up, newly or still: its program runs unless it ended well for this very namespace with these addresses. */
  up(instance: HookInstance): void {
    if (this.parts.folder === null) return;
    this.enqueue(instance, async () => {
      const now = await identityOf(instance);
      if (now === null || this.attached.get(instance.instanceId) === now) return;
      this.attached.delete(instance.instanceId);
      await this.run("on-instance-up", instance);
      this.attached.set(instance.instanceId, now);
    });
  }

  /** The instance is gone, and its namespace with it. */
  down(instance: HookInstance): void {
    if (this.parts.folder === null) return;
    this.enqueue(instance, async () => {
      this.attached.delete(instance.instanceId);
      this.mended(instance.instanceId);
      await this.run("on-instance-down", instance).catch((error: unknown) => this.parts.log("hook_failed", { instanceId: instance.instanceId, reason: textOf(error) }));
    });
  }

  /** What doesn't work now. */
  all(): Failure[] {
    return [...this.failures.values()].map(({ failure }) => failure);
  }

  /** Resolves when no program runs any more; none is run again by itself from then on. */
  async settled(): Promise<void> {
    for (const timer of this.retries.values()) clearTimeout(timer);
    await Promise.all(this.queues.values());
  }

  /** One program after the other for each instance. */
  private enqueue(instance: HookInstance, work: () => Promise<void>): void {
    const { instanceId } = instance;
    clearTimeout(this.retries.get(instanceId));
    const queued = (this.queues.get(instanceId) ?? Promise.resolve())
      .then(work)
      .then(() => this.mended(instanceId))
      .catch((error: unknown) => this.failed(instance, error));
    this.queues.set(instanceId, queued);
  }

  private mended(instanceId: string): void {
    if (this.failures.delete(instanceId)) this.onNews();
  }

  private failed(instance: HookInstance, error: unknown): void {
    const { instanceId } = instance;
    const inARow = (this.failures.get(instanceId)?.inARow ?? 0) + 1;
    if (inARow === 1) this.parts.log("hook_failed", { instanceId, reason: textOf(error) });
    const failure = failureSchema.parse({ instanceId, code: "hook_failed", message: toPlainText(textOf(error), MAX_FAILURE_MESSAGE_LENGTH) });
    this.failures.set(instanceId, { failure, inARow });
    this.onNews();
    this.retries.set(instanceId, setTimeout(() => this.up(instance), this.parts.retryMs(inARow)).unref());
  }

  private async run(name: HookName, { instanceId, interfaceName, addresses }: HookInstance): Promise<void> {
    const file = path.join(this.parts.folder!, name);
    if (!(await mayRun(file))) return;
    const child = spawn(file, [], {
      cwd: "/",
      // A group of its own, so that what it started can be ended with it.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...toolEnvironment(), PORTCULLIS_INSTANCE_ID: instanceId, PORTCULLIS_NAMESPACE: interfaceName, PORTCULLIS_INTERFACE: interfaceName, PORTCULLIS_ADDRESSES: addresses.join(" ") },
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-SAID_LENGTH)));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) killGroup(child.pid);
    }, this.parts.patienceMs);
    try {
      // Not "close": a service that it left running may hold its stderr for ever.
      const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
      if (late) throw new Error(`“${file}” didn't end within ${this.parts.patienceMs / 1_000} s on the gateway, and was killed. A service that it starts must go to the background.`);
      if (code !== 0) throw new Error(`“${file}” ended with ${code === null ? `signal ${signal}` : `status ${code}`} on the gateway: ${said.trim() || "it gave no reason"}`);
    } finally {
      clearTimeout(timer);
      child.stderr.destroy();
    }
  }
}

/** What makes it another instance for its program: a namespace made anew, or other addresses. null: it isn't there any more. */
async function identityOf({ interfaceName, addresses }: HookInstance): Promise<string | null> {
  const found = await stat(`/run/netns/${interfaceName}`).catch(() => null);
  return found && `${found.ino} ${addresses.join(" ")}`;
}

/** @returns false when there is no such program. @throws Error for one that others could change: it would run with the agent's rights */
async function mayRun(file: string): Promise<boolean> {
  for (const part of [path.dirname(file), file]) {
    const found = await stat(part).catch(() => null);
    if (found === null) return false;
    if ((found.uid !== 0 && found.uid !== process.getuid!()) || (found.mode & 0o022) !== 0) {
      throw new Error(`“${part}” on the gateway can be changed by others than root, so it isn't run. Give it to root: chown root:root and chmod 755.`);
    }
    if (part === file && (!found.isFile() || (found.mode & 0o111) === 0)) throw new Error(`“${file}” on the gateway can't be run: it must be a file with chmod 755.`);
  }
  return true;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended just now.
  }
}
