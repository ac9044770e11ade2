/**
 * The quickest way to run a program: a shell that waits for one. It is a hundredth of Node in size, so that it forks in no time, which on
 * a busy host is most of what a cut takes. One program at a time, without input, whose output nobody wants.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { CommandFailed, TIMEOUT_MS, toolEnvironment, withoutKeys } from "@/agent/device/command";
import { ToolsEnded } from "@/agent/tools/ended";

/**
 * A line is a command, its words divided by tabs: `set` divides it there alone, with no expansion, and runs the words as they are. The
 * answer is its status, how many bytes it said on stderr, and those.
 */
const LOOP = `set -f
tab=$(printf '\\t')
while IFS= read -r line; do
  IFS=$tab
  set -- $line
  said=$("$@" 2>&1 >/dev/null </dev/null)
  printf '%s %s\\n%s\\n' "$?" "\${#said}" "$said"
done`;

/** The shell reads byte by byte: what is longer is quicker by another way. */
const MAX_LINE = 4_000;
/** A word that arrives as it was sent. */
const PLAIN = /^[\x21-\x7e]+$/;

interface Running {
  what: string;
  resolve: () => void;
  reject: (error: Error) => void;
}

export class ToolShell {
  private child: ChildProcess | null = null;
  private running: Running | null = null;
  private heard = "";
  private closed = false;

  /** @param onEnd it ended without having been told to */
  constructor(
    private readonly onEnd: () => void,
    private readonly patienceMs = TIMEOUT_MS,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    this.child ??= this.started();
  }

  /** Whether it can be asked for that now. */
  takes(words: readonly string[]): boolean {
    return !this.closed && this.running === null && words.every((word) => PLAIN.test(word)) && words.join().length <= MAX_LINE;
  }

  /** Only what it takes. @param what it is, for messages; without keys. @throws CommandFailed, ToolsEnded */
  run(what: string, words: readonly string[]): Promise<void> {
    this.start();
    const child = this.child!;
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.end(child, new CommandFailed(what, "timeout", "")), this.patienceMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.running = null;
      };
      this.running = {
        what,
        resolve: () => {
          settle();
          resolve();
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      child.stdin?.write(`${words.join("\t")}\n`);
    });
  }

  close(): void {
    this.closed = true;
    if (this.child !== null) this.end(this.child, null);
  }

  private started(): ChildProcess {
    const child = spawn("sh", ["-c", LOOP], { detached: true, stdio: ["pipe", "pipe", "ignore"], env: toolEnvironment() });
    child.on("error", () => this.end(child, null)).on("exit", () => this.end(child, null));
    // There are no pipes where the host had none left: then there is an "error". That it is gone is told by "exit".
    child.stdin?.on("error", () => undefined);
    // By bytes, as the shell counts.
    child.stdout?.setEncoding("latin1").on("data", (text: string) => {
      if (this.child === child) this.hear(text);
    });
    this.heard = "";
    return child;
  }

  private hear(text: string): void {
    this.heard += text;
    const [head, status, length] = /^(\d+) (\d+)\n/.exec(this.heard) ?? [];
    if (head === undefined || this.heard.length < head.length + Number(length) + 1) return;
    const said = this.heard.slice(head.length, head.length + Number(length));
    this.heard = "";
    if (status === "0") this.running?.resolve();
    else this.running?.reject(new CommandFailed(this.running.what, status === "127" ? "missing" : "exit", withoutKeys(said)));
  }

  /** @param why null: it ended by itself, or because it was told to */
  private end(child: ChildProcess, why: CommandFailed | null): void {
    if (this.child !== child) return;
    this.child = null;
    try {
      // With what it runs.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // They are gone.
    }
    this.running?.reject(why ?? new ToolsEnded(this.running.what));
    if (!this.closed) this.onEnd();
  }
}
