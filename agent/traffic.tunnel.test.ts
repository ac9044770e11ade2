import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TunnelLab, addressOf, answers, makeClient, makeInstance, pingOn, reaches, show } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { execIn } from "@/e2e/tunnel/netns";

let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});

afterEach(async () => {
  await lab.close();
});

describe("a gateway under its agent", () => {
  test("carries a client's traffic with a preshared key, over IPv4 and IPv6, and none once the peer is removed", async () => {
    const agent = await lab.startEnrolled();
    const instance = makeInstance();
    const serverKey = await lab.provision(instance);
    const client = makeClient(instance, 2, lab.boxKey);
    await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
    expect(await show(instance, "preshared-keys", lab.gateway)).toEqual([[client.peer.publicKey, client.presharedKey]]);

    const { host } = await lab.connect(client, instance, serverKey);
    await reaches(host, addressOf(instance, 4));
    await reaches(host, addressOf(instance, 6));
    expect(await execIn(host, ["cat", "/etc/resolv.conf"])).toContain("192.0.2.53");

    const ack = await portal.confirmed(portal.removePeer(instance.instanceId, client.peer));
    expect(await show(instance, "peers", lab.gateway)).toEqual([]);
    expect(await answers(host, addressOf(instance, 4))).toBe(false);
    expect(ack.appliedMsAgo).toBeLessThanOrEqual(ack.receivedMsAgo);
    expect(ack.failures).toEqual([]);
    for (const secret of [client.presharedKey!, client.peer.publicKey, portal.enrolment!.credential, portal.token]) expect(agent.text).not.toContain(secret);
  });

  test("changes a peer's preshared key and addresses in place, and touches no other peer", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    const serverKey = await lab.provision(instance);
    const [steady, changing] = [makeClient(instance, 2, lab.boxKey), makeClient(instance, 3, lab.boxKey)];
    await portal.confirmed(portal.commit({ kind: "peer", instanceId: instance.instanceId, peer: steady.peer }, { kind: "peer", instanceId: instance.instanceId, peer: changing.peer }));
    const { host } = await lab.connect(steady, instance, serverKey);
    await reaches(host, addressOf(instance, 4));
    const ping = pingOn(host, addressOf(instance, 4));

    const moved = { ...changing.peer, allowedIps: makeClient(instance, 9).peer.allowedIps };
    await portal.confirmed(portal.addPeer(instance.instanceId, moved));
    const allowed = (await show(instance, "allowed-ips", lab.gateway)).find(([publicKey]) => publicKey === moved.publicKey);
    expect(allowed?.[1]?.split(" ")).toEqual(moved.allowedIps);

    await portal.confirmed(portal.addPeer(instance.instanceId, { ...moved, sealedPresharedKey: null }));
    expect(await show(instance, "preshared-keys", lab.gateway)).toContainEqual([moved.publicKey, "(none)"]);
    await portal.confirmed(portal.removePeer(instance.instanceId, moved));
    expect(await ping.lost()).toBe(0);
  });

  test("an address that one delta takes from a peer and gives to another ends with the other", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    await lab.provision(instance);
    const [former, next] = [makeClient(instance, 2), makeClient(instance, 2)];
    await portal.confirmed(portal.addPeer(instance.instanceId, former.peer));
    const revision = portal.commit(
      { kind: "peer", instanceId: instance.instanceId, peer: next.peer },
      { kind: "peer-removed", instanceId: instance.instanceId, clientId: former.peer.clientId, publicKey: former.peer.publicKey },
    );
    await portal.confirmed(revision);
    expect(await show(instance, "allowed-ips", lab.gateway)).toEqual([[next.peer.publicKey, next.peer.allowedIps.join(" ")]]);
  });

  test("a preshared key that was sealed to somebody else lets nobody in, holds up nobody else, and is named", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    const serverKey = await lab.provision(instance);
    const stranger = makeClient(instance, 2, makeClient(instance, 99).keys.publicKey);
    const ack = await portal.confirmed(portal.addPeer(instance.instanceId, stranger.peer));
    expect(ack.failures).toEqual([expect.objectContaining({ instanceId: instance.instanceId, code: "sealed_key_unreadable" })]);
    expect(ack.failures[0]!.message).toContain(stranger.peer.clientId);
    const [withKey, without] = [await lab.connect(stranger, instance, serverKey), await lab.connect({ ...stranger, presharedKey: null }, instance, serverKey)];
    expect(await answers(withKey.host, addressOf(instance, 4))).toBe(false);
    expect(await answers(without.host, addressOf(instance, 4))).toBe(false);
  });

  test("tells the portal endpoints, handshakes and traffic, of peers that have news only", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    const serverKey = await lab.provision(instance);
    const [busy, idle] = [makeClient(instance, 2), makeClient(instance, 3)];
    await portal.confirmed(portal.commit({ kind: "peer", instanceId: instance.instanceId, peer: busy.peer }, { kind: "peer", instanceId: instance.instanceId, peer: idle.peer }));
    const { host } = await lab.connect(busy, instance, serverKey);
    await reaches(host, addressOf(instance, 4));
    const report = await portal.reported(({ peers }) => peers.some(({ receivedBytes }) => receivedBytes > 0));
    const [row] = report.peers;
    expect(row).toMatchObject({ instanceId: instance.instanceId, publicKey: busy.peer.publicKey, endpoint: expect.stringMatching(/^192\.0\.2\.11:\d+$/) });
    expect(row!.latestHandshakeSecondsAgo).toBeLessThan(120);
    expect(portal.reports.flatMap(({ peers }) => peers).map(({ publicKey }) => publicKey)).not.toContain(idle.peer.publicKey);
  });

  test("an instance that is deprovisioned is gone with its interface, namespace and key", async () => {
    await lab.startEnrolled();
    const [leaving, staying] = [makeInstance(), makeInstance("10.9.0")];
    await lab.provision(leaving);
    await lab.provision(staying);
    await portal.confirmed(portal.commit({ kind: "instance-removed", instanceId: leaving.instanceId }));
    expect(await execIn(lab.gateway, ["wg", "show", "interfaces"])).not.toContain(leaving.interfaceName);
    expect(await execIn(lab.gateway, ["ip", "netns", "list"])).not.toContain(leaving.interfaceName);
    expect(await execIn(lab.gateway, ["ls", `${lab.stateFolder}/instances`])).toBe(`${staying.instanceId}.json\n`);
  });

  test("an instance's port, addresses and MTU change without a break for its peers' sessions", async () => {
    await lab.startEnrolled();
    const instance = makeInstance();
    await lab.provision(instance);
    const client = makeClient(instance, 2);
    await portal.confirmed(portal.addPeer(instance.instanceId, client.peer));
    const moved = { ...makeInstance("10.77.0"), instanceId: instance.instanceId, interfaceName: instance.interfaceName, mtu: 1300, peers: [client.peer] };
    await portal.confirmed(portal.commit({ kind: "instance", instance: moved }));
    const link = await execIn(lab.instanceHost(instance), ["ip", "-brief", "address", "show", "dev", instance.interfaceName]);
    expect(link.trim().split(/\s+/).slice(2)).toEqual(moved.addresses);
    expect(await execIn(lab.instanceHost(instance), ["cat", `/sys/class/net/${instance.interfaceName}/mtu`])).toBe("1300\n");
    expect(await execIn(lab.gateway, ["wg", "show", instance.interfaceName, "listen-port"])).toBe(`${moved.listenPort}\n`);
  });
});
