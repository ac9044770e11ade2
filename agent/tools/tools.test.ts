/** The tool processes: they answer what the programs themselves answer, whatever ends when. */
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type PeerReading, parsePeer } from "@/agent/device/dump";
import { run } from "@/agent/device/command";
import { DumpTracker } from "@/agent/device/dump-tracker";
import { PeerMirror } from "@/agent/device/peer-mirror";
import { WireGuardDevice } from "@/agent/device/wireguard";
import { startTools } from "@/agent/testing/tunnel-lab";
import { ToolsEnded } from "@/agent/tools/ended";
import { ToolProcess } from "@/agent/tools/process";
import { ToolShell } from "@/agent/tools/shell";
import type { ToolProcesses } from "@/agent/tools/tools";
import { eventually } from "@/e2e/tunnel/netns";
import { digestOf, toHex } from "@/lib/protocol/digest";

const ID = "6f1c2a34-9b0e-4c57-8d21-0a4be7c91f53";
const OF = { interfaceName: "pc-6f1c2a34", namespace: null };
const former = { PATH: process.env.PATH };
const open: { close(): void }[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "portcullis-tools-"));
  // A wg that prints what it finds in a file, and first does what another one says.
  await writeFile(path.join(folder, "wg"), `#!/bin/sh\n. ${folder}/first\nexec cat ${folder}/dump\n`);
  await chmod(path.join(folder, "wg"), 0o755);
  process.env.PATH = `${folder}:${former.PATH}`;
});
afterEach(() => {
  for (const tools of open.splice(0)) tools.close();
});
afterAll(async () => {
  process.env.PATH = former.PATH;
  await rm(folder, { recursive: true, force: true });
});

function started(): ToolProcesses {
  const tools = startTools();
  open.push(tools);
  return tools;
}

/** What the device holds from now on, and what wg does before it says so. */
async function deviceHas(peers: readonly string[], first = ""): Promise<void> {
  await writeFile(path.join(folder, "first"), first);
  await writeFile(path.join(folder, "dump"), dumpOf(peers));
}

const dumpOf = (peers: readonly string[]): string => ["PRIVATE\tPUBLIC\t51820\toff", ...peers, ""].join("\n");
const keyOf = (number: number): string => Buffer.alloc(32, number).toString("base64");
const lineOf = (number: number, { psk = false, ips = "10.8.0.2/32", sent = 0 } = {}): string => [keyOf(number), psk ? keyOf(255) : "(none)", "(none)", ips, 0, 0, sent, "off"].join("\t");
const sorted = (peers: Iterable<PeerReading>): PeerReading[] => [...peers].toSorted((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
/** One that has ended and waits for its parent has no command line. */
const running = (pid: number | string): Promise<boolean> => readFile(`/proc/${pid}/cmdline`, "utf8").then(
  (text) => text !== "",
  () => false,
);

/** As the peers would be read, and digested, by somebody who knows nothing of earlier readings. */
async function expectMirror(mirror: PeerMirror, lines: readonly string[]): Promise<void> {
  const peers = lines.map(parsePeer);
  expect(sorted(mirror)).toEqual(sorted(peers));
  const elements = peers.map(({ publicKey, allowedIps, presharedKey }) => ({ kind: "peer" as const, instanceId: ID, publicKey, allowedIps, hasPresharedKey: presharedKey !== null }));
  expect(toHex(await mirror.digest(ID))).toBe(toHex(digestOf(elements)));
}

const peerLine = fc.record({ number: fc.nat(12), psk: fc.boolean(), ips: fc.constantFrom("(none)", "10.8.0.2/32", "10.8.0.3/32,fd00::3/128"), sent: fc.nat(2) }).map(({ number, ...rest }) => lineOf(number, rest));
const device = fc.uniqueArray(peerLine, { selector: (line) => line.split("\t")[0] });

describe("what is read", () => {
  test("is what the device holds, and so is its digest, after any readings, whole or broken off, in any pieces", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ lines: device, pieces: fc.integer({ min: 1, max: 50 }), fails: fc.boolean(), digested: fc.boolean() }), { maxLength: 6 }), async (readings) => {
        const tracker = new DumpTracker();
        const mirror = new PeerMirror();
        for (const { lines, pieces, fails, digested } of readings) {
          const changed: PeerReading[] = [];
          const text = dumpOf(lines);
          const dump = async (take: (text: string) => void): Promise<void> => {
            for (let i = 0; i < text.length; i += pieces) take(text.slice(i, i + pieces));
            if (fails) throw new Error("killed");
          };
          const news = await tracker.read(dump, (told) => changed.push(...told.map(parsePeer))).catch(() => null);
          expect(news === null).toBe(fails);
          if (news === null) continue;
          mirror.apply(changed, news.gone);
          if (digested) await expectMirror(mirror, lines);
          else expect(sorted(mirror)).toEqual(sorted(lines.map(parsePeer)));
        }
        await expectMirror(mirror, [...mirror].map(({ publicKey, presharedKey, allowedIps, sentBytes }) => [publicKey, presharedKey ?? "(none)", "(none)", allowedIps.join() || "(none)", 0, 0, sentBytes, "off"].join("\t")));
      }),
      { numRuns: 300 },
    );
  });

  test("comes through the process as it is, and a peer that stayed as it was is the same object", async () => {
    const tools = started();
    const lines = Array.from({ length: 200 }, (_, i) => lineOf(i, { psk: i % 2 === 0, ips: `10.8.0.${i}/32` }));
    await deviceHas(lines);
    const first = await tools.read(OF);
    expect([first.publicKey, first.listenPort]).toEqual(["PUBLIC", 51820]);
    await expectMirror(first.peers, lines);
    const [gone, moved, stays] = lines.map((line) => parsePeer(line).publicKey);
    const before = first.peers.get(stays!);
    const next = [lineOf(1, { ips: "10.8.9.9/32" }), ...lines.slice(2).toReversed(), lineOf(201)];
    await deviceHas(next);
    await expectMirror((await tools.read(OF)).peers, next);
    expect(first.peers.get(gone!)).toBeUndefined();
    expect(first.peers.get(moved!)?.allowedIps).toEqual(["10.8.9.9/32"]);
    expect(first.peers.get(stays!)).toBe(before);
    await tools.forget(OF);
    await expectMirror((await tools.read(OF)).peers, next);
  });

  test("is right after readings that their callers gave up at any moment", async () => {
    const tools = started();
    for (let i = 0; i < 30; i += 1) {
      await deviceHas(Array.from({ length: 50 }, (_, n) => lineOf(n, { sent: (i * n) % 3 })).slice(i % 10));
      const stop = new AbortController();
      const reading = tools.read(OF, stop.signal).catch((error: Error) => error.name);
      if (i % 3 === 0) stop.abort();
      else if (i % 3 === 1) void run("true", []).then(() => stop.abort());
      expect(["AbortError", "object"]).toContain(typeof (await reading) === "object" ? "object" : await reading);
    }
    const lines = [lineOf(3), lineOf(77)];
    await deviceHas(lines);
    await expectMirror((await tools.read(OF)).peers, lines);
  });

  test("is refused when it is no dump, and the process goes on", async () => {
    const tools = started();
    await deviceHas([lineOf(1), "PEER\tPSK"]);
    await expect(tools.read(OF)).rejects.toThrow(/^wg show printed/);
    const { pid } = tools.eyes;
    await deviceHas([lineOf(1)]);
    await expectMirror((await tools.read(OF)).peers, [lineOf(1)]);
    expect(tools.eyes.pid).toBe(pid);
  });

  test("of peers that were heard of leaves the others out, and the next reading whole", async () => {
    const tools = started();
    const heardOf = lineOf(1).replace("(none)\t(none)", "(none)\t192.0.2.9:1");
    await deviceHas([lineOf(0), heardOf]);
    expect(await tools.sample(OF)).toEqual([parsePeer(heardOf)]);
    await expectMirror((await tools.read(OF)).peers, [lineOf(0), heardOf]);
  });
});

