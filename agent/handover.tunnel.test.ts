/** A key that is being replaced: the old one goes on, the new one may shake hands, is told of within a second or two, and takes over. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { addressOf, answers, makeClient, makeInstance, pingOn, reaches, show, TunnelLab } from "@/agent/testing/tunnel-lab";
import { WirePortal } from "@/agent/testing/wire-portal";

let lab: TunnelLab;
let portal: WirePortal;

beforeEach(async () => {
  portal = new WirePortal();
  lab = await TunnelLab.open(portal);
});

afterEach(() => lab.close());

test("the old key works until the new one has shaken hands and taken over; what the gateway saw is told at once, not with the next report", async () => {
  // The regular report is a minute away.
  await lab.startEnrolled({ PORTCULLIS_REPORT_SECONDS: "60" });
  const instance = makeInstance();
  const { instanceId } = instance;
  const serverKey = await lab.provision(instance);
  const old = makeClient(instance, 2, lab.boxKey);
  const fresh = makeClient(instance, 2, lab.boxKey);
  const { clientId } = old.peer;
  await portal.confirmed(portal.addPeer(instanceId, old.peer));
  const { host: oldHost } = await lab.connect(old, instance, serverKey);
  await reaches(oldHost, addressOf(instance, 4));

  await portal.confirmed(portal.commit({ kind: "peer", instanceId, peer: { ...fresh.peer, clientId, allowedIps: [] } }));
  expect((await show(instance, "allowed-ips", lab.gateway)).find(([key]) => key === fresh.peer.publicKey)?.[1]).toBe("(none)");
  const ping = pingOn(oldHost, addressOf(instance, 4));
  expect(await ping.lost()).toBe(0);

  const { host: freshHost } = await lab.connect(fresh, instance, serverKey);
  await portal.reported(({ peers }) => peers.some(({ publicKey, latestHandshakeSecondsAgo }) => publicKey === fresh.peer.publicKey && latestHandshakeSecondsAgo !== null));
  // It shook hands, and that is all.
  expect(await answers(freshHost, addressOf(instance, 4))).toBe(false);
  await reaches(oldHost, addressOf(instance, 4));

  await portal.confirmed(portal.commit({ kind: "peer-removed", instanceId, clientId, publicKey: old.peer.publicKey }, { kind: "peer", instanceId, peer: { ...fresh.peer, clientId } }));
  await reaches(freshHost, addressOf(instance, 4));
  await reaches(freshHost, addressOf(instance, 6));
  expect(await answers(oldHost, addressOf(instance, 4))).toBe(false);
  expect((await show(instance, "peers", lab.gateway)).flat()).toEqual([fresh.peer.publicKey]);
});
