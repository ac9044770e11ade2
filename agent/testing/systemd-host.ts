/**
 * For tests: a host with a real systemd as its PID 1, in namespaces of its own. What it writes to /etc, /usr/local, /var and /root stays in
 * a folder of the test's, over a reboot too. It shares this machine's network, and the network namespaces under /run/netns. Needs root.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** $1: the folder. Mounts made in here stay in here, but for network namespaces, which the test looks into from outside. */
const BOOT = `set -e
folder=$1
mkdir -p /run/netns /run/wireguard
ip netns list >/dev/null
while read -r _ _ _ _ place _; do
  case $place in /run/netns*) ;; *) mount -n --make-private "$place" ;; esac
done </proc/self/mountinfo
for name in etc usr/local var root; do
  layer=$folder/$(printf %s "$name" | tr / _)
  mkdir -p "$layer.upper" "$layer.work"
  mount -n -t overlay overlay -o "lowerdir=/$name,upperdir=$layer.upper,workdir=$layer.work" "/$name"
done
rm -rf /etc/systemd/system/*.wants.old
[ -e /etc/systemd/lab ] || { rm -rf /etc/systemd/system; mkdir -p /etc/systemd/system; : >/etc/systemd/lab; }
run=$folder/run
mkdir -p "$run"
mount -n -t tmpfs -o mode=755 tmpfs "$run"
mkdir "$run/netns" "$run/wireguard"
mount -n --rbind /run/netns "$run/netns"
mount -n --bind /run/wireguard "$run/wireguard"
mount -n --move "$run" /run
mount -n -t proc proc /proc
mount -n -t tmpfs tmpfs /sys/fs/cgroup
mount -n -t cgroup2 cgroup /sys/fs/cgroup
mount -n -t tmpfs tmpfs /tmp
container=portcullis exec /lib/systemd/systemd --system --unit=multi-user.target --log-target=journal --show-status=no
`;

export interface Said {
  code: number;
  /** Of both streams. */
  text: string;
}

export class SystemdHost {
  private constructor(
    private readonly folder: string,
    private unshare: ChildProcess,
    private init: number,
  ) {}

  static async boot(): Promise<SystemdHost> {
    const folder = await mkdtemp(path.join(tmpdir(), "portcullis-host-"));
    await writeFile(path.join(folder, "boot.sh"), BOOT);
    const { unshare, init } = await boot(folder);
    return new SystemdHost(folder, unshare, init);
  }

  /** Runs a shell command on the host. */
  run(command: string, input = ""): Promise<Said> {
    return runOn(this.init, command, input);
  }

  /** The same, for what must work. @returns what it wrote */
  async sh(command: string, input = ""): Promise<string> {
    const { code, text } = await this.run(command, input);
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${text}`);
    return text;
  }

  /** Pulls the plug. What was on disk is there at the next boot; processes, and what they held, are not. */
  async pullPlug(): Promise<void> {
    const ended = once(this.unshare, "exit");
    process.kill(this.init, "SIGKILL");
    await ended;
  }

  async bootAgain(): Promise<void> {
    const { unshare, init } = await boot(this.folder);
    this.unshare = unshare;
    this.init = init;
  }

  async remove(): Promise<void> {
    if (this.unshare.exitCode === null && this.unshare.signalCode === null) await this.pullPlug();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function boot(folder: string): Promise<{ unshare: ChildProcess; init: number }> {
  await mkdir(folder, { recursive: true });
  const unshare = spawn("unshare", ["--mount", "--propagation", "unchanged", "--pid", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child", "sh", path.join(folder, "boot.sh"), folder], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [unshare.stdout, unshare.stderr]) stream?.setEncoding("utf8").on("data", (part: string) => (text += part));
  for (;;) {
    if (unshare.exitCode !== null || unshare.signalCode !== null) throw new Error(`The host did not boot: ${text}`);
    const [init] = (await readFile(`/proc/${unshare.pid}/task/${unshare.pid}/children`, "utf8").catch(() => "")).split(" ").filter(Boolean).map(Number);
    const program = init === undefined ? "" : await readFile(`/proc/${init}/cmdline`, "utf8").catch(() => "");
    // "degraded": a service of this machine's, of no concern here, doesn't run in there.
    if (init !== undefined && program.includes("systemd\0") && /running|degraded/.test((await runOn(init, "systemctl is-system-running --wait", "")).text)) return { unshare, init };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function runOn(init: number, command: string, input: string): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile("nsenter", ["-t", String(init), "-m", "-p", "-i", "-u", "-C", "sh", "-c", command], { timeout: 120_000, maxBuffer: 64 * 1024 * 1024, env: { NODE_ENV: "test", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, text: `${stdout}${stderr}` }),
    );
    child.stdin?.on("error", () => undefined).end(input);
  });
}
