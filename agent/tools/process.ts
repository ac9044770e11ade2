/** One tool process: started by the agent, and again when it ended; asked over a channel that closes when either of the two ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { CommandFailed, TIMEOUT_MS, aborted, toolEnvironment } from "@/agent/device/command";
import { ToolsEnded } from "@/agent/tools/ended";
import type { Done, Failed, FromTools, ToTools, Work } from "@/agent/tools/wire";

/** It ends programs that take too long by itself; if it doesn't, it hangs as well. */
const PATIENCE_MS = TIMEOUT_MS + 5_000;

export interface CallOptions {
  signal?: AbortSignal;
  onLines?: (lines: string[]) => void;
  /** Called when it is done, also where the caller has given up by then: what a reading found is then known here as it is there. */
  onDone?: (done: Done) => void;
}

interface Call {
  what: string;
  options: CallOptions;
  resolve: (done: Done) => void;
  reject: (error: Error) => void;
}

export class ToolProcess {
  private child: ChildProcess | null = null;
  private readonly calls = new Map<number, Call>();
  private lastId = 0;
  private closed = false;

  /**
   * @param command starts one. @param version of this agent: while a new one is being put in its place, the file may be another's.
   * @param onEnd it ended without having been told to.
   */
  constructor(
    readonly command: readonly [string, ...string[]],
    private readonly version: string,
    private readonly onEnd: () => void,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it, unless it runs: the first call needn't wait for that. */
  start(): void {
    this.child ??= this.started();
  }

  /** @param what it is, for messages; without keys. @throws CommandFailed, ToolsEnded, or an AbortError when the signal aborted */
  call(what: string, work: Work, options: CallOptions = {}): Promise<Done> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(aborted());
    if (this.closed) return Promise.reject(new ToolsEnded(what));
    this.start();
    const child = this.child!;
    this.lastId += 1;
    const id = this.lastId;
    return new Promise<Done>((resolve, reject) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), this.patienceMs);
      const stop = (): void => {
        this.tell(child, { id, cancel: true });
        reject(aborted());
      };
      signal?.addEventListener("abort", stop, { once: true });
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        this.calls.delete(id);
      };
      this.calls.set(id, {
        what,
        options,
        resolve: (done) => {
          settle();
          resolve(done);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      this.tell(child, { id, work });
    });
  }

  close(): void {
    this.closed = true;
    if (this.child?.connected) this.child.disconnect();
  }

  private started(): ChildProcess {
    const [file, ...args] = this.command;
    // In a session of its own: a Ctrl-C in the agent's terminal is for the agent, which may need it to take everything down.
    // None of the agent's environment, where its token may be, and not its stdout, which is the log.
    const child = spawn(file, args, { detached: true, stdio: ["ignore", "ignore", "inherit", "ipc"], env: toolEnvironment() });
    const ended = (): void => {
      if (this.child !== child) return;
      this.child = null;
      // Told to end, it ends what it runs first.
      if (!this.closed) child.kill("SIGKILL");
      for (const { what, reject } of this.calls.values()) reject(new ToolsEnded(what));
      if (!this.closed) this.onEnd();
    };
    child.on("message", (message: FromTools) => {
      try {
        if (this.child === child && !this.hear(message)) ended();
      } catch {
        // What it says makes no sense: nothing that it says counts any more.
        ended();
      }
    });
    child.on("error", ended).on("exit", ended).on("disconnect", ended);
    return child;
  }

  private tell(child: ChildProcess, message: ToTools): void {
    // That it is gone is told by "exit" or "disconnect", to everybody who waits.
    if (child.connected) child.send(message, () => undefined);
  }

  /** @returns false when it is none of ours */
  private hear(message: FromTools): boolean {
    if ("ready" in message) return message.ready === this.version;
    const call = this.calls.get(message.id);
    if (call === undefined) return false;
    if ("lines" in message) call.options.onLines?.(message.lines);
    else if ("failed" in message) call.reject(errorOf(message.failed));
    else {
      call.options.onDone?.(message.done);
      call.resolve(message.done);
    }
    return true;
  }
}

function errorOf(failed: Failed): Error {
  if (failed.kind === "aborted") return aborted();
  return failed.kind === "other" ? new Error(failed.message) : new CommandFailed(failed.command, failed.reason, failed.said);
}
