import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { PresharedKeys } from "@/agent/preshared-keys";
import { generateKeyPair, generatePresharedKey } from "@/lib/core/keys";
import { openPresharedKey, sealPresharedKey } from "@/lib/core/sealed-key";
import { golden } from "@/lib/protocol/golden";
import type { Peer } from "@/lib/protocol/messages";

const box = generateKeyPair(randomBytes);
const peer = (sealedPresharedKey: string | null): Peer => ({ ...golden.stateFull.instances[0]!.peers[0]!, sealedPresharedKey });
const sealed = (to = box.publicKey): string => sealPresharedKey(generatePresharedKey(randomBytes), to, randomBytes);

describe("preshared keys", () => {
  test("open to the same bytes as lib/core opens them to", async () => {
    const peers = Array.from({ length: 120 }, () => peer(sealed()));
    const opened = await new PresharedKeys(box).forDevice(peers);
    for (const [i, { presharedKey }] of opened.entries()) {
      expect(presharedKey).toBe(Buffer.from(openPresharedKey(peers[i]!.sealedPresharedKey!, box.privateKey)!).toString("base64"));
    }
  });

  test("none stays none", async () => {
    const keys = new PresharedKeys(box);
    const none = peer(null);
    expect((await keys.forDevice([none]))[0]!.presharedKey).toBeNull();
    expect(keys.known(none)).toBeNull();
  });

  test("one that doesn't open becomes a random key, the same one each time, and is reported while it is wanted", async () => {
    const keys = new PresharedKeys(box);
    const lowOrder = Buffer.from(sealed(), "base64").fill(0, 1, 33).toString("base64");
    const broken = [peer(sealed(generateKeyPair(randomBytes).publicKey)), peer(lowOrder)];
    const first = await keys.forDevice([...broken, peer(sealed())]);
    for (const { presharedKey } of first) expect(Buffer.from(presharedKey!, "base64")).toHaveLength(32);
    expect((await keys.forDevice(broken)).map(({ presharedKey }) => presharedKey)).toEqual(first.slice(0, 2).map(({ presharedKey }) => presharedKey));
    expect(keys.unreadable(() => true)).toEqual(broken);
    expect(keys.unreadable((candidate) => candidate === broken[1])).toEqual([broken[1]]);
    expect(keys.unreadable(() => true)).toEqual([broken[1]]);
  });

  test("one of zeros, which WireGuard takes for none, lets nobody in without one and keeps the device as the portal's digest has it", async () => {
    const keys = new PresharedKeys(box);
    const zeros = peer(sealPresharedKey(new Uint8Array(32), box.publicKey, randomBytes));
    const [forDevice] = await keys.forDevice([zeros]);
    expect(Buffer.from(forDevice!.presharedKey!, "base64").some((byte) => byte !== 0)).toBe(true);
    expect(keys.unreadable(() => true)).toEqual([zeros]);
  });

  test("one that was never asked for is not known", () => {
    expect(new PresharedKeys(box).known(peer(sealed()))).toBeUndefined();
  });
});
