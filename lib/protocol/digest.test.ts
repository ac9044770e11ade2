import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DigestElement, bitsOf, digestOf, elementHash, elementsOf, emptyDigest, fromBits, toHex, xor } from "@/lib/protocol/digest";
import { golden } from "@/lib/protocol/golden";
import { stateResponseSchema } from "@/lib/protocol/messages";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const peerElement: fc.Arbitrary<DigestElement> = fc.record({
  kind: fc.constant("peer" as const),
  instanceId: fc.uuid(),
  publicKey: bytes32.map((bytes) => Buffer.from(bytes).toString("base64")),
  allowedIps: fc.uniqueArray(fc.ipV4().map((ip) => `${ip}/32`), { maxLength: 4 }),
  hasPresharedKey: fc.boolean(),
});

describe("the digest", () => {
  test("of nothing is 64 zeros", () => {
    expect(toHex(digestOf([]))).toBe("0".repeat(64));
  });

  test("hashes the golden elements to the golden values", () => {
    for (const { element, hash } of golden.digest.elements) expect(toHex(elementHash(element as DigestElement))).toBe(hash);
  });

  test("of the golden full state is the golden digest, in hex and in bits", () => {
    const state = stateResponseSchema.parse(golden.stateFull);
    const elements = state.kind === "full" ? state.instances.flatMap((instance) => [...elementsOf(instance)]) : [];
    expect(elements).toEqual(golden.digest.elements.map(({ element }) => element));
    expect(toHex(digestOf(elements))).toBe(golden.digest.digest);
    expect(bitsOf(digestOf(elements))).toBe(golden.digest.bits);
  });

  test("hashes the line that the document describes, as coreutils' sha256sum does", () => {
    // printf 'peer\nid\nkey\n10.8.0.2/32,fd00::2/128\npsk' | sha256sum
    const sum = "1c273dfc4be2c69946ba51d0378489c54da789b479e4c26f6c0c705f389e543d";
    const allowedIps = ["fd00::2/128", "10.8.0.2/32"];
    expect(toHex(elementHash({ kind: "peer", instanceId: "id", publicKey: "key", allowedIps, hasPresharedKey: true }))).toBe(sum);
  });

  test("does not depend on the order of elements, and takes an element out by the XOR that put it in", () => {
    fc.assert(
      fc.property(fc.array(peerElement, { maxLength: 20 }), peerElement, (elements, extra) => {
        const digest = digestOf(elements);
        expect(toHex(digestOf(elements.toReversed()))).toBe(toHex(digest));
        const withExtra = xor(digest, elementHash(extra));
        expect(toHex(withExtra)).toBe(toHex(digestOf([extra, ...elements])));
        expect(toHex(xor(withExtra, elementHash(extra)))).toBe(toHex(digest));
      }),
    );
  });

  test("changes with every field that the device enforces", () => {
    const peer = { kind: "peer", instanceId: "a", publicKey: "k", allowedIps: ["10.0.0.2/32"], hasPresharedKey: true } as const;
    const instance = { kind: "instance", instanceId: "a", listenPort: 1, addresses: ["10.0.0.1/24"] } as const;
    const elements: DigestElement[] = [
      peer,
      { ...peer, instanceId: "b" },
      { ...peer, publicKey: "l" },
      { ...peer, allowedIps: ["10.0.0.3/32"] },
      { ...peer, hasPresharedKey: false },
      instance,
      { ...instance, instanceId: "b" },
      { ...instance, listenPort: 2 },
      { ...instance, addresses: ["10.0.0.1/25"] },
    ];
    expect(new Set(elements.map((element) => toHex(elementHash(element)))).size).toBe(elements.length);
  });

  test("survives the way through a PostgreSQL bit(256)", () => {
    fc.assert(
      fc.property(bytes32, (bytes) => {
        expect(fromBits(bitsOf(bytes))).toEqual(bytes);
      }),
    );
    expect(fromBits("0".repeat(256))).toEqual(emptyDigest());
    expect(() => fromBits("01")).toThrow(RangeError);
  });
});
