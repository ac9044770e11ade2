/**
 * wireguard-go, where the kernel has no WireGuard: one process per interface, which outlives the agent. `wg` finds it by
 * the interface's name through its socket, from any namespace.
 */
import { spawn } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CommandFailed, type Run, toolEnvironment, withoutKeys } from "@/agent/device/command";

const SOCKET_FOLDER = "/var/run/wireguard";
const PROGRAM = "wireguard-go";
const STOP_POLL_MS = 5;
const STOP_PATIENCE_MS = 2_000;

/**
 * Starts it in a session of its own, so that neither the agent's end nor a Ctrl-C in its terminal stops it, and returns
 * when it answers. The interface and the UDP socket are in `hostNamespace`; the interface may be moved from then on.
 * @throws CommandFailed
 */
export async function startUserspace(run: Run, interfaceName: string, hostNamespace: string | null): Promise<void> {
  // One that is on its way out would take the new one's socket with it.
  await stopUserspace(interfaceName);
  const [file, ...args] = hostNamespace === null ? [PROGRAM, interfaceName] : ["ip", "netns", "exec", hostNamespace, PROGRAM, interfaceName];
  await new Promise<void>((resolve, reject) => {
    const failed = (reason: "missing" | "exit", said: string): void => reject(new CommandFailed(`${PROGRAM} ${interfaceName}`, reason, said));
    // It exits when a copy of itself runs in the background, with no tie to our stderr.
    const child = spawn(file!, args, { detached: true, cwd: "/", stdio: ["ignore", "ignore", "pipe"], env: toolEnvironment() });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2_000)));
    child.on("error", () => failed("missing", ""));
    child.on("close", (code) => (code === 0 ? resolve() : failed(code === 127 ? "missing" : "exit", withoutKeys(said.replaceAll(/[^ -~]+/g, " ")))));
  });
  // Its socket exists before it is ready; an interface that is moved before that makes it give up. It answers when ready.
  await run("wg", ["show", interfaceName, "listen-port"]);
}

/** Ends the process, and the interface with it, if there is one; returns when it is gone. */
export async function stopUserspace(interfaceName: string): Promise<void> {
  await rm(path.join(SOCKET_FOLDER, `${interfaceName}.sock`), { force: true });
  for (let waited = 0; ; waited += STOP_POLL_MS) {
    const pids = await pidsOf(interfaceName);
    if (pids.length === 0) return;
    if (waited > STOP_PATIENCE_MS) for (const pid of pids) kill(pid);
    await delay(STOP_POLL_MS);
  }
}

/** A process that has ended and waits for its parent has no command line, and so doesn't count. */
async function pidsOf(interfaceName: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      const [program = "", ...args] = commandLine.split("\0");
      return path.basename(program) === PROGRAM && args.includes(interfaceName);
    }),
  );
  return pids.filter((_, i) => found[i]).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
