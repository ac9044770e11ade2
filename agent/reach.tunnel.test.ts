/** Machines of one instance: apart, or within reach of one another, as the instance says; never of another instance's. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ConnectedHost, TunnelLab, addressOf, answers, makeClient, makeInstance, reaches } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { eventually, execIn } from "@/e2e/tunnel/netns";
import type { Instance } from "@/lib/protocol/messages";

let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});
afterEach(() => lab.close());

/** An instance with two machines that are connected. */
async function withTwo(subnet: string): Promise<{ instance: Instance; addresses: [string, string][]; hosts: [ConnectedHost, ConnectedHost]; set: (peersReach: boolean) => Promise<unknown> }> {
  const instance = makeInstance(subnet);
  const serverKey = await lab.provision(instance);
  const clients = [makeClient(instance, 2), makeClient(instance, 3)] as const;
  await portal.confirmed(portal.commit(...clients.map(({ peer }) => ({ kind: "peer" as const, instanceId: instance.instanceId, peer }))));
  const hosts: [ConnectedHost, ConnectedHost] = [await lab.connect(clients[0], instance, serverKey), await lab.connect(clients[1], instance, serverKey)];
  for (const { host } of hosts) for (const family of [4, 6] as const) await reaches(host, addressOf(instance, family));
  const peers = clients.map(({ peer }) => peer);
  return {
    instance,
    addresses: clients.map(({ peer }) => peer.allowedIps.map((network) => network.split("/")[0]!) as [string, string]),
    hosts,
    set: (peersReach) => portal.confirmed(portal.commit({ kind: "instance", instance: { ...instance, peersReach, peers } })),
  };
}

test("apart by default, within reach when the instance says so, apart again at once; another instance's machines never, nor with a stolen address", async () => {
  await lab.startEnrolled();
  const { addresses, hosts, set } = await withTwo("10.8.0");
  const other = await withTwo("10.8.0");
  const [one, two] = hosts;
  for (const address of addresses[1]!) expect(await answers(one.host, address)).toBe(false);

  await set(true);
  for (const address of addresses[1]!) await reaches(one.host, address);
  for (const address of addresses[0]!) await reaches(two.host, address);
  // The same addresses in the other instance are other machines, and are apart still.
  for (const address of other.addresses[1]!) expect(await answers(other.hosts[0].host, address)).toBe(false);
  // Nobody's address of the own network, and the other machine's neighbour in IPv6: the kernel drops what doesn't come from its own.
  const stolen = ["10.8.0.44", addresses[0]![1].replace(/[^:]*$/, "44")] as const;
  for (const [family, length] of [[0, 32], [1, 128]] as const) {
    await execIn(one.host, ["ip", "address", "add", `${stolen[family]}/${length}`, "dev", one.interfaceName()]);
    expect(await answers(one.host, addresses[1]![family], stolen[family])).toBe(false);
    // With its own it still gets there: the silence was the address's doing.
    await reaches(one.host, addresses[1]![family]);
  }

  await set(false);
  for (const address of addresses[1]!) expect(await answers(one.host, address)).toBe(false);
});

test("rules that somebody changed by hand are put right, and told; until then the gateway doesn't say that it is in sync", async () => {
  const agent = await lab.startEnrolled();
  const { instance, addresses, hosts, set } = await withTwo("10.8.0");
  const inside = lab.instanceHost(instance);
  await execIn(inside, ["sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"]);
  await execIn(inside, ["nft", "add", "rule", "inet", "portcullis", "forward", "accept"]);
  await portal.reported(({ repairs }) => repairs.some(({ instanceId, added, updated, removed }) => instanceId === instance.instanceId && added + updated + removed === 0));
  expect(await answers(hosts[0].host, addresses[1]![0])).toBe(false);
  await execIn(inside, ["nft", "delete", "table", "inet", "portcullis"]);
  await eventually("the rules are back", async () => (await execIn(inside, ["nft", "list", "tables"])).includes("portcullis"));
  expect(await answers(hosts[0].host, addresses[1]![0])).toBe(false);
  expect(agent.lines.filter(({ event }) => event === "repaired").length).toBeGreaterThanOrEqual(2);

  // And what lets the machines reach one another, when somebody turned it off.
  await set(true);
  for (const address of addresses[1]!) await reaches(hosts[0].host, address);
  await execIn(inside, ["sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv6/conf/all/forwarding"]);
  await eventually("forwarding is on again", async () => /^1\s+1\s*$/.test(await execIn(inside, ["cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"])));
  for (const address of addresses[1]!) await reaches(hosts[0].host, address);
});
