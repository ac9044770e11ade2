/** `npm run chaos -- [--kills N] [--seed S]`: kills portal, agent, WireGuard, PostgreSQL and mail server at random instants under load. */
import { parseArgs } from "node:util";
import { buildPortal } from "@/scripts/build/portal";
import { tunnelSupport } from "@/scripts/demo/network";
import { createEndings } from "@/scripts/demo/endings";
import { consoleProgress } from "@/scripts/demo/progress";
import { enterProject, fail, onStopRequest } from "@/scripts/process";

const LONGEST_STOP_MS = 60_000;

const root = enterProject();
const progress = consoleProgress(process.stderr);
const { values } = parseArgs({ options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: "1" }, workers: { type: "string", default: "8" } } });
const [kills, seed, workers] = [values.kills, values.seed, values.workers].map(Number);
if (!kills || seed === undefined || Number.isNaN(seed) || !workers) fail("Usage: npm run chaos -- [--kills N] [--seed S] [--workers W], with whole numbers.");
const { implementation, missing } = await tunnelSupport();
if (!implementation) fail(`There can be no gateway here: ${missing.join("; ")}.`);

const endings = createEndings(progress.say);
const stop = onStopRequest(LONGEST_STOP_MS, () => endings.end());
try {
  await progress.step("Building the portal", (note) => buildPortal({ root, output: "capture", onPart: note, signal: new AbortController().signal }));
  const { runChaos } = await import("@/e2e/chaos/run");
  const report = await runChaos({ kills, seed, workers }, { progress, endings });
  console.log(JSON.stringify(report, null, 2));
  stop(report.problems.length === 0 ? undefined : `${report.problems.length} problems; run again with --seed ${seed}.`);
} catch (error) {
  stop(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
