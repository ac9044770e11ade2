/** The agent as a service of a real systemd: installed by the one command, brought up to date by it, and gone by it. */
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConnectedHost, TunnelLab, addressOf, handshakeOf, makeClient, makeInstance, pingOn, reaches, show } from "@/agent/testing/tunnel-lab";
import type { TestClient } from "@/agent/testing/tunnel-lab";
import { SystemdHost } from "@/agent/testing/systemd-host";
import { WirePortal } from "@/agent/testing/wire-portal";
import { execIn, removeNamespace } from "@/e2e/tunnel/netns";
import { readAgentFile } from "@/lib/agent-files";
import type { Instance } from "@/lib/protocol/messages";
import { buildAgent } from "@/scripts/build/agent";

let portal: WirePortal;
let lab: TunnelLab;
let host: SystemdHost;
let instance: Instance;
let client: TestClient;
let machine: ConnectedHost;
/** In place of the files that the build made. */
const changed = new Map<string, string>();

beforeAll(async () => {
  await buildAgent(process.cwd());
  portal = new WirePortal();
  portal.file = async (name) => changed.get(name) ?? (await readAgentFile(name, new URL(portal.url))).content;
  lab = await TunnelLab.open(portal);
  host = await SystemdHost.boot();
});
afterAll(async () => {
  await host.remove();
  await lab.close();
});

const install = (options = "", environment = "") => host.run(`curl -fsS ${portal.url}/api/agent/install.sh | ${environment} sh -s -- ${options}`);
const pidOf = async (): Promise<string> => (await host.sh("systemctl show -p MainPID --value portcullis-agent")).trim();
const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const original = async (): Promise<string> => (await readAgentFile("portcullis-agent.mjs", new URL(portal.url))).content;

/** Another agent that the portal serves, with the digest that goes with it or not. */
async function serve(bundle: string, digest = digestOf(bundle)): Promise<void> {
  const unit = await readAgentFile("portcullis-agent.service", new URL(portal.url));
  changed.set("portcullis-agent.mjs", bundle);
  changed.set("SHA256SUMS", `${digest}  portcullis-agent.mjs\n${unit.sha256}  portcullis-agent.service\n`);
}

describe("the install command", () => {
  test("without a terminal and without a token says what is missing, and starts nothing", async () => {
    const { code, text } = await install();
    expect([code, text]).toEqual([1, expect.stringContaining("set PORTCULLIS_ENROL_TOKEN_FILE")]);
    expect((await host.run("systemctl is-active portcullis-agent")).text).toContain("inactive");
  });

  test("with a digest that isn't the agent's, installs nothing", async () => {
    const { code, text } = await install(`--sha256 ${"0".repeat(64)}`);
    expect([code, text]).toEqual([1, expect.stringContaining("not the one that you gave")]);
    expect((await host.run("ls /usr/local/lib/portcullis")).code).not.toBe(0);
  });

  test("asks for the token at the terminal, shows it nowhere, and has a gateway enrolled when it is done", async () => {
    // What an operator of a test wants different; the script leaves it as it is.
    await host.sh(`umask 077; mkdir -p /etc/portcullis; printf '%s\\n' PORTCULLIS_PORTAL_URL=${portal.url} PORTCULLIS_ENROL_TOKEN_FILE=/etc/portcullis/enrol-token PORTCULLIS_HOST_NETNS=${lab.gateway.namespace} PORTCULLIS_REPORT_SECONDS=0.5 > /etc/portcullis/agent.env`);
    const text = await host.sh(`script -qec 'curl -fsS ${portal.url}/api/agent/install.sh | sh' /dev/null`, `${portal.token}\n`);
    expect(text).toMatch(/Enrolment token .*:/);
    expect(text).toContain("The agent 0.1.0 runs.");
    expect(text.replace(`${portal.token}\r\n`, "")).not.toContain("pce_t");
    expect(portal.enrolment?.agentVersion).toBe("0.1.0");
    expect(await host.sh("stat -c '%a %n' /etc/portcullis /etc/portcullis/* /var/lib/portcullis-agent /usr/local/lib/portcullis/*")).toBe(
      ["700 /etc/portcullis", "600 /etc/portcullis/agent.env", "600 /etc/portcullis/enrol-token", "700 /var/lib/portcullis-agent", "644 /usr/local/lib/portcullis/portcullis-agent.mjs", ""].join("\n"),
    );
    expect(await host.sh("journalctl -q -u portcullis-agent -o cat; cat /proc/*/cmdline | tr '\\0' ' '")).not.toContain("pce_");
  });

  test("gives the agent two capabilities, and a unit that systemd finds nothing wrong with", async () => {
    const bounding = /CapBnd:\s*(\w+)/.exec(await host.sh(`cat /proc/${await pidOf()}/status`))?.[1];
    // CAP_NET_ADMIN is 12, CAP_SYS_ADMIN 21 (capability.h).
    expect(BigInt(`0x${bounding}`)).toBe((1n << 12n) | (1n << 21n));
    expect(await host.run("systemd-analyze verify /etc/systemd/system/portcullis-agent.service")).toEqual({ code: 0, text: "" });
    expect(await host.sh("systemctl is-enabled portcullis-agent")).toBe("enabled\n");
  });

  test("brings up instances that carry traffic", async () => {
    instance = makeInstance();
    const serverKey = await lab.provision(instance);
    client = makeClient(instance, 2, lab.boxKey);
    await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
    machine = await lab.connect(client, instance, serverKey);
    await reaches(machine.host, addressOf(instance, 4));
  });

  test("run again with nothing new leaves the agent alone", async () => {
    const before = await pidOf();
    expect(await install()).toEqual({ code: 0, text: "The agent 0.1.0 is up to date and runs.\n" });
    expect(await pidOf()).toBe(before);
  });

  test("an agent that isn't what its digest says, or doesn't start, is refused, and the old one runs on", async () => {
    const before = await pidOf();
    const good = await original();
    await serve(`${good}\n// somebody in between`, digestOf(good));
    expect(await install()).toEqual({ code: 1, text: expect.stringContaining("somebody is in between") });
    await serve("import 'nothing-there';\n");
    expect(await install()).toEqual({ code: 1, text: expect.stringContaining("does not start with this Node.js") });
    expect(await host.sh("cat /usr/local/lib/portcullis/portcullis-agent.mjs")).toBe(good);
    expect(await pidOf()).toBe(before);
  });
});

