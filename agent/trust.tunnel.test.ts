/** The agent and its portal over time: older portals, a credential that is replaced, and an agent that is killed on the way. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TunnelLab, makeClient, makeInstance, show } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import { eventually } from "@/e2e/tunnel/netns";

let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});
afterEach(() => lab.close());

const credential = (): string => portal.enrolment!.credential;
const onDisk = async () => JSON.parse(await readFile(path.join(lab.stateFolder, "identity.json"), "utf8")) as Record<string, string | null>;

describe("versions", () => {
  test("a portal that knows one version and no list is spoken to in that, and everything works; once it knows more, more is spoken", async () => {
    portal.speaks = "1";
    const agent = await lab.startEnrolled();
    const instance = makeInstance();
    await lab.provision(instance);
    expect([new Set(portal.heard), portal.heard.at(-1)]).toEqual([new Set(["1, 2", "1"]), "1"]);
    await portal.stop();
    await agent.logged("portal_lost");
    portal.speaks = null;
    await portal.start();
    await portal.confirmed(portal.addPeer(instance.instanceId, makeClient(instance, 2, lab.boxKey).peer));
    expect(portal.heard.at(-1)).toBe("1, 2");
  });

  test("one that speaks none of them leaves the agent with its last good state, which it goes on enforcing, and the log says what to do", async () => {
    const agent = await lab.startEnrolled();
    const instance = makeInstance();
    await lab.provision(instance);
    const client = makeClient(instance, 2, lab.boxKey);
    await portal.confirmed(portal.addPeer(instance.instanceId, { ...client.peer, expiresAt: new Date(Date.now() + 15_000).toISOString() }));
    portal.speaks = "7";
    // The answer to what it asked before is the last that it understands.
    const another = makeClient(instance, 3, lab.boxKey);
    portal.addPeer(instance.instanceId, another.peer);
    await agent.logged("portal_lost", ({ code }) => code === "protocol_unsupported");
    expect((await show(instance, "peers", lab.gateway)).flat().sort()).toEqual([client.peer.publicKey, another.peer.publicKey].sort());
    await agent.logged("expired");
    // It is logged as it is decided, a moment before the device has it.
    await eventually("the peer is gone", async () => (await show(instance, "peers", lab.gateway)).flat().join() === another.peer.publicKey);
  });
});

describe("the credential", () => {
  test("is replaced when the portal asks, with changes going on, and kept over a restart", async () => {
    const agent = await lab.startEnrolled();
    const instance = makeInstance();
    await lab.provision(instance);
    const former = credential();
    portal.rotate = true;
    await portal.authenticatedAnew(former);
    expect(await onDisk()).toMatchObject({ credential: credential(), formerCredential: former, nextCredential: null });
    await portal.confirmed(portal.addPeer(instance.instanceId, makeClient(instance, 2, lab.boxKey).peer));
    await agent.stop("SIGKILL");
    await lab.startAgent({ PORTCULLIS_ENROL_TOKEN: "" }).logged("acknowledged", ({ inSync }) => inSync === true);
    expect(portal.credentials).toHaveLength(2);
    for (const { text } of [agent]) expect(text).not.toContain("pcg_");
  });

  test("killed between handing it in and using it, the agent comes back with the one that counts, and replaces that", async () => {
    const agent = await lab.startEnrolled();
    const former = credential();
    portal.rotate = true;
    await portal.handedIn();
    const handedIn = portal.nextCredential;
    await agent.stop("SIGKILL");
    // Whatever of it is on disk: the portal knows both, until the next one is used.
    expect([former, handedIn]).toContain((await onDisk()).credential);
    await lab.startAgent({ PORTCULLIS_ENROL_TOKEN: "" }).logged("acknowledged", ({ inSync }) => inSync === true);
    await portal.authenticatedAnew(former);
  });

  test("of a portal that was set back to before it was handed in, is the one before", async () => {
    await lab.startEnrolled();
    const former = credential();
    portal.rotate = true;
    await portal.authenticatedAnew(former);
    portal.enrolment = { ...portal.enrolment!, credential: former };
    const asked = portal.asked.length;
    await portal.stop();
    await portal.start();
    const instance = makeInstance();
    await lab.provision(instance);
    expect(portal.asked.length).toBeGreaterThan(asked);
    expect(portal.credentials.at(-1)).toBe(former);
  });
});
