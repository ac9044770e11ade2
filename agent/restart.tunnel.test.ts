import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TestClient, TunnelLab, addressOf, answers, handshakeOf, makeClient, makeInstance, pingOn, reaches, show } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { type Host, eventually, execIn, processesIn } from "@/e2e/tunnel/netns";
import type { Instance } from "@/lib/protocol/messages";

let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});

afterEach(async () => {
  await lab.close();
});

/** One instance with a client that is connected, and a second client that isn't. */
async function connected(): Promise<{ instance: Instance; client: TestClient; idle: TestClient; host: Host; reconnect: () => Promise<void> }> {
  const instance = makeInstance();
  const serverKey = await lab.provision(instance);
  const [client, idle] = [makeClient(instance, 2, lab.boxKey), makeClient(instance, 3, lab.boxKey)];
  await portal.confirmed(portal.commit({ kind: "peer", instanceId: instance.instanceId, peer: client.peer }, { kind: "peer", instanceId: instance.instanceId, peer: idle.peer }));
  const { host, reconnect } = await lab.connect(client, instance, serverKey);
  await reaches(host, addressOf(instance, 4));
  return { instance, client, idle, host, reconnect };
}

describe("a live peer is untouched", () => {
  test.each(["SIGTERM", "SIGKILL"] as const)("when the agent gets %s and is started again", async (signal) => {
    const agent = await lab.startEnrolled();
    const { instance, client, host } = await connected();
    const handshake = await handshakeOf(client, instance, lab.gateway);
    const ping = pingOn(host, addressOf(instance, 4));
    await agent.stop(signal);
    const next = lab.startAgent({ PORTCULLIS_ENROL_TOKEN: "" });
    await next.logged("acknowledged", ({ inSync }) => inSync === true);
    expect(await ping.lost()).toBe(0);
    expect(await handshakeOf(client, instance, lab.gateway)).toBe(handshake);
    expect(next.lines.find(({ event }) => event === "applied")).toBeUndefined();
  });

  test("through a full state, in which other peers come and go", async () => {
    await lab.startEnrolled();
    const { instance, client, idle, host } = await connected();
    const handshake = await handshakeOf(client, instance, lab.gateway);
    const ping = pingOn(host, addressOf(instance, 4));
    const another = makeClient(instance, 4, lab.boxKey);
    const { instanceId } = instance;
    const revision = portal.commit({ kind: "peer-removed", instanceId, clientId: idle.peer.clientId, publicKey: idle.peer.publicKey }, { kind: "peer", instanceId, peer: another.peer });
    portal.forgetHistory();
    await portal.confirmed(revision);
    expect(await ping.lost()).toBe(0);
    expect(await handshakeOf(client, instance, lab.gateway)).toBe(handshake);
    expect((await show(instance, "peers", lab.gateway)).flat().sort()).toEqual([client.peer.publicKey, another.peer.publicKey].sort());
  });

  test("when the portal is killed and comes back with news", async () => {
    const agent = await lab.startEnrolled();
    const { instance, client, idle, host } = await connected();
    const ping = pingOn(host, addressOf(instance, 4));
    await portal.stop();
    await agent.logged("portal_lost");
    const revision = portal.removePeer(instance.instanceId, idle.peer);
    await portal.start();
    await portal.confirmed(revision);
    expect(await ping.lost()).toBe(0);
    expect((await show(instance, "peers", lab.gateway)).flat()).toEqual([client.peer.publicKey]);
  });
});

