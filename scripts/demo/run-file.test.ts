import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identifyProcess } from "@/lib/process-identity";
import { createRunFile, endLeftovers, runningProgram } from "@/scripts/demo/run-file";

let folder: string;
let file: string;
let child: ChildProcess;
let pid: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-run-file-"));
  file = join(folder, "running.json");
  child = spawn("sleep", ["600"]);
  await once(child, "spawn");
  pid = child.pid ?? 0;
});
afterEach(async () => {
  child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

describe("the record of what a demo has started", () => {
  it("says that its program is running, as long as it is", async () => {
    expect(await runningProgram(file)).toBeNull();
    const runFile = await createRunFile(file);
    expect(await runningProgram(file)).toEqual(identifyProcess(process.pid));
    await writeFile(file, (await readFile(file, "utf8")).replace(/"startedAt":"[^"]*"/, '"startedAt":"long ago"'));
    expect(await runningProgram(file)).toBeNull();
    await runFile.remove();
    expect(await runningProgram(file)).toBeNull();
  });

  it("leads the next start to a program that was left running, and to no other", async () => {
    const runFile = await createRunFile(file);
    await runFile.addChild("The portal", pid);
    const ended = once(child, "exit");
    expect(await endLeftovers(file)).toEqual(["The portal"]);
    expect((await ended)[1]).toBe("SIGTERM");
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
  });

  it("spares a process that has a recorded number by chance", async () => {
    const runFile = await createRunFile(file);
    await runFile.addChild("The portal", pid);
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(/"startedAt":"[^"]*"/g, '"startedAt":"long ago"'));
    expect(await endLeftovers(file)).toEqual([]);
    expect(identifyProcess(pid)).not.toBeNull();
  });

  it("forgets a program that has ended in good order", async () => {
    const runFile = await createRunFile(file);
    await runFile.addChild("The portal", pid);
    await runFile.removeChild(pid);
    expect(await endLeftovers(file)).toEqual([]);
    expect(identifyProcess(pid)).not.toBeNull();
  });

  it("is no obstacle when it can't be read", async () => {
    await writeFile(file, "{ half");
    expect(await runningProgram(file)).toBeNull();
    expect(await endLeftovers(file)).toEqual([]);
  });
});
