/**
 * What a running demo has started, written down so that the next start can clean up after one that was killed. A pid is
 * kept with the moment its process started: by then it may belong to somebody else.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { writeWhole } from "@/lib/db/embedded-postgres/place";
import { endProcess, identifyProcess, isRunning, type ProcessIdentity } from "@/lib/process-identity";

interface Contents {
  program: ProcessIdentity;
  children: (ProcessIdentity & { name: string })[];
}

export interface RunFile {
  addChild(name: string, pid: number): Promise<void>;
  removeChild(pid: number): Promise<void>;
  remove(): Promise<void>;
}

/** The program that holds the file, if it is alive. */
export async function runningProgram(file: string): Promise<ProcessIdentity | null> {
  const contents = await read(file);
  return contents && isRunning(contents.program) ? contents.program : null;
}

/** Ends what a killed program left running. @returns the names of what was ended. */
export async function endLeftovers(file: string): Promise<string[]> {
  const contents = await read(file);
  if (!contents) return [];
  const left = contents.children.filter(isRunning);
  await Promise.all(left.map((child) => endProcess(child, ["SIGTERM", "SIGKILL"], 5_000)));
  await rm(file, { force: true });
  return left.map((child) => child.name);
}

export async function createRunFile(file: string): Promise<RunFile> {
  const program = identifyProcess(process.pid);
  if (!program) throw new Error("This process can't be found among the running ones.");
  let contents: Contents = { program, children: [] };
  let written = Promise.resolve();
  // One write after the other, so that an older list never replaces a newer one.
  const write = (change: (before: Contents) => Contents) => {
    contents = change(contents);
    written = written.then(() => writeWhole(file, `${JSON.stringify(contents)}\n`, 0o600));
    return written;
  };
  await mkdir(dirname(file), { recursive: true });
  await write((before) => before);
  return {
    addChild: async (name, pid) => {
      const identity = identifyProcess(pid);
      if (identity) await write((before) => ({ ...before, children: [...before.children, { name, ...identity }] }));
    },
    removeChild: (pid) => write((before) => ({ ...before, children: before.children.filter((child) => child.pid !== pid) })),
    remove: async () => {
      await written;
      await rm(file, { force: true });
    },
  };
}

async function read(file: string): Promise<Contents | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const contents = JSON.parse(text) as Contents;
    return Array.isArray(contents.children) && typeof contents.program.pid === "number" ? contents : null;
  } catch {
    return null;
  }
}