describe("a tunnel that is up stays up, no answer is lost and no handshake made anew,", () => {
  async function untouched(what: () => Promise<unknown>): Promise<void> {
    const handshake = await handshakeOf(client, instance, lab.gateway);
    const ping = pingOn(machine.host, addressOf(instance, 4));
    const before = await pidOf();
    await what();
    // A change that is made afterwards arrives: the agent that runs now is in charge.
    const another = makeClient(instance, 200, lab.boxKey);
    await portal.confirmed(portal.addPeer(instance.instanceId, another.peer));
    await portal.confirmed(portal.removePeer(instance.instanceId, another.peer));
    expect(await pidOf()).not.toBe(before);
    expect(await ping.lost()).toBe(0);
    expect(await handshakeOf(client, instance, lab.gateway)).toBe(handshake);
  }

  test("when the agent is brought up to date", () =>
    untouched(async () => {
      const next = `${await original()}\n// 0.1.1\n`;
      await serve(next);
      expect(await install(`--sha256 ${digestOf(next)}`)).toEqual({ code: 0, text: expect.stringContaining("The agent 0.1.0 runs.") });
      expect(await host.sh("tail -n 1 /usr/local/lib/portcullis/portcullis-agent.mjs")).toBe("// 0.1.1\n");
    }));

  test("when the agent is killed: systemd starts it again", () => untouched(async () => process.kill(await outerPid(), "SIGKILL")));

  /** The agent's, as this machine counts processes. */
  async function outerPid(): Promise<number> {
    const inner = await pidOf();
    for (const pid of await readdir("/proc")) {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      if (/^NSpid:\t(\d+)\t(\d+)$/m.exec(status)?.[2] === inner && status.startsWith("Name:\tnode")) return Number(pid);
    }
    throw new Error(`There is no process ${inner} of the host.`);
  }
});

test("after a power cut, with the portal away, the service rebuilds everything from disk by itself", async () => {
  await portal.stop();
  await host.pullPlug();
  await removeNamespace(instance.interfaceName);
  await host.bootAgain();
  await machine.reconnect();
  await reaches(machine.host, addressOf(instance, 4));
  expect(await show(instance, "preshared-keys", lab.gateway)).toEqual([[client.peer.publicKey, client.presharedKey]]);
  await portal.start();
  await portal.confirmed(portal.addPeer(instance.instanceId, makeClient(instance, 201, lab.boxKey).peer));
});

describe("--uninstall", () => {
  test("takes the service away; the tunnel stays, and it says so", async () => {
    const ping = pingOn(machine.host, addressOf(instance, 4));
    expect(await install("--uninstall")).toEqual({ code: 0, text: expect.stringContaining("Tunnels stay up, and nobody cuts them any more") });
    expect((await host.run("systemctl cat portcullis-agent")).code).not.toBe(0);
    expect(await ping.lost()).toBe(0);
    expect(await host.sh("ls /var/lib/portcullis-agent")).toContain("identity.json");
  });

  test("--purge takes tunnels and keys as well", async () => {
    expect(await install()).toEqual({ code: 0, text: expect.stringContaining("runs.") });
    expect(await install("--uninstall --purge")).toEqual({ code: 0, text: expect.stringContaining("with its tunnels and keys") });
    expect(await execIn(lab.gateway, ["ip", "netns", "list"])).not.toContain(instance.interfaceName);
    expect((await host.run("ls /var/lib/portcullis-agent /etc/portcullis")).code).not.toBe(0);
  });
});
