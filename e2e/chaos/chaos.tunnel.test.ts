/** The short version of `npm run chaos`: ten kills while people work, on real parts. */
import { existsSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { runChaos } from "@/e2e/chaos/run";
import { createEndings, type Endings } from "@/scripts/demo/endings";
import { silentProgress } from "@/scripts/demo/progress";

let endings: Endings | null = null;
afterEach(() => endings?.end());

test("portal, agent, WireGuard, PostgreSQL and mail server are killed ten times: nothing is lost, half done, doubled or unproved", { timeout: 300_000 }, async () => {
  if (!existsSync(".next/BUILD_ID")) throw new Error("The portal is not built: npm run build, or npm test, which does it first.");
  endings = createEndings((problem) => console.error(problem));
  const report = await runChaos({ kills: 10, seed: 10, workers: 4 }, { progress: silentProgress, endings });
  expect(report.problems).toEqual([]);
  expect(Object.values(report.kills).reduce((sum, kills) => sum + kills)).toBe(10);
  expect(report.acts.issue).toBeGreaterThan(0);
});