describe("what is run", () => {
  test("answers and fails as when it is run directly", async () => {
    const tools = started();
    const outcome = (result: Promise<string>): Promise<unknown> => result.catch(({ name, command, reason, said, message }) => ({ name, command, reason, said, message }));
    const script = 'printf "%s|" "$@"; cat; echo "said $1" >&2; exit "$1"';
    await fc.assert(
      fc.asyncProperty(fc.nat(130), fc.array(fc.string().filter((text) => !text.includes("\0")), { maxLength: 3 }), fc.option(fc.string({ unit: "binary" }), { nil: undefined }), async (status, args, input) => {
        const command = ["sh", ["-c", script, "sh", String(status), ...args], { input }] as const;
        expect(await outcome(tools.run(...command))).toEqual(await outcome(run(...command)));
      }),
      { numRuns: 40 },
    );
    expect(await outcome(tools.run("no-such-program", []))).toEqual(await outcome(run("no-such-program", [])));
  });

  test("quickly fails as when it is run directly, whatever its words and what it says", async () => {
    const tools = started();
    const outcome = (result: Promise<unknown>): Promise<unknown> =>
      result.then(
        () => "done",
        ({ name, command, reason, said, message }) => ({ name, command, reason, said, message }),
      );
    const nasty = fc.constantFrom("$(touch /oops)", "*", "~", "'", '"', "\\", "a b", "", "a\tb", "a\nb", "`id`", "${x}", "é", "-", "\0".slice(1));
    const words = fc.array(fc.oneof(nasty, fc.string().filter((text) => !text.includes("\0"))), { maxLength: 4 });
    await writeFile(path.join(folder, "said"), '#!/bin/sh\nstatus=$1; shift\nprintf "%s|" "$@" >&2\nprintf "said\\n\\n" >&2\necho out\nexit "$status"\n');
    await chmod(path.join(folder, "said"), 0o755);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1, 2, 126, 127), words, async (status, some) => {
        const args = [String(status), ...some];
        expect(await outcome(tools.runQuickly("said", args, null))).toEqual(await outcome(run("said", args)));
      }),
      { numRuns: 100 },
    );
    await expect(tools.runQuickly("no-such-program", ["1"], null)).rejects.toMatchObject({ command: "no-such-program 1", reason: "missing" });
  });

  test("quickly holds up nothing else that is to be quick, and is given up when it hangs", async () => {
    const tools = started();
    const hanging = tools.runQuickly("sleep", ["600"], null);
    const file = path.join(folder, "beside");
    await tools.runQuickly("touch", [file], null);
    expect(existsSync(file)).toBe(true);
    process.kill(-tools.shell.pid!, "SIGKILL");
    await expect(hanging).rejects.toBeInstanceOf(ToolsEnded);
    await tools.runQuickly("true", [], null);
    const impatient = new ToolShell(() => undefined, 100);
    open.push(impatient);
    await expect(impatient.run("sleep 600", ["sleep", "600"])).rejects.toMatchObject({ reason: "timeout" });
    await impatient.run("true", ["true"]);
  });

  test("stops when it is told to, and has nothing of the agent's environment", async () => {
    process.env.PORTCULLIS_ENROL_TOKEN = "pce_secret";
    const tools = started();
    delete process.env.PORTCULLIS_ENROL_TOKEN;
    expect(await tools.run("env", [])).not.toContain("secret");
    expect(readFileSync(`/proc/${tools.hands.pid}/environ`, "utf8")).not.toContain("secret");
    const stop = new AbortController();
    const pidFile = path.join(folder, "stopped");
    const sleeping = tools.run("sh", ["-c", `echo $$ >${pidFile}; exec sleep 600`], { signal: stop.signal });
    await eventually("the program", async () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    stop.abort();
    await expect(sleeping).rejects.toMatchObject({ name: "AbortError" });
    await eventually("its end", async () => !(await running(readFileSync(pidFile, "utf8").trim())));
  });
});

