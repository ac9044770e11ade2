import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PeerDiff, type WantedPeer, diffPeers } from "@/lib/core/peer-diff";

/** A WireGuard interface: peers by key, and each allowed address held by one peer alone, as in the kernel. */
class Device {
  readonly #peers = new Map<string, WantedPeer>();

  constructor(peers: readonly WantedPeer[]) {
    for (const peer of peers) this.#set(peer);
  }

  apply(diff: PeerDiff<WantedPeer>): void {
    for (const publicKey of diff.remove) this.#peers.delete(publicKey);
    for (const { peer, presharedKey, allowedIps } of diff.update) {
      const current = this.#peers.get(peer.publicKey)!;
      this.#set({
        publicKey: peer.publicKey,
        presharedKey: presharedKey ? peer.presharedKey : current.presharedKey,
        allowedIps: allowedIps ? peer.allowedIps : current.allowedIps,
      });
    }
    for (const peer of diff.add) this.#set(peer);
  }

  dump(): WantedPeer[] {
    return [...this.#peers.values()];
  }

  #set(peer: WantedPeer): void {
    for (const [key, other] of this.#peers) {
      this.#peers.set(key, { ...other, allowedIps: other.allowedIps.filter((ip) => !peer.allowedIps.includes(ip)) });
    }
    this.#peers.set(peer.publicKey, peer);
  }
}

const keys = ["A", "B", "C", "D", "E", "F"];
const addresses = Array.from({ length: 8 }, (_, i) => `10.8.0.${i + 2}/32`);

/** Peers with distinct keys; an address belongs to one of them or to nobody. */
const peers = fc
  .record({
    chosen: fc.subarray(keys),
    owners: fc.tuple(...addresses.map(() => fc.option(fc.constantFrom(...keys)))),
    presharedKeys: fc.tuple(...keys.map(() => fc.option(fc.constantFrom("p1", "p2")))),
    order: fc.boolean(),
  })
  .map(({ chosen, owners, presharedKeys, order }) =>
    chosen.map((publicKey): WantedPeer => {
      const allowedIps = addresses.filter((_, i) => owners[i] === publicKey);
      return { publicKey, presharedKey: presharedKeys[keys.indexOf(publicKey)] ?? null, allowedIps: order ? allowedIps : allowedIps.toReversed() };
    }),
  );

const sorted = (list: readonly WantedPeer[]): WantedPeer[] =>
  list.map((peer) => ({ ...peer, allowedIps: [...peer.allowedIps].sort() })).sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
const empty = { remove: [], update: [], add: [] };

describe("the peer diff", () => {
  test("applied to what the device holds, gives what it should hold, and nothing is left to do", () => {
    fc.assert(
      fc.property(peers, peers, (wanted, observed) => {
        const device = new Device(observed);
        device.apply(diffPeers(wanted, device.dump()));
        expect(sorted(device.dump())).toEqual(sorted(wanted));
        expect(diffPeers(wanted, device.dump())).toEqual(empty);
      }),
      { numRuns: 500 },
    );
  });

  test("is minimal: it names only peers that differ, each once, and only the parts of them that do", () => {
    fc.assert(
      fc.property(peers, peers, (wanted, observed) => {
        const { remove, update, add } = diffPeers(wanted, observed);
        const before = new Map(sorted(observed).map((peer) => [peer.publicKey, peer]));
        const after = new Map(sorted(wanted).map((peer) => [peer.publicKey, peer]));
        expect(remove.toSorted()).toEqual([...before.keys()].filter((key) => !after.has(key)));
        expect(add.map((peer) => peer.publicKey).toSorted()).toEqual([...after.keys()].filter((key) => !before.has(key)));
        const differing = [...after.values()].filter((peer) => before.has(peer.publicKey) && JSON.stringify(before.get(peer.publicKey)) !== JSON.stringify(peer));
        expect(update.map(({ peer }) => peer.publicKey).toSorted()).toEqual(differing.map((peer) => peer.publicKey));
        for (const { peer, presharedKey, allowedIps } of update) {
          const current = before.get(peer.publicKey)!;
          expect(presharedKey).toBe(current.presharedKey !== peer.presharedKey);
          expect(allowedIps).toBe(JSON.stringify(current.allowedIps) !== JSON.stringify(after.get(peer.publicKey)!.allowedIps));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("leaves a live peer alone when only the order of its addresses differs", () => {
    const peer = { publicKey: "A", presharedKey: "p", allowedIps: ["10.8.0.2/32", "fd00::2/128"] };
    expect(diffPeers([peer], [{ ...peer, allowedIps: peer.allowedIps.toReversed() }])).toEqual(empty);
  });

  test("hands back the wanted peer itself, with whatever else it carries", () => {
    const peer = { publicKey: "A", presharedKey: null, allowedIps: [], clientId: "c" };
    expect(diffPeers([peer], []).add[0]?.clientId).toBe("c");
  });

  test("refuses to choose between two peers of one key", () => {
    const peer = { publicKey: "A", presharedKey: null, allowedIps: [] };
    expect(() => diffPeers([peer, peer], [])).toThrow(RangeError);
  });

  test("of 50,000 peers against 50,000 others, all to be replaced, is complete", () => {
    const many = (prefix: string): WantedPeer[] => Array.from({ length: 50_000 }, (_, i) => ({ publicKey: `${prefix}${i}`, presharedKey: null, allowedIps: [`10.0.${i >> 8}.${i & 255}/32`] }));
    const diff = diffPeers(many("new"), many("old"));
    expect([diff.add.length, diff.remove.length, diff.update.length]).toEqual([50_000, 50_000, 0]);
  });
});
