import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { endProcess, identifyProcess, isRunning, parentOf } from "@/lib/process-identity";

it("knows a process by more than its number", () => {
  const self = identifyProcess(process.pid);
  expect(self && isRunning(self)).toBe(true);
  expect(isRunning({ pid: process.pid, startedAt: "0" })).toBe(false);
  expect(identifyProcess(0)).toBeNull();
});

it("says who started a process", () => {
  expect(parentOf(process.pid)).toBe(process.ppid);
});

it("ends a process that ignores the first signal by the next one", async () => {
  const child = spawn("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  const identity = identifyProcess(child.pid ?? 0);
  expect(identity && (await endProcess(identity, ["SIGTERM", "SIGKILL"], 100))).toBe(true);
  expect(identity && isRunning(identity)).toBe(false);
});
