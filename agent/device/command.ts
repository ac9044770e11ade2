/** Runs the tools of WireGuard and iproute2, without a shell between us and their arguments, and with secrets on stdin only. */
import { spawn } from "node:child_process";

/** Longer than any of them takes at 50,000 peers; what takes longer is hung. */
export const TIMEOUT_MS = 30_000;
/** A dump of 65,533 peers takes some 12 MB. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Of what a program says on stderr, enough for any message. */
const MAX_SAID = 4_000;

export class CommandFailed extends Error {
  override readonly name = "CommandFailed";

  constructor(
    /** The beginning of it, without keys. */
    readonly command: string,
    readonly reason: "missing" | "timeout" | "exit",
    /** What the program said, with anything that could be a key taken out; may be empty. */
    readonly said: string,
  ) {
    super(`${command}: ${reason === "missing" ? "not installed" : reason === "timeout" ? "no answer" : said || "failed"}`);
  }
}

export interface RunOptions {
  /** Run inside this named network namespace. */
  namespace?: string | null;
  /** Given to the program as /dev/stdin, which is a pipe. */
  input?: string;
  /** Stops the program; the call then rejects with an AbortError. */
  signal?: AbortSignal;
}

/** @returns what the program wrote to stdout. @throws CommandFailed */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<string>;

export const run: Run = async (program, args, options = {}) => {
  const output: string[] = [];
  await runInto((text) => output.push(text), program, args, options);
  return output.join("");
};

/** As `run`, for output that is looked at as it comes. @throws CommandFailed, or what `take` threw; what was taken until then counts for nothing */
export function runInto(take: (text: string) => void, program: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { signal } = options;
  const inner = options.namespace ? ["ip", "netns", "exec", options.namespace, program, ...args] : [program, ...args];
  // Node gives a child a socket as stdin, and wg and nft open /dev/stdin by its path, which fails on a socket: cat makes
  // a pipe of it. The status of a pipeline is the status of its last command.
  const [file, ...rest] = options.input === undefined ? inner : ["sh", "-c", 'cat | "$@"', "sh", ...inner];
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted());
    // A group of its own, so that the program behind the pipe ends with the shell before it.
    const child = spawn(file!, rest, { detached: true, stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"], env: toolEnvironment() });
    let size = 0;
    let said = "";
    let ended: "timeout" | "exit" | "aborted" | null = null;
    const end = (why: "timeout" | "exit" | "aborted"): void => {
      ended ??= why;
      killGroup(child.pid);
    };
    const stop = (): void => {
      end("aborted");
      reject(aborted());
    };
    const timer = setTimeout(() => end("timeout"), TIMEOUT_MS);
    signal?.addEventListener("abort", stop, { once: true });
    const settle = (failure: CommandFailed["reason"] | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      if (failure === null) resolve();
      else reject(new CommandFailed(withoutKeys([program, ...args.slice(0, 4)].join(" ")), failure, withoutKeys(said)));
    };
    // There are no pipes where the host had none left: then there is an "error".
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      size += text.length;
      if (size > MAX_OUTPUT_BYTES) end("exit");
      if (ended !== null) return;
      try {
        take(text);
      } catch (error) {
        reject(error);
        end("exit");
      }
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(0, MAX_SAID)));
    child.on("error", (error: NodeJS.ErrnoException) => settle(error.code === "ENOENT" ? "missing" : "exit"));
    // 127: sh or ip found no such program.
    child.on("close", (code) => settle(ended === "timeout" ? "timeout" : ended !== null ? "exit" : code === 0 ? null : code === 127 ? "missing" : "exit"));
    // A program that refuses its arguments doesn't read its input: its exit status tells, not the broken pipe.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input);
  });
}

/** As Node's own functions reject. */
export const aborted = (): Error => new DOMException("This operation was aborted", "AbortError");

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

/** The tools' messages are matched by text, so they must not be translated. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { NODE_ENV: process.env.NODE_ENV, PATH: PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
}

/** wg repeats a key that it can't parse. */
export function withoutKeys(text: string): string {
  return text.replaceAll(/[A-Za-z0-9+/]{30,}={0,2}/g, "[key]").replaceAll(/\s+/g, " ").trim().slice(0, 400);
}
