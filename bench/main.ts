/**
 * `npm run bench`: what issuing and revoking cost, on real parts; docs/performance.md says how and shows the figures.
 * `-- --quick` takes fewer samples, `-- --only NAME` one measurement, `-- --json FILE` writes the figures under stable names.
 */
import { readOptions } from "@/bench/parts/options";
import { buildPortal } from "@/scripts/build/portal";
import { createEndings } from "@/scripts/demo/endings";
import { consoleProgress } from "@/scripts/demo/progress";
import { enterProject, fail, onStopRequest } from "@/scripts/process";

const LONGEST_STOP_MS = 60_000;

const root = enterProject();
const progress = consoleProgress(process.stderr);
const options = readOptions(process.argv.slice(2));
if ("problem" in options) fail(options.problem);

const endings = createEndings(progress.say);
const stop = onStopRequest(LONGEST_STOP_MS, () => endings.end());
process.on("uncaughtException", (error) => stop(error.stack ?? error.message));
try {
  const calledOff = new AbortController();
  await endings.add(async () => calledOff.abort());
  await progress.step("Building the portal", (note) => buildPortal({ root, output: "capture", onPart: note, signal: calledOff.signal }));
  // Only now: it needs the database client that the build generates.
  const { runBench } = await import("@/bench/run");
  await runBench(options, { progress, endings });
  stop();
} catch (error) {
  stop(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
