/**
 * Which process a pid means. The system uses pids again, so a pid alone, read from a file some time later, may name a
 * stranger; together with the moment the process started it does not.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export interface ProcessIdentity {
  pid: number;
  /** Opaque: compare only. Clock ticks since boot on Linux, a date elsewhere. */
  startedAt: string;
}

/** The process that has this pid now; null when there is none (a zombie has ended and counts as none). */
export function identifyProcess(pid: number): ProcessIdentity | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const startedAt = process.platform === "linux" ? startedAtFromProc(pid) : startedAtFromPs(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/** Sends a signal to that very process, or to none; false when it has ended. */
function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

/** Waits for the end of a process that need not be a child of this one. */
export async function waitForEnd(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (isRunning(identity)) {
    if (performance.now() > until) return false;
    await delay(20);
  }
  return true;
}

/** Sends each signal in turn, giving the process `eachMs` to end after it. */
export async function endProcess(identity: ProcessIdentity, signals: NodeJS.Signals[], eachMs: number): Promise<boolean> {
  for (const signal of signals) {
    if (!signalProcess(identity, signal)) return true;
    if (await waitForEnd(identity, eachMs)) return true;
  }
  return !isRunning(identity);
}

/** The process that started this pid, as far as it still runs; null at the top, or when the system doesn't say. */
export function parentOf(pid: number): number | null {
  try {
    const text = process.platform === "linux" ? statFields(pid)[1] : execFileSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const parent = Number(text?.trim());
    return Number.isInteger(parent) && parent > 0 ? parent : null;
  } catch {
    return null;
  }
}

/** The command line of a process, or null when it has ended or may not be read. */
export function commandLineOf(pid: number): string[] | null {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim().split(" ");
  } catch {
    return null;
  }
}

/** From field 3 of /proc/<pid>/stat on (proc_pid_stat(5)): state, parent, …; the name before them may itself hold spaces and brackets. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function startedAtFromProc(pid: number): string | null {
  try {
    const fields = statFields(pid);
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function startedAtFromPs(pid: number): string | null {
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return line === "" || line.startsWith("Z") ? null : line.slice(line.indexOf(" ") + 1);
  } catch {
    return null;
  }
}
