/** The portal's production build, made when it is not there or its inputs have changed. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildAgent } from "@/scripts/build/agent";
import { hashOfInputs } from "@/scripts/build/inputs";

/** Inside Next's own folder, so that deleting the build deletes the claim that it is up to date. */
const RECORD = ".next/portcullis-build-inputs";
const GENERATED = "lib/db/generated";

export interface BuildOptions {
  root: string;
  /** "inherit": the tools write to this program's console; "capture": nothing is shown unless one fails. */
  output: "inherit" | "capture";
  /** Told before each part that takes a while. */
  onPart?: (part: string) => void;
  /** Calls the build off. */
  signal?: AbortSignal;
}

/** Writes the database client that Prisma derives from the schema; tests and the type check need it too. */
export async function generateClient({ root, output, onPart, signal }: BuildOptions): Promise<void> {
  onPart?.("generating the database client");
  await runTool("prisma generate", [join(root, "node_modules/prisma/build/index.js"), "generate"], { root, output, signal });
}

async function isBuilt(root: string): Promise<boolean> {
  if (!existsSync(join(root, ".next", "BUILD_ID")) || !existsSync(join(root, GENERATED))) return false;
  const recorded = await readFile(join(root, RECORD), "utf8").catch(() => "");
  return recorded === (await hashOfInputs(root));
}

/** Generates and builds unless an equal build is there. @returns whether it had to. */
export async function buildPortal(options: BuildOptions & { force?: boolean }): Promise<boolean> {
  const { root, output, onPart, signal, force = false } = options;
  if (!force && (await isBuilt(root))) return false;
  await rm(join(root, RECORD), { force: true });
  await generateClient(options);
  // Taken before the build: a file changed meanwhile then counts as not built.
  const inputs = await hashOfInputs(root);
  onPart?.("building the pages");
  await runTool("next build", [join(root, "node_modules/next/dist/bin/next"), "build"], { root, output, signal });
  onPart?.("bundling the agent");
  await buildAgent(root);
  await writeFile(join(root, RECORD), inputs);
  return true;
}

async function runTool(name: string, argv: string[], { root, output, signal }: Pick<BuildOptions, "root" | "output" | "signal">): Promise<void> {
  const child = spawn(process.execPath, argv, {
    cwd: root,
    signal,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1" },
    stdio: output === "inherit" ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  const endToo = () => void child.kill();
  process.once("exit", endToo);
  const said: Buffer[] = [];
  child.stdout?.on("data", (part: Buffer) => said.push(part));
  child.stderr?.on("data", (part: Buffer) => said.push(part));
  const code = await new Promise<number | string>((settle, refuse) => {
    child.once("error", refuse);
    child.once("close", (exitCode, signal) => settle(exitCode ?? signal ?? 1));
  });
  process.off("exit", endToo);
  if (code !== 0) throw new Error(`${name} failed (${code}).\n${Buffer.concat(said).toString().trim()}`.trim());
}
