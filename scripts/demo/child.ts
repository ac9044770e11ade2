/** Programs that the demo starts and is answerable for. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import type { Endings } from "@/scripts/demo/endings";
import type { RunFile } from "@/scripts/demo/run-file";

export interface ChildOptions {
  name: string;
  command: string[];
  env: Record<string, string>;
  /** Everything it says is appended here. */
  logFile: string;
  runFile: RunFile | null;
  /** Told how to end the program as soon as it runs. */
  endings: Endings;
}

export interface Child {
  name: string;
  pid: number;
  /** Settles when the process has ended, as how it did: "exit code 1", "SIGKILL". */
  ended: Promise<string>;
}

/** After SIGTERM; then SIGKILL. */
const PATIENCE_MS = 5_000;

/** How a TypeScript program of this project is started. */
export const runTypeScript = (file: string): string[] => [process.execPath, "--import", "tsx", file];

/**
 * Starts a program in a session of its own (Ctrl-C reaches it through the demo, in the demo's order), with a channel that
 * closes when the demo ends in whatever way, and nothing of this process's environment but the path.
 */
export async function startChild({ name, command, env, logFile, runFile, endings }: ChildOptions): Promise<Child> {
  const log = await open(logFile, "a", 0o600);
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    env: { NODE_ENV: "production", PATH: process.env.PATH, HOME: process.env.HOME, LANG: process.env.LANG ?? "C.UTF-8", ...env },
    // The pipe and the channel close when this process ends, which tells the program to end too.
    stdio: ["pipe", log.fd, log.fd, "ipc"],
    detached: true,
  });
  const ended = outcomeOf(child);
  await log.close();
  if (child.pid === undefined) throw new Error(`${name} could not be started: ${await ended}.`);
  const pid = child.pid;
  await runFile?.addChild(name, pid);
  await endings.add(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    }
    await runFile?.removeChild(pid);
  });
  return { name, pid, ended };
}

/** The end of a log, for a message about a program that failed. */
export async function lastLines(logFile: string, count = 15): Promise<string> {
  return (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-count).join("\n");
}

async function outcomeOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return signal ?? `exit code ${code}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
