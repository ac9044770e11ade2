import { describe, expect, test } from "vitest";
import type { InstanceKeys } from "@/agent/instance-keys";
import { DigestCache } from "@/agent/observed-digest";
import { Observer } from "@/agent/observer";
import { type PeerReading, parsePeer } from "@/agent/device/dump";
import { type DumpNews, DumpTracker } from "@/agent/device/dump-tracker";
import { PeerMirror } from "@/agent/device/peer-mirror";
import type { InterfaceReading, WireGuardDevice } from "@/agent/device/wireguard";
import { holds } from "@/agent/drift";
import { wantedStateOf } from "@/agent/reconcile";
import { Reporter } from "@/agent/reporter";
import { toHex } from "@/lib/protocol/digest";
import { golden } from "@/lib/protocol/golden";
import { type Instance, stateResponseSchema } from "@/lib/protocol/messages";

const full = stateResponseSchema.parse(golden.stateFull);
if (full.kind !== "full") throw new Error("The golden state is of another kind.");
const [one, other] = full.instances as [Instance, Instance];
const PSK = Buffer.alloc(32, 7).toString("base64");

/** As the device would be read when it holds exactly this. */
function readingOf(instance: Instance): InterfaceReading {
  const peers = instance.peers.map(
    ({ publicKey, sealedPresharedKey, allowedIps }): PeerReading => ({
      publicKey,
      presharedKey: sealedPresharedKey === null ? null : PSK,
      allowedIps: allowedIps.toReversed(),
      endpoint: null,
      latestHandshake: 0,
      receivedBytes: 0,
      sentBytes: 0,
    }),
  );
  return { publicKey: PSK, listenPort: instance.listenPort, addresses: instance.addresses.toReversed(), up: true, forwarding: "none", mtu: 1420, peers: PeerMirror.of(peers) };
}

describe("a dump", () => {
  const text = ["PRIVATE\tPUBLIC\t51820\toff", "PEER1\t(none)\t(none)\t(none)\t0\t0\t0\toff", "PEER2\tPSK\t[2001:db8::9]:51820\t10.8.0.2/32,fd00::2/128\t1763800000\t148\t92\t25", ""].join("\n");

  /** All that a tracker tells of one dump. */
  async function told(dump: string): Promise<{ news: DumpNews; peers: PeerReading[] }> {
    const lines: string[] = [];
    const news = await new DumpTracker().read(
      async (take) => take(dump),
      (some) => lines.push(...some),
    );
    return { news, peers: lines.map(parsePeer) };
  }

  test("is read as wg prints it, without its private key", async () => {
    const reading = await told(text);
    expect(reading).toEqual({
      news: { publicKey: "PUBLIC", listenPort: 51820, base: 0, number: 1, gone: [] },
      peers: [
        { publicKey: "PEER1", presharedKey: null, endpoint: null, allowedIps: [], latestHandshake: 0, receivedBytes: 0, sentBytes: 0 },
        { publicKey: "PEER2", presharedKey: "PSK", endpoint: "[2001:db8::9]:51820", allowedIps: ["10.8.0.2/32", "fd00::2/128"], latestHandshake: 1763800000, receivedBytes: 148, sentBytes: 92 },
      ],
    });
    expect(JSON.stringify(reading)).not.toContain("PRIVATE");
  });

  test("that is none is refused, and not repeated in the error", async () => {
    for (const bad of ["", "PRIVATE\tPUBLIC", "PRIVATE\tPUBLIC\t1\toff\nPEER\tPSK"]) {
      await expect(told(bad)).rejects.toThrow(/^wg show printed/);
    }
  });
});

describe("the digest of what was read", () => {
  const take = async (cache: DigestCache, instance: Instance, changes: Partial<InterfaceReading> = {}): Promise<void> =>
    cache.accept(instance.instanceId, await cache.observe(instance.instanceId, { ...readingOf(instance), ...changes }));

  test("is the portal's digest of the golden full state, whatever the order", async () => {
    const cache = new DigestCache();
    for (const instance of [other, one]) await take(cache, instance);
    expect(toHex(cache.total())).toBe(golden.digest.digest);
  });

  test("follows every reading, also through its cache, and leaves out what is gone", async () => {
    const cache = new DigestCache();
    for (const instance of [one, other]) await take(cache, instance);
    await take(cache, one, { peers: PeerMirror.of([]) });
    await take(cache, one, { up: false });
    expect(toHex(cache.total())).not.toBe(golden.digest.digest);
    await take(cache, one);
    expect(toHex(cache.total())).toBe(golden.digest.digest);
    cache.accept(one.instanceId, null);
    cache.accept(other.instanceId, null);
    expect(toHex(cache.total())).toBe("0".repeat(64));
  });
});

