/** How long this machine has been running: a clock that nobody sets, that goes on while no agent runs, and while the machine sleeps. */
import { readFileSync } from "node:fs";
import { uptime } from "node:os";

export interface Uptime {
  /** Two readings with the same one are of one run of the machine, and can be compared; null: not to be told. */
  run: string | null;
  /** Milliseconds since it began. */
  now: () => number;
}

export function machineUptime(): Uptime {
  return { run: currentRun(), now: () => uptime() * 1_000 };
}

/** A container may count from its own start, so its first process tells runs apart as well as the kernel's boot does. */
function currentRun(): string | null {
  try {
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // What follows the process's name, which may hold anything; the 20th of those is when it began.
    const began = readFileSync("/proc/1/stat", "utf8").split(")").at(-1)!.trim().split(" ")[19];
    return began === undefined ? null : `${bootId} ${began}`;
  } catch {
    return null;
  }
}
