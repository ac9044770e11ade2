import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TunnelLab, addressOf, answers, makeClient, makeInstance, reaches } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { type Host, execIn, eventually, spawnIn } from "@/e2e/tunnel/netns";

let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});

afterEach(async () => {
  await lab.close();
});

/** A service in an instance's namespace that answers every TCP connection with its name. */
async function serve(host: Host, address: string, name: string): Promise<void> {
  const script = `require("net").createServer((s) => s.end("${name}")).listen(8080, "${address}", () => console.log("listening"))`;
  const server = spawnIn(host, [process.execPath, "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => server.stdout!.once("data", resolve));
}

const ask = (host: Host, address: string): Promise<string> => {
  const script = `require("net").connect(8080, "${address}").setTimeout(20_000, () => process.exit(1)).on("error", () => process.exit(1)).pipe(process.stdout)`;
  return execIn(host, [process.execPath, "-e", script]).catch(() => "nothing");
};

describe("instances on one gateway", () => {
  test("T3 two with the same subnet both work, and neither is reached from the other", async () => {
    await lab.startEnrolled();
    const instances = [makeInstance("10.8.0"), makeInstance("10.8.0")] as const;
    const [one, other] = instances;
    const hosts: Host[] = [];
    for (const [i, instance] of instances.entries()) {
      const serverKey = await lab.provision(instance);
      const client = makeClient(instance, 2 + i);
      await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
      hosts.push((await lab.connect(client, instance, serverKey)).host);
      await reaches(hosts[i]!, addressOf(instance, 4));
      await serve(lab.instanceHost(instance), addressOf(instance, 4), `instance ${i}`);
    }
    // The same address, and each client gets its own instance.
    expect(await ask(hosts[0]!, "10.8.0.1")).toBe("instance 0");
    expect(await ask(hosts[1]!, "10.8.0.1")).toBe("instance 1");
    expect(await answers(hosts[0]!, "10.8.0.3")).toBe(false);
    expect(await answers(lab.instanceHost(one), "10.8.0.3")).toBe(false);
    expect(await answers(lab.instanceHost(one), addressOf(other, 6))).toBe(false);
    expect(await answers(lab.gateway, "10.8.0.1")).toBe(false);
  });

  test("peers of one instance reach it and not each other, and a packet with another's address is dropped", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    const serverKey = await lab.provision(instance);
    const clients = [makeClient(instance, 2), makeClient(instance, 3)] as const;
    await portal.confirmed(portal.commit(...clients.map(({ peer }) => ({ kind: "peer" as const, instanceId: instance.instanceId, peer }))));
    const [one, other] = [await lab.connect(clients[0], instance, serverKey), await lab.connect(clients[1], instance, serverKey)];
    for (const family of [4, 6] as const) {
      await reaches(one.host, addressOf(instance, family));
      await reaches(other.host, addressOf(instance, family));
    }
    // Even where somebody turned forwarding on.
    for (const name of ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]) await execIn(lab.instanceHost(instance), ["sysctl", "-qw", `${name}=1`]);
    for (const allowedIp of clients[1].peer.allowedIps) expect(await answers(one.host, allowedIp.split("/")[0]!)).toBe(false);

    const stolen = "10.8.0.44";
    await execIn(one.host, ["ip", "address", "add", `${stolen}/32`, "dev", one.interfaceName()]);
    const received = async (): Promise<number> => {
      const statistics = JSON.parse(await execIn(lab.instanceHost(instance), ["ip", "-json", "-statistics", "link", "show", "dev", instance.interfaceName])) as [{ stats64: { rx: { packets: number } } }];
      return statistics[0].stats64.rx.packets;
    };
    const before = await received();
    expect(await answers(one.host, addressOf(instance, 4), stolen)).toBe(false);
    expect(await received()).toBe(before);
    await reaches(one.host, addressOf(instance, 4));
    await eventually("the honest packet is counted", async () => (await received()) > before);
  });
});
