/** A gateway that comes back to much news: what was taken away is off the device before anything else is done to it. */
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TestClient, TunnelLab, makeClient, makeInstance, show } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";
import type { Change, Instance } from "@/lib/protocol/messages";

let lab: TunnelLab;
let portal: WirePortal;
/** Holds programs that write down what they are asked for, and do it. */
let folder: string;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
  folder = await mkdtemp(path.join(tmpdir(), "portcullis-order-"));
  for (const program of ["wg", "ip", "nft"]) {
    await writeFile(path.join(folder, program), `#!/bin/sh\necho "${program} $*" >>${folder}/log\nPATH=$(echo "$PATH" | sed 's|${folder}:||g') exec ${program} "$@"\n`);
    await chmod(path.join(folder, program), 0o755);
  }
});
afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true, force: true });
});

/** What changes a device, in the order in which it was asked for. */
async function changes(): Promise<string[]> {
  const lines = (await readFile(path.join(folder, "log"), "utf8").catch(() => "")).split("\n");
  return lines.filter((line) => /^wg (?:set|addconf)|^ip netns (?:add|delete)|^ip .*link (?:add|delete|set) |^ip .*address (?:replace|delete) /.test(line));
}

/** While the gateway is away: one client is revoked, one instance taken down, one has another address, and much else comes. */
async function prepared(): Promise<{ instance: Instance; revoked: TestClient; news: Change[]; gone: Instance }> {
  const agent = await lab.startEnrolled();
  const [instance, gone, moved] = [makeInstance("10.8.0"), makeInstance("10.9.0"), makeInstance("10.11.0")];
  for (const one of [instance, gone, moved]) await lab.provision(one);
  const { instanceId } = instance;
  const revoked = makeClient(instance, 2, lab.boxKey);
  await portal.confirmed(portal.addPeer(instanceId, revoked.peer));
  await agent.stop("SIGKILL");
  const newcomers = Array.from({ length: 40 }, (_, i): Change => ({ kind: "peer", instanceId, peer: makeClient(instance, 10 + i, lab.boxKey).peer }));
  const fresh = makeInstance("10.10.0");
  return {
    instance,
    revoked,
    gone,
    news: [...newcomers.slice(0, 20), { kind: "instance", instance: fresh }, { kind: "instance", instance: { ...moved, addresses: [moved.addresses[0]!.replace(".1/", ".254/"), moved.addresses[1]!] } }, { kind: "peer-removed", instanceId, clientId: revoked.peer.clientId, publicKey: revoked.peer.publicKey }, { kind: "instance-removed", instanceId: gone.instanceId }, ...newcomers.slice(20)],
  };
}

test.each(["in one delta", "in a full state"])("%s, the revoked client is the first thing that changes, and the instance that is gone the second", async (how) => {
  const { instance, revoked, news, gone } = await prepared();
  const revision = portal.commit(...news);
  if (how === "in a full state") portal.forgetHistory();
  // What the agent had on disk is on the device already, so that nothing but news changes anything.
  lab.startAgent({ PATH: `${folder}:${process.env.PATH}` });
  await portal.confirmed(revision);
  const done = await changes();
  const cut = done.findIndex((line) => line.startsWith(`wg set ${instance.interfaceName}`) && line.includes(`${revoked.peer.publicKey} remove`));
  const removed = done.findIndex((line) => line.includes(`netns delete ${gone.interfaceName}`));
  const added = done.findIndex((line) => /addconf|netns add|address (?:replace|delete)/.test(line));
  expect(cut).toBeGreaterThanOrEqual(0);
  expect(removed).toBeGreaterThan(cut);
  expect(added).toBeGreaterThan(removed);
  expect(done.filter((line) => /address replace 10\.11\.0\.254/.test(line))).toHaveLength(1);
  // What was there already is looked after (loopback is up), and nothing comes, before the cut.
  for (const line of done.slice(0, cut)) expect(line).not.toMatch(/addconf|netns add|link add dev pc-|allowed-ips/);
  expect((await show(instance, "peers", lab.gateway)).flat()).toHaveLength(40);
});
