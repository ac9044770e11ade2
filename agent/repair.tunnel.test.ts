import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TunnelLab, addressOf, handshakeOf, makeClient, makeInstance, pingOn, reaches, show } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { execIn, processesIn, spawnIn } from "@/e2e/tunnel/netns";

let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});

afterEach(async () => {
  await lab.close();
});

describe("what somebody changed by hand", () => {
  test("is put right and reported: a peer added, one removed, one with other addresses, one with another preshared key", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    const serverKey = await lab.provision(instance);
    const [live, removed, widened, rekeyed] = [2, 3, 4, 5].map((hostIndex) => makeClient(instance, hostIndex, lab.boxKey)) as [ReturnType<typeof makeClient>, ReturnType<typeof makeClient>, ReturnType<typeof makeClient>, ReturnType<typeof makeClient>];
    await portal.confirmed(portal.commit(...[live, removed, widened, rekeyed].map(({ peer }) => ({ kind: "peer" as const, instanceId: instance.instanceId, peer }))));
    const { host } = await lab.connect(live, instance, serverKey);
    await reaches(host, addressOf(instance, 4));
    const handshake = await handshakeOf(live, instance, lab.gateway);
    const ping = pingOn(host, addressOf(instance, 4));

    const byHand = (...args: string[]): Promise<string> => execIn(lab.gateway, ["wg", "set", instance.interfaceName, ...args]);
    const intruder = makeClient(instance, 66);
    await byHand("peer", intruder.peer.publicKey, "allowed-ips", "10.8.0.66/32", "peer", removed.peer.publicKey, "remove", "peer", widened.peer.publicKey, "allowed-ips", "10.8.0.0/25", "peer", rekeyed.peer.publicKey, "preshared-key", "/dev/null");

    const sum = (figure: "added" | "updated" | "removed"): number => portal.reports.flatMap(({ repairs }) => repairs).reduce((total, repair) => total + repair[figure], 0);
    await portal.reported(() => sum("added") + sum("updated") + sum("removed") >= 4);
    expect([sum("added"), sum("updated"), sum("removed")]).toEqual([1, 2, 1]);
    expect((await show(instance, "peers", lab.gateway)).flat().sort()).toEqual([live, removed, widened, rekeyed].map(({ peer }) => peer.publicKey).sort());
    expect(await show(instance, "preshared-keys", lab.gateway)).toContainEqual([rekeyed.peer.publicKey, rekeyed.presharedKey]);
    expect(await show(instance, "allowed-ips", lab.gateway)).toContainEqual([widened.peer.publicKey, widened.peer.allowedIps.join(" ")]);
    expect(await ping.lost()).toBe(0);
    expect(await handshakeOf(live, instance, lab.gateway)).toBe(handshake);
  });

  test("is put right: the interface down, its address gone, its port moved", async () => {
    const agent = await lab.startEnrolled();
    const instance = makeInstance();
    await lab.provision(instance);
    const inside = lab.instanceHost(instance);
    await execIn(inside, ["ip", "link", "set", "dev", instance.interfaceName, "down"]);
    await execIn(inside, ["ip", "address", "flush", "dev", instance.interfaceName]);
    await execIn(lab.gateway, ["wg", "set", instance.interfaceName, "listen-port", "0"]);
    await agent.logged("repaired");
    expect(await execIn(lab.gateway, ["wg", "show", instance.interfaceName, "listen-port"])).toBe(`${instance.listenPort}\n`);
    expect((await execIn(inside, ["ip", "-brief", "address", "show", "dev", instance.interfaceName])).trim().split(/\s+/).slice(2)).toEqual(instance.addresses);
  });

  test("wireguard-go killed: the interface is built again, with the same key and peers", async () => {
    const agent = await lab.startEnrolled();
    const instance = makeInstance();
    const serverKey = await lab.provision(instance);
    const client = makeClient(instance, 2, lab.boxKey);
    await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
    const { host, reconnect } = await lab.connect(client, instance, serverKey);
    await reaches(host, addressOf(instance, 4));
    for (const pid of await processesIn(lab.gateway)) process.kill(pid, "SIGKILL");
    await agent.logged("repaired");
    expect(await show(instance, "preshared-keys", lab.gateway)).toEqual([[client.peer.publicKey, client.presharedKey]]);
    await reconnect();
    await reaches(host, addressOf(instance, 4));
  });
});

test("a client whose end alone changes is no repair, for nobody changed anything by hand", async () => {
  await lab.startEnrolled();
  const instance = makeInstance();
  await lab.provision(instance);
  const { peer } = makeClient(instance, 2, lab.boxKey);
  await portal.confirmed(portal.addPeer(instance.instanceId, peer));
  await portal.confirmed(portal.addPeer(instance.instanceId, { ...peer, expiresAt: new Date(Date.now() + 86_400_000).toISOString() }));
  // What a round has repaired is in its report.
  const reports = portal.reports.length;
  await portal.reported(() => portal.reports.length > reports + 1);
  expect(portal.reports.flatMap(({ repairs }) => repairs)).toEqual([]);
});

describe("what can't be applied", () => {
  test("is told to the portal in words that an operator can act on, and applied as soon as it can be", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    const script = `const s = require("dgram").createSocket({ type: "udp6" }); s.bind(${instance.listenPort}, () => console.log("bound"))`;
    const squatter = spawnIn(lab.gateway, [process.execPath, "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(squatter.stdout!, "data");
    const revision = portal.commit({ kind: "instance", instance });
    const ack = await portal.acknowledged(({ failures }) => failures.length > 0);
    expect(ack.failures).toEqual([expect.objectContaining({ instanceId: instance.instanceId, code: "port_in_use", message: expect.stringContaining("taken by another program") })]);
    expect(ack.digest).not.toBe(portal.digest);
    squatter.kill();
    const recovered = await portal.confirmed(revision);
    expect(recovered.failures).toEqual([]);
  });

  test("is told when a program is missing", async () => {
    const agent = await lab.startEnrolled({ PATH: "/nonexistent" });
    portal.commit({ kind: "instance", instance: makeInstance() });
    const ack = await portal.acknowledged(({ failures }) => failures.length > 0);
    expect(ack.failures[0]).toMatchObject({ code: "tool_missing", message: expect.stringContaining("Install the packages") });
    expect(agent.lines.find(({ event }) => event === "device_failed")).toMatchObject({ code: "tool_missing" });
  });
});

describe("when the portal says that the two are not in sync", () => {
  test("the agent fetches everything and makes it so", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    await lab.provision(instance);
    const client = makeClient(instance, 2);
    await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
    // As if the portal had lost track of what it sent: same revision, another state.
    portal.instance(instance.instanceId)!.peers = [];
    await portal.acknowledged(({ digest, revision }) => revision === portal.revision && digest === portal.digest);
    expect(portal.asked.filter((since) => since === null)).toHaveLength(2);
    expect(await show(instance, "peers", lab.gateway)).toEqual([]);
  });
});
