/** How the scripts begin and end. */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { commandLineOf, identifyProcess, isRunning, parentOf, type ProcessIdentity } from "@/lib/process-identity";

const LOOK_EVERY_MS = 250;

/** Makes the project's folder the current one, from wherever the script was called, and returns it. */
export function enterProject(): string {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
  process.chdir(root);
  return root;
}

/** The npm whose script this process belongs to, if there is one. */
function npmAbove(pid: number): ProcessIdentity | null {
  if (!process.env.npm_lifecycle_event) return null;
  for (let parent = parentOf(pid); parent !== null; parent = parentOf(parent)) {
    if (/^npm( |$)/.test(commandLineOf(parent)?.join(" ") ?? "")) return identifyProcess(parent);
  }
  return null;
}

/** Ends the program with what went wrong and what to do about it, without a stack trace. */
export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

/**
 * Calls `stop` once, on the first of: Ctrl-C, SIGTERM, SIGHUP, the end of the program that started this one over a channel,
 * the end of the npm that runs it, or a call of the returned function with the reason of a failure. Then the process ends;
 * after `longestMs` in any case.
 */
export function onStopRequest(longestMs: number, stop: () => Promise<void>): (failure?: string) => void {
  let stopping = false;
  const begin = (exitCode: number, failure?: string) => {
    if (stopping) return;
    stopping = true;
    if (failure !== undefined) console.error(failure);
    setTimeout(() => process.exit(exitCode), longestMs).unref();
    stop().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => begin(0));
  process.on("disconnect", () => begin(0));
  const npm = npmAbove(process.pid);
  // npm passes a SIGTERM on to its shell, which ends without passing it on to what it runs.
  if (npm) setInterval(() => isRunning(npm) || begin(0), LOOK_EVERY_MS).unref();
  return (failure) => begin(failure === undefined ? 0 : 1, failure);
}
