/** The agent itself, as a program: settings from the environment, events to stdout, an exit status for who restarts it. */
import { createServer } from "node:net";
import { createHash } from "node:crypto";
import path from "node:path";
import { runAgent } from "@/agent/agent";
import { EnrolmentImpossible } from "@/agent/enrol";
import { type Log, jsonLog, textOf } from "@/agent/log";
import { type Settings, SettingsInvalid, parseSettings } from "@/agent/settings";
import type { Tools } from "@/agent/tools/tools";
import { machineUptime } from "@/agent/uptime";

/** For who restarts it: nothing changes until somebody has mended settings or token (EX_CONFIG of sysexits.h). */
const EX_CONFIG = 78;

export async function startAgent(toolsFor: (log: Log) => Tools): Promise<void> {
  const clock = { now: (): Date => new Date() };
  const log = jsonLog((line) => process.stdout.write(line), clock.now);
  const stop = new AbortController();
  let settings: Settings;
  try {
    settings = parseSettings(process.env, process.argv.slice(2));
    await holdAlone(settings.stateFolder);
  } catch (error) {
    if (error instanceof SettingsInvalid) for (const problem of error.problems) log("settings_invalid", { problem });
    else log("not_started", { reason: textOf(error) });
    process.exit(error instanceof SettingsInvalid ? EX_CONFIG : 1);
  }
  // Whoever collected the log is gone: no reason to leave the tunnels alone.
  process.stdout.on("error", () => undefined);
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(name, () => stop.abort(new Error(name)));
  if (settings.exitWithParent) {
    process.stdin.on("end", () => stop.abort(new Error("the parent has ended"))).on("error", () => stop.abort()).resume();
  }
  try {
    await runAgent(settings, { log, tools: toolsFor(log), clock, monotonicNow: () => performance.now(), uptime: machineUptime(), random: Math.random }, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) {
      const refused = error instanceof EnrolmentImpossible;
      log(refused ? "not_enrolled" : "failed", { reason: textOf(error) });
      process.exit(refused ? EX_CONFIG : 1);
    }
  }
  log("stopped", { reason: textOf(stop.signal.reason) });
  process.exit(0);
}

/**
 * Two agents on one state folder would undo each other's work. The kernel releases an abstract socket when its process
 * ends, however it ends.
 */
async function holdAlone(stateFolder: string): Promise<void> {
  const name = createHash("sha256").update(path.resolve(stateFolder)).digest("hex").slice(0, 32);
  const server = createServer((socket) => socket.destroy()).unref();
  await new Promise<void>((resolve, reject) => {
    server.once("error", () => reject(new Error(`Another agent runs with the state folder ${stateFolder}. Stop it first.`)));
    server.listen(`\0portcullis-agent-${name}`, resolve);
  });
}
