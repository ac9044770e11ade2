/** Runs the tools of WireGuard and iproute2, without a shell between us and their arguments, and with secrets on stdin only. */
import { execFile } from "node:child_process";

/** Longer than any of them takes at 50,000 peers; what takes longer is hung. */
const TIMEOUT_MS = 30_000;
/** A dump of 65,533 peers takes some 12 MB. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

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
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const inner = options.namespace ? ["ip", "netns", "exec", options.namespace, program, ...args] : [program, ...args];
  // Node gives a child a socket as stdin, and wg and nft open /dev/stdin by its path, which fails on a socket: cat makes
  // a pipe of it. The status of a pipeline is the status of its last command.
  const [file, ...rest] = options.input === undefined ? inner : ["sh", "-c", 'cat | "$@"', "sh", ...inner];
  return new Promise((resolve, reject) => {
    const settings = { timeout: TIMEOUT_MS, killSignal: "SIGKILL" as const, maxBuffer: MAX_OUTPUT_BYTES, signal: options.signal, env: toolEnvironment() };
    const child = execFile(file!, rest, settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.name === "AbortError") reject(error);
      else reject(new CommandFailed(withoutKeys([program, ...args.slice(0, 4)].join(" ")), reasonOf(error), withoutKeys(stderr)));
    });
    // A program that refuses its arguments doesn't read its input: its exit status tells, not the broken pipe.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
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

function reasonOf(error: Error & { code?: unknown; killed?: boolean }): "missing" | "timeout" | "exit" {
  // 127: sh or ip found no such program.
  if (error.code === "ENOENT" || error.code === 127) return "missing";
  return error.killed === true ? "timeout" : "exit";
}
