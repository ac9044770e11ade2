/** The operator's programs on a real gateway: what they attach is reached through the tunnel, and no cut waits for them. */
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TunnelLab, addressOf, answers, makeClient, makeInstance, reaches, show } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { eventually, execIn, spawnIn } from "@/e2e/tunnel/netns";

let lab: TunnelLab;
let portal: WirePortal;
let folder: string;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
  folder = await mkdtemp(path.join(tmpdir(), "portcullis-hooks-"));
});
afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, script: string): Promise<void> {
  await writeFile(path.join(folder, name), `#!/bin/sh\nset -e\n${script}\n`);
  await chmod(path.join(folder, name), 0o755);
}

const told = (name: string): Promise<string> => readFile(path.join(folder, name), "utf8").catch(() => "");
const SERVE = `require("net").createServer((s) => s.end("attached\\n")).listen(8080, "::")`;
const ASK = `require("net").connect(8080, process.argv[1]).setTimeout(20000, () => process.exit(1)).on("error", () => process.exit(1)).pipe(process.stdout)`;

test("a service that is attached when its instance comes up is reached through the tunnel, is attached anew to a namespace that is made anew, and is told when its instance is gone", async () => {
  // A service that the operator starts in the background, in the instance's namespace.
  await write("on-instance-up", `echo "$PORTCULLIS_INSTANCE_ID $PORTCULLIS_ADDRESSES" >> ${folder}/up\nsetsid ip netns exec "$PORTCULLIS_NAMESPACE" ${process.execPath} -e '${SERVE}' >/dev/null 2>&1 &`);
  await write("on-instance-down", `echo "$PORTCULLIS_INSTANCE_ID $PORTCULLIS_INTERFACE" >> ${folder}/down`);
  const agent = await lab.startEnrolled({ PORTCULLIS_HOOKS_DIR: folder });
  const instance = makeInstance();
  const serverKey = await lab.provision(instance);
  const client = makeClient(instance, 2);
  await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
  const { host, reconnect } = await lab.connect(client, instance, serverKey);
  await reaches(host, addressOf(instance, 4));
  const ask = (): Promise<string | false> => execIn(host, [process.execPath, "-e", ASK, addressOf(instance, 4)]).catch(() => false);
  expect(await eventually("the service answers", ask)).toBe("attached\n");
  expect(await told("up")).toBe(`${instance.instanceId} ${instance.addresses.join(" ")}\n`);

  // As after a reboot, with the portal down.
  await agent.stop("SIGKILL");
  await portal.stop();
  await execIn(lab.gateway, ["ip", "netns", "pids", instance.interfaceName]).then((pids) => pids.split("\n").filter(Boolean).forEach((pid) => process.kill(Number(pid), "SIGKILL")));
  await execIn(lab.gateway, ["ip", "netns", "delete", instance.interfaceName]);
  const next = lab.startAgent({ PORTCULLIS_HOOKS_DIR: folder });
  await next.logged("rebuilt");
  await reconnect();
  expect(await eventually("the service answers again", ask)).toBe("attached\n");
  expect((await told("up")).trim().split("\n")).toHaveLength(2);

  await portal.start();
  await portal.confirmed(portal.commit({ kind: "instance-removed", instanceId: instance.instanceId }));
  expect(await eventually("the end is told", async () => (await told("down")) || false)).toBe(`${instance.instanceId} ${instance.interfaceName}\n`);
});

test("a program that takes its time holds up no cut, and one that fails is told to the operator, with the device in sync", async () => {
  await write("on-instance-up", `if [ -e ${folder}/slow ]; then while [ ! -e ${folder}/go ]; do sleep 0.1; done; fi\necho "no such volume" >&2\nexit 3`);
  await writeFile(path.join(folder, "slow"), "");
  await lab.startEnrolled({ PORTCULLIS_HOOKS_DIR: folder });
  const instance = makeInstance();
  await lab.provision(instance);
  const client = makeClient(instance, 2);
  await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
  const cut = await portal.confirmed(portal.removePeer(instance.instanceId, client.peer));
  // Its program still runs: it waits for the next line.
  expect(cut.failures).toEqual([]);
  expect(await show(instance, "peers", lab.gateway)).toEqual([]);
  await writeFile(path.join(folder, "go"), "");
  const ack = await portal.acknowledged(({ failures }) => failures.length > 0);
  expect(ack.failures).toEqual([{ instanceId: instance.instanceId, code: "hook_failed", message: `“${folder}/on-instance-up” ended with status 3 on the gateway: no such volume` }]);
  expect(ack.digest).toBe(portal.digest);
});

test("the example joins a service in a namespace of its own by a veth pair: its ports are reached with the client's address, and nothing else of it, nor another client", async () => {
  const service = await lab.network.addHost("service", { v4: "192.0.2.200", v6: "2001:db8::200" });
  const script = `require("net").createServer((s) => s.end(s.remoteAddress.replace("::ffff:", "") + "\\n")).listen(8080, "::"); require("net").createServer((s) => s.end("private")).listen(9090, "::")`;
  spawnIn(service, [process.execPath, "-e", script]);
  const instance = makeInstance();
  await copyFile("agent/examples/on-instance-up", path.join(folder, "on-instance-up"));
  await chmod(path.join(folder, "on-instance-up"), 0o755);
  await mkdir(path.join(folder, "services"));
  await writeFile(path.join(folder, "services", instance.instanceId), `SERVICE_NAMESPACE=${service.namespace}\nSERVICE_PORTS="8080"\n`);
  const agent = await lab.startEnrolled({ PORTCULLIS_HOOKS_DIR: folder });
  const serverKey = await lab.provision(instance);
  const clients = [makeClient(instance, 2), makeClient(instance, 3)] as const;
  await portal.confirmed(portal.commit(...clients.map(({ peer }) => ({ kind: "peer" as const, instanceId: instance.instanceId, peer }))));
  const [one, other] = [await lab.connect(clients[0], instance, serverKey), await lab.connect(clients[1], instance, serverKey)];
  const ask = (address: string, port = 8080): Promise<string | false> => execIn(one.host, [process.execPath, "-e", ASK.replace("8080", String(port)), address]).catch(() => false);
  for (const family of [4, 6] as const) {
    await reaches(one.host, addressOf(instance, family));
    await reaches(other.host, addressOf(instance, family));
    const own = clients[0].peer.allowedIps[family === 4 ? 0 : 1]!.split("/")[0]!;
    expect(await eventually(`the service answers over IPv${family}`, () => ask(addressOf(instance, family)))).toBe(`${own}\n`);
    // Another port of the instance's address, the service by its own address, and the other client.
    expect(await ask(addressOf(instance, family), 9090)).toBe(false);
    expect(await answers(one.host, clients[1].peer.allowedIps[family === 4 ? 0 : 1]!.split("/")[0]!)).toBe(false);
  }
  // Again, as at every start of the agent: nothing breaks, and the client is cut from the service with its peer.
  await agent.stop("SIGKILL");
  await lab.startAgent({ PORTCULLIS_HOOKS_DIR: folder }).logged("acknowledged", ({ inSync }) => inSync === true);
  expect(await eventually("the service answers after the agent's restart", () => ask(addressOf(instance, 4)))).toContain("10.");
  await portal.confirmed(portal.removePeer(instance.instanceId, clients[0].peer));
  expect(await answers(one.host, addressOf(instance, 4))).toBe(false);
});
