/**
 * `npm test`: every check there is, on real parts. Each phase runs whatever became of the ones before; the last line adds
 * them all up.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPortal, generateClient } from "@/scripts/build/portal";
import { tunnelSupport } from "@/scripts/demo/network";
import { enterProject, onStopRequest } from "@/scripts/process";
import { installMissingPackages } from "@/scripts/test/system-packages";
import { add, nothing, summaryLine, type Totals, totalsOfPlaywright, totalsOfSuite, totalsOfVitest } from "@/scripts/test/totals";

const root = enterProject();
const LONGEST_STOP_MS = 30_000;
const inCi = process.env.CI === "true";
const reports = await mkdtemp(join(tmpdir(), "portcullis-reports-"));
let running: ChildProcess | null = null;
const done: { name: string; totals: Totals; seconds: number }[] = [];

async function phase(name: string, work: () => Promise<Totals>): Promise<void> {
  console.log(`\n━━ ${name} ${"━".repeat(Math.max(3, 72 - name.length))}`);
  const began = performance.now();
  let totals: Totals;
  try {
    totals = await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    totals = { ...nothing, failed: 1 };
  }
  const seconds = (performance.now() - began) / 1000;
  done.push({ name, totals, seconds });
  console.log(`${totals.failed > 0 ? "✗" : "✓"} ${name}: ${seconds.toFixed(1)} s`);
}

/** Runs a program of node_modules with this program's console. @returns its exit code. */
async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(process.execPath, [join(root, "node_modules", program), ...args], { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env } });
  running = child;
  try {
    return await new Promise((settle, refuse) => {
      child.once("error", refuse);
      child.once("exit", (code) => settle(code ?? 1));
    });
  } finally {
    running = null;
  }
}

/** A check that passes or fails as a whole: it is no test, but a failure of it is a failure. */
async function check(program: string, args: string[]): Promise<Totals> {
  return { ...nothing, failed: (await run(program, args)) === 0 ? 0 : 1 };
}

async function vitest(...projects: string[]): Promise<Totals> {
  const file = join(reports, `vitest-${projects.join("-")}.json`);
  const code = await run("vitest/vitest.mjs", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...projects.flatMap((project) => ["--project", project])]);
  return totalsOfSuite(await readReport(file, totalsOfVitest), code);
}

async function playwright(project: string): Promise<Totals> {
  const file = join(reports, `playwright-${project}.json`);
  const code = await run("@playwright/test/cli.js", ["test", "-c", "e2e/playwright.config.ts", "--project", project], { PORTCULLIS_RESULTS_FILE: file });
  return totalsOfSuite(await readReport(file, totalsOfPlaywright), code);
}

async function readReport(file: string, read: (report: unknown) => Totals): Promise<Totals | null> {
  return existsSync(file) ? read(JSON.parse(await readFile(file, "utf8"))) : null;
}

async function tunnelTests(): Promise<Totals> {
  const { implementation, missing } = await tunnelSupport();
  if (implementation) return add(await vitest("tunnel"), await playwright("tunnel"));
  console.log(`\n!!! TUNNEL TESTS NOT RUN: no network namespace with WireGuard can be made here.\n${missing.map((reason) => `!!!   - ${reason}`).join("\n")}`);
  if (inCi) throw new Error("With CI=true that is a failure.");
  return { ...nothing, skipped: 1 };
}

onStopRequest(LONGEST_STOP_MS, async () => {
  console.log("\nThe tests were called off.");
  // SIGINT is what the runners take as an order to clean up.
  if (running?.kill("SIGINT")) await once(running, "exit");
  await rm(reports, { recursive: true, force: true });
  process.exit(130);
});

const stillMissing = installMissingPackages(console.log);
if (stillMissing.length > 0) console.log(`Still missing: ${stillMissing.join(", ")}. What needs them will fail.`);

await phase("Generated code", async () => {
  await generateClient({ root, output: "capture" });
  return check("next/dist/bin/next", ["typegen"]);
});
await phase("Type check", () => check("typescript/bin/tsc", ["--noEmit"]));
await phase("Lint", () => check("oxlint/bin/oxlint", ["--deny-warnings"]));
await phase("Unit tests", () => vitest("unit", "parts"));
await phase("Integration tests", () => vitest("integration"));
await phase("Production build", async () => {
  const built = await buildPortal({ root, output: "inherit" });
  if (!built) console.log("The build of the same sources is there already.");
  return nothing;
});
await phase("Browser tests", () => playwright("portal"));
await phase("Tunnel tests", tunnelTests);
await rm(reports, { recursive: true, force: true });

console.log("");
for (const { name, totals, seconds } of done) console.log(`${totals.failed > 0 ? "✗" : "✓"} ${name.padEnd(28)} ${summaryLine(totals).padEnd(36)} ${seconds.toFixed(1).padStart(7)} s`);
const sum = done.map(({ totals }) => totals).reduce(add, nothing);
console.log(summaryLine(sum));
process.exitCode = sum.failed > 0 ? 1 : 0;