describe("a tool process that ends", () => {
  test("in the middle of a command fails it, and is there again for the next", async () => {
    const tools = started();
    expect(await tools.run("echo", ["1"])).toBe("1\n");
    const { pid } = tools.hands;
    const sleeping = tools.run("sleep", ["600"]);
    process.kill(pid!, "SIGKILL");
    await expect(sleeping).rejects.toBeInstanceOf(ToolsEnded);
    expect(await tools.run("echo", ["2"])).toBe("2\n");
    expect(tools.hands.pid).not.toBe(pid);
  });

  test("in the middle of a cut doesn't keep it from being done: it is asked for again", async () => {
    const tools = started();
    const once = path.join(folder, "once");
    await deviceHas([], `[ -e ${once} ] || { touch ${once}; kill -9 $PPID; exec sleep 600; }\nexit 0`);
    await new WireGuardDevice(tools, "wireguard-go", null).removePeers(OF.interfaceName, [keyOf(1)]);
    expect(existsSync(once)).toBe(true);
    // Too many for the shell.
    await rm(once);
    await new WireGuardDevice(tools, "wireguard-go", null).removePeers(OF.interfaceName, Array.from({ length: 200 }, (_, i) => keyOf(i)));
    expect(existsSync(once)).toBe(true);
  });

  test("in the middle of a reading takes what it knew along: the next one reads it all", async () => {
    const tools = started();
    await deviceHas([lineOf(1), lineOf(2)]);
    const { peers } = await tools.read(OF);
    await deviceHas([lineOf(2)], "kill -9 $PPID; exec sleep 600");
    await expect(tools.read(OF)).rejects.toBeInstanceOf(ToolsEnded);
    await deviceHas([lineOf(2), lineOf(3)]);
    const next = await tools.read(OF);
    expect(next.peers).not.toBe(peers);
    await expectMirror(next.peers, [lineOf(2), lineOf(3)]);
  });

  test("that doesn't answer any more is ended", async () => {
    const tools = new ToolProcess(started().hands.command, "", () => undefined, 100);
    open.push(tools);
    tools.start();
    process.kill(tools.pid!, "SIGSTOP");
    await expect(tools.call("sleep", { kind: "forget", of: OF })).rejects.toBeInstanceOf(ToolsEnded);
  });

  test("that is another version's is not used", async () => {
    const ends: string[] = [];
    const tools = new ToolProcess(started().hands.command, "0.0.0-other", () => ends.push("ended"));
    open.push(tools);
    await expect(tools.call("echo", { kind: "run", command: { program: "echo", args: ["1"], namespace: null } })).rejects.toBeInstanceOf(ToolsEnded);
    expect(ends).toEqual(["ended"]);
  });

  test("ends what it runs, when the agent does", async () => {
    const tools = started();
    const pidFile = path.join(folder, "orphan");
    const sleeping = tools.run("sh", ["-c", `echo $$ >${pidFile}; exec sleep 600`]);
    await eventually("the program", async () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    const pids = [String(tools.shell.pid), String(tools.hands.pid), String(tools.eyes.pid), readFileSync(pidFile, "utf8").trim()];
    tools.close();
    await expect(sleeping).rejects.toBeInstanceOf(ToolsEnded);
    for (const pid of pids) await eventually(`the end of ${pid}`, async () => !(await running(pid)));
  });
});