describe("the agent's own state", () => {
  test("rebuilds everything from disk while the portal is down, as after a reboot of the host", async () => {
    const first = await lab.startEnrolled({ PORTCULLIS_DOWN_ON_EXIT: "1" });
    const { instance, client, idle, host, reconnect } = await connected();
    await portal.confirmed(portal.removePeer(instance.instanceId, idle.peer));
    expect(await first.stop()).toBe(0);
    expect(await execIn(lab.gateway, ["ip", "netns", "list"])).not.toContain(instance.interfaceName);
    await portal.stop();
    const next = lab.startAgent();
    await next.logged("rebuilt");
    await reconnect();
    await reaches(host, addressOf(instance, 4));
    expect(await show(instance, "preshared-keys", lab.gateway)).toEqual([[client.peer.publicKey, client.presharedKey]]);
    await portal.start();
    await next.logged("acknowledged", ({ inSync }) => inSync === true);
  });

  test("cuts a peer that the device has and the state on disk has not, before the portal is reached", async () => {
    const first = await lab.startEnrolled();
    const { instance, client, idle, host } = await connected();
    await first.stop("SIGKILL");
    await portal.stop();
    const intruder = makeClient(instance, 66).peer.publicKey;
    await execIn(lab.gateway, ["wg", "set", instance.interfaceName, "peer", intruder, "allowed-ips", "10.8.0.66/32"]);
    const ping = pingOn(host, addressOf(instance, 4));
    await lab.startAgent().logged("rebuilt");
    expect((await show(instance, "peers", lab.gateway)).flat().sort()).toEqual([client, idle].map(({ peer }) => peer.publicKey).sort());
    expect(await ping.lost()).toBe(0);
  });

  test("cuts a peer whose time is over with the portal down, and not one whose time is not", async () => {
    const agent = await lab.startEnrolled();
    const { instance, client, idle, host } = await connected();
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const { instanceId } = instance;
    await portal.confirmed(portal.commit({ kind: "peer", instanceId, peer: { ...client.peer, expiresAt } }, { kind: "peer", instanceId, peer: { ...idle.peer, expiresAt: later } }));
    await portal.stop();
    await agent.logged("expired");
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
    await eventually("the peer is gone", async () => (await show(instance, "peers", lab.gateway)).flat().join() === idle.peer.publicKey);
    expect(await answers(host, addressOf(instance, 4))).toBe(false);
    await agent.stop("SIGKILL");
    await lab.startAgent().logged("rebuilt");
    expect((await show(instance, "peers", lab.gateway)).flat()).toEqual([idle.peer.publicKey]);
  });

  test("an expired peer whose time is extended comes back with the same key", async () => {
    const agent = await lab.startEnrolled();
    const { instance, client, host, reconnect } = await connected();
    await portal.confirmed(portal.addPeer(instance.instanceId, { ...client.peer, expiresAt: new Date(Date.now() + 300).toISOString() }));
    await agent.logged("expired");
    await portal.confirmed(portal.addPeer(instance.instanceId, { ...client.peer, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }));
    await reconnect();
    await reaches(host, addressOf(instance, 4));
  });

  test("is readable by root alone, and holds no preshared key that it was sent", async () => {
    await lab.startEnrolled();
    const { client } = await connected();
    const files = (await readdir(lab.stateFolder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const entry of files) {
      const file = path.join(entry.parentPath, entry.name);
      expect((await stat(file)).mode & 0o777, file).toBe(0o600);
      expect((await stat(entry.parentPath)).mode & 0o777, entry.parentPath).toBe(0o700);
      expect(await readFile(file, "utf8"), file).not.toContain(client.presharedKey!);
    }
  });

  test("is kept by one agent at a time", async () => {
    await lab.startEnrolled();
    const second = lab.startAgent();
    expect(await second.ended()).toBe(1);
    expect(second.text).toContain("Another agent runs");
  });
});

describe("the agent's end", () => {
  test("comes when its parent's does, if asked for, and takes down what it made, if asked for", async () => {
    const agent = await lab.startEnrolled({ PORTCULLIS_EXIT_WITH_PARENT: "1", PORTCULLIS_DOWN_ON_EXIT: "1" });
    const instance = makeInstance();
    await lab.provision(instance);
    agent.closeStdin();
    expect(await agent.ended()).toBe(0);
    expect(await execIn(lab.gateway, ["ip", "netns", "list"])).not.toContain(instance.interfaceName);
    expect(await processesIn(lab.gateway)).toEqual([]);
  });

  test("leaves the tunnels up by default", async () => {
    const agent = await lab.startEnrolled();
    const { instance, host } = await connected();
    expect(await agent.stop()).toBe(0);
    expect(await answers(host, addressOf(instance, 4))).toBe(true);
  });
});