describe("an instance that can't be read", () => {
  test("never counts as gone, also beside another one: its peers may still be in force", async () => {
    const device = { read: () => Promise.reject(new Error("no answer")) } as unknown as WireGuardDevice;
    const keys = { get: () => ({ interfaceName: one.interfaceName }) } as unknown as InstanceKeys;
    const observer = new Observer({ device, keys }, () => undefined);
    observer.markStale(one.instanceId);
    await observer.readStale();
    expect(observer.reading(one.instanceId)).toBeUndefined();
    expect(toHex(observer.digest())).not.toBe("0".repeat(64));
    observer.markStale(other.instanceId);
    await observer.readStale();
    expect(toHex(observer.digest())).not.toBe("0".repeat(64));
  });
});

describe("drift", () => {
  const wanted = wantedStateOf(1, [one], new Date(0)).instances.get(one.instanceId)!;
  const right = readingOf(one);
  const held = (reading: Omit<InterfaceReading, "peers"> & { peers: Iterable<PeerReading> }): Promise<boolean> => holds({ ...reading, peers: PeerMirror.of(reading.peers) }, wanted, (peer) => (peer.sealedPresharedKey === null ? null : PSK));
  const [first, second] = [...right.peers] as [PeerReading, PeerReading];

  test("is none when the device holds what is wanted, in any order", async () => {
    expect(await held(right)).toBe(true);
    expect(await held({ ...right, peers: [second, first] })).toBe(true);
  });

  test.each<[string, Parameters<typeof held>[0]]>([
    ["a peer is missing", { ...right, peers: [first] }],
    ["a peer is too many", { ...right, peers: [first, second, { ...second, publicKey: "STRANGER" }] }],
    ["a peer was exchanged", { ...right, peers: [first, { ...second, publicKey: "STRANGER" }] }],
    ["a preshared key differs", { ...right, peers: [{ ...first, presharedKey: "other" }, second] }],
    ["a preshared key is gone", { ...right, peers: [{ ...first, presharedKey: null }, second] }],
    ["a peer has more addresses", { ...right, peers: [{ ...first, allowedIps: [...first.allowedIps, "0.0.0.0/0"] }, second] }],
    ["a peer lost an address", { ...right, peers: [{ ...first, allowedIps: [] }, second] }],
    ["the port moved", { ...right, listenPort: 0 }],
    ["an address is gone", { ...right, addresses: [one.addresses[0]!] }],
    ["the interface is down", { ...right, up: false }],
  ])("is seen when %s", async (_, reading) => {
    expect(await held(reading)).toBe(false);
  });

  test("is seen when a peer whose time is over is still there", async () => {
    const lapsed = { ...wanted, lapsed: new Set([second.publicKey]) };
    expect(await holds(right, lapsed, () => PSK)).toBe(false);
    expect(await holds({ ...right, peers: PeerMirror.of([first]) }, lapsed, () => PSK)).toBe(true);
  });
});

describe("reports", () => {
  const now = new Date(1_763_800_100_000);
  const busy = (reading: InterfaceReading, sentBytes: number): [string, InterfaceReading][] => {
    const [peer, ...rest] = [...reading.peers] as [PeerReading, ...PeerReading[]];
    return [[one.instanceId, { ...reading, peers: PeerMirror.of([{ ...peer, endpoint: "203.0.113.9:1", latestHandshake: 1_763_800_000, sentBytes }, ...rest]) }]];
  };

  test("name only peers with news, until the portal took them", () => {
    const reporter = new Reporter();
    const readings = busy(readingOf(one), 10);
    const news = reporter.news(readings, now);
    expect(news).toEqual([{ instanceId: one.instanceId, publicKey: one.peers[0]!.publicKey, endpoint: "203.0.113.9:1", latestHandshakeSecondsAgo: 100, receivedBytes: 0, sentBytes: 10 }]);
    expect(reporter.news(readings, now)).toEqual(news);
    reporter.accepted(news, readings);
    expect(reporter.news(readings, now)).toEqual([]);
    expect(reporter.news(busy(readingOf(one), 11), now)).toHaveLength(1);
  });

  test("begin anew for a peer that was gone in between", () => {
    const reporter = new Reporter();
    const readings = busy(readingOf(one), 10);
    reporter.accepted(reporter.news(readings, now), readings);
    reporter.accepted([], [[one.instanceId, { ...readingOf(one), peers: PeerMirror.of([]) }]]);
    expect(reporter.news(readings, now)).toHaveLength(1);
  });

  test("never hold more than their bound, and come to everybody in turn", () => {
    const peers = Array.from({ length: 7_000 }, (_, i): PeerReading => ({ ...[...readingOf(one).peers][0]!, publicKey: `peer ${i}`, sentBytes: 1 }));
    const readings: [string, InterfaceReading][] = [[one.instanceId, { ...readingOf(one), peers: PeerMirror.of(peers) }]];
    const reporter = new Reporter();
    const first = reporter.news(readings, now);
    reporter.accepted(first, readings);
    const second = reporter.news(readings, now);
    reporter.accepted(second, readings);
    expect([first.length, second.length, reporter.news(readings, now).length]).toEqual([5_000, 2_000, 0]);
  });
});
