/** Runs the measurements, one after another, and shows what came out. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { measureIssue } from "@/bench/issue";
import { measureIssueBurst } from "@/bench/issue-burst";
import { createGateways, type Gateways } from "@/bench/parts/gateways";
import type { BenchOptions, Measurement } from "@/bench/parts/options";
import { asJson, asTable } from "@/bench/parts/report";
import type { Result } from "@/bench/parts/results";
import { createWorld, type World } from "@/bench/parts/world";
import { measureRevoke } from "@/bench/revoke";
import { measureRevokeBurst } from "@/bench/revoke-burst";
import { measureScale } from "@/bench/scale";
import { measureWaiting } from "@/bench/waiting";
import type { Endings } from "@/scripts/demo/endings";
import { tunnelSupport } from "@/scripts/demo/network";
import type { Progress } from "@/scripts/demo/progress";

const ON_GATEWAYS: Partial<Record<Measurement, (world: World, gateways: Gateways) => Promise<Result>>> = {
  revoke: measureRevoke,
  "issue-burst": measureIssueBurst,
  "revoke-burst": measureRevokeBurst,
  scale: measureScale,
};

export async function runBench({ quick, only, jsonFile }: BenchOptions, parts: { progress: Progress; endings: Endings }): Promise<void> {
  const { implementation, missing } = await tunnelSupport();
  const loadBefore = loadAverage();
  const world = await createWorld({ quick, ...parts });
  const gateways = createGateways(world);
  const results: Result[] = [];
  for (const name of only) {
    const onGateways = ON_GATEWAYS[name];
    if (name === "waiting") results.push(await measureWaiting(world));
    else if (!onGateways) results.push(await measureIssue(world));
    else if (implementation) results.push(await onGateways(world, gateways));
    else parts.progress.say(`SKIPPED ${name}: there can be no gateway here; ${missing.join("; ")}.`);
  }
  const run = { results, quick, implementation, loadBefore, loadAfter: loadAverage() };
  console.log(asTable(run));
  if (jsonFile !== null) await writeFile(jsonFile, `${JSON.stringify(asJson(run), null, 2)}\n`);
}

/** Of the last minute: how many processes wanted a processor. */
const loadAverage = (): number => Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]);
