/** Starts a stack in a program of its own and waits until it is ready. For Playwright's global set-up, and for the bench. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { StackDescription } from "@/e2e/stack/description";

export interface RunningStack {
  description: StackDescription;
  /** Holds the description. */
  file: string;
  stop(): Promise<void>;
}

export async function startStack(): Promise<RunningStack> {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
  // The channel tells when it is ready, and ends the stack when this process ends in whatever way.
  const child = spawn(process.execPath, ["--import", "tsx", "e2e/stack/serve.ts"], { cwd: root, stdio: ["ignore", "inherit", "inherit", "ipc"], detached: true });
  const ended = new Promise<string>((settle) => {
    child.once("error", (error) => settle(error.message));
    child.once("exit", (code, signal) => settle(signal ?? `exit code ${code}`));
  });
  const ready = new Promise<{ file: string }>((settle) => child.once("message", (message) => settle(message as { file: string })));
  const outcome = await Promise.race([ready, ended]);
  if (typeof outcome === "string") throw new Error(`The stack for the tests did not start (${outcome}); what it said is above.`);
  const { file } = outcome;
  return {
    description: JSON.parse(await readFile(file, "utf8")) as StackDescription,
    file,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
