import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Hooks, hookRetryMs } from "@/agent/hooks";
import type { Log } from "@/agent/log";

let folder: string;
let hooks: Hooks;
const log: Log = () => undefined;
/** /run/netns needs a namespace: without one there is nothing to attach. Any instance that is gone will do for the rest. */
const instance = { instanceId: "7d7c1f0e-6a1d-4a58-9d0c-0d2c60c2a001", interfaceName: "pc-ffffffff", addresses: ["10.77.0.1/24", "fd00::1/64"] };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "portcullis-hooks-"));
  hooks = new Hooks({ folder, log, patienceMs: 500, retryMs: () => 600_000 });
});
afterEach(async () => {
  await hooks.settled();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, script: string): Promise<void> {
  await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(folder, name), 0o755);
}

test("the program that an instance is gone for gets id, namespace, interface and addresses, and nothing else of the agent's environment", async () => {
  process.env.PORTCULLIS_ENROL_TOKEN = "pce_secret";
  await write("on-instance-down", `env > "${folder}/seen"`);
  hooks.down(instance);
  await hooks.settled();
  delete process.env.PORTCULLIS_ENROL_TOKEN;
  const seen = await readFile(path.join(folder, "seen"), "utf8");
  for (const line of [`PORTCULLIS_INSTANCE_ID=${instance.instanceId}`, "PORTCULLIS_NAMESPACE=pc-ffffffff", "PORTCULLIS_INTERFACE=pc-ffffffff", "PORTCULLIS_ADDRESSES=10.77.0.1/24 fd00::1/64"]) expect(seen).toContain(`${line}\n`);
  expect(seen).not.toContain("pce_secret");
});

test("without a folder, without a program, or for an instance that isn't there, nothing is run and nothing fails", async () => {
  const none = new Hooks({ folder: null, log, patienceMs: 500, retryMs: hookRetryMs });
  none.up(instance);
  none.down(instance);
  hooks.down(instance);
  await write("on-instance-up", "exit 7");
  hooks.up(instance);
  await Promise.all([none.settled(), hooks.settled()]);
  expect([none.all(), hooks.all()]).toEqual([[], []]);
});

test("a program that hangs is killed with what it started, and one that others could change isn't run", async () => {
  const said: string[] = [];
  hooks = new Hooks({ folder, log: (event, facts) => void said.push(`${event} ${JSON.stringify(facts)}`), patienceMs: 500, retryMs: () => 600_000 });
  await write("on-instance-down", `sleep 4321 & echo $! > "${folder}/child"; wait`);
  hooks.down(instance);
  await hooks.settled();
  expect(said.at(-1)).toContain("didn't end within 0.5 s");
  const child = Number(await readFile(path.join(folder, "child"), "utf8"));
  // Gone, or a zombie that nobody has reaped yet.
  const state = () => execFileSync("sh", ["-c", `cat /proc/${child}/stat 2>/dev/null || echo "1 (gone) Z"`], { encoding: "utf8" }).split(") ")[1]![0];
  await expect.poll(state, { timeout: 60_000 }).toBe("Z");
  await chmod(path.join(folder, "on-instance-down"), 0o777);
  hooks.down(instance);
  await hooks.settled();
  expect(said.at(-1)).toContain("can be changed by others than root");
});

test("who failed is tried again soon, then less and less often", () => {
  expect([1, 2, 3, 7, 50].map(hookRetryMs)).toEqual([5_000, 10_000, 20_000, 300_000, 300_000]);
});
