import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PortcullisError } from "@/lib/core/errors";
import { addressAt, clientCapacity, contains, overlaps, parseSubnetV4, parseUlaV6, ulaFromRandom } from "@/lib/core/subnet";

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
const numeric = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const prefix = fc.integer({ min: 16, max: 29 });
/** Any network of private space from /16 to /29, as [text, first address, prefix]. */
const network = fc
  .tuple(fc.constantFrom(["10.0.0.0", 8], ["172.16.0.0", 12], ["192.168.0.0", 16], ["100.64.0.0", 10]), prefix, fc.nat(0xffff_ffff))
  .map(([[base, outer], bits, noise]) => {
    const inner = (noise >>> Number(outer)) >>> 0;
    const first = Math.floor((numeric(String(base)) + inner) / 2 ** (32 - bits)) * 2 ** (32 - bits);
    return { text: `${dotted(first)}/${bits}`, first, bits };
  });
const globalId = fc.uint8Array({ minLength: 5, maxLength: 5 });

const refusal = (field: string): PortcullisError => expect.objectContaining({ code: "bad_request", facts: { field } }) as PortcullisError;

describe("an IPv4 subnet", () => {
  test("is accepted in canonical form, anywhere in private space, from /16 to /29", () => {
    fc.assert(fc.property(network, ({ text }) => parseSubnetV4(text) === text));
  });

  test("is refused with host bits set, and the answer names the network", () => {
    fc.assert(
      fc.property(network, fc.nat(), ({ text, first, bits }, noise) => {
        const host = 1 + (noise % (2 ** (32 - bits) - 1));
        expect(() => parseSubnetV4(`${dotted(first + host)}/${bits}`)).toThrow(text);
      }),
    );
  });

  test.each([
    "", "10.8.0.0", "10.8.0.0/", "10.8.0.0/8", "10.0.0.0/15", "10.8.0.0/30", "10.8.0.0/32", "10.8.0.0/024", "10.8.0/24", "010.8.0.0/24", "0x0a.8.0.0/24",
    "168296448/24", "8.8.8.0/24", "172.32.0.0/16", "172.15.0.0/16", "100.128.0.0/16", "192.169.0.0/16", "127.0.0.0/16", "169.254.0.0/16", "224.0.0.0/24",
    "10.8.0.256/24", "10.8.0.0/24/24", "10.8.0.0/24\nPostUp = id", "10.8.0.0/-1", "fd00::/64", "ten.eight.0.0/24",
  ])("is refused: %j", (text) => {
    expect(() => parseSubnetV4(text)).toThrow(refusal("subnetV4"));
  });

  test.each([["10.8.0.0/24", 253], ["10.8.0.0/16", 65_533], ["10.8.0.0/29", 5]])("%s has room for %i clients", (text, clients) => {
    expect(clientCapacity(parseSubnetV4(text))).toBe(clients);
  });
});

describe("an IPv6 subnet", () => {
  test("made from random bytes is a canonical ULA /64 that carries them", () => {
    fc.assert(
      fc.property(globalId, (bytes) => {
        const subnet = ulaFromRandom(bytes);
        expect(parseUlaV6(subnet)).toBe(subnet);
        expect(contains(subnet, `fd${[...bytes].map((byte, i) => (i % 2 === 1 ? ":" : "") + byte.toString(16).padStart(2, "0")).join("")}::1`)).toBe(true);
      }),
    );
    expect(ulaFromRandom(Uint8Array.of(0x12, 0x34, 0x56, 0x78, 0x9a))).toBe("fd12:3456:789a::/64");
    expect(ulaFromRandom(new Uint8Array(5))).toBe("fd00::/64");
    expect(() => ulaFromRandom(new Uint8Array(4))).toThrow(RangeError);
  });

  test.each([
    "", "fd00::", "fd00::/48", "fd00::/65", "fc00::/64", "fe80::/64", "2001:db8::/64", "FD00::/64", "fd00:0::/64", "fd00:0:0:0::/64", "fd00::1/64",
    "fd00::%eth0/64", "::ffff:10.0.0.0/64", "10.8.0.0/24", "fd00::/64\n[Peer]",
  ])("is refused: %j", (text) => {
    expect(() => parseUlaV6(text)).toThrow(refusal("subnetV6"));
  });
});

describe("addresses", () => {
  test("of every host index lie in the subnet, are neither its first nor its last, and differ from each other", () => {
    fc.assert(
      fc.property(network, globalId, fc.nat(), fc.nat(), ({ text, first, bits }, id, a, b) => {
        const [v4, v6] = [parseSubnetV4(text), ulaFromRandom(id)];
        const indexes = clientCapacity(v4) + 1;
        const [one, other] = [1 + (a % indexes), 1 + (b % indexes)];
        const address = addressAt(v4, v6, one);
        expect(numeric(address.v4)).toBe(first + one);
        expect(first + one).toBeLessThan(first + 2 ** (32 - bits) - 1);
        expect(contains(v4, address.v4) && contains(v6, address.v6)).toBe(true);
        expect(addressAt(v4, v6, other).v4 === address.v4).toBe(one === other);
        expect(addressAt(v4, v6, other).v6 === address.v6).toBe(one === other);
      }),
    );
  });

  test("are written as PostgreSQL and wg write them", () => {
    const [v4, v6] = [parseSubnetV4("10.8.0.0/16"), parseUlaV6("fd12:3456:789a::/64")];
    expect(addressAt(v4, v6, 1)).toEqual({ v4: "10.8.0.1", v6: "fd12:3456:789a::1" });
    expect(addressAt(v4, v6, 256)).toEqual({ v4: "10.8.1.0", v6: "fd12:3456:789a::100" });
    expect(addressAt(v4, v6, 65_534)).toEqual({ v4: "10.8.255.254", v6: "fd12:3456:789a::fffe" });
  });

  test.each([0, -1, 255, 1.5, Number.NaN, 2 ** 40])("don't exist for index %d of a /24", (index) => {
    expect(() => addressAt(parseSubnetV4("10.8.0.0/24"), parseUlaV6("fd00::/64"), index)).toThrow(RangeError);
  });
});

describe("networks", () => {
  test("contain and overlap as their ranges do", () => {
    fc.assert(
      fc.property(network, network, (a, b) => {
        const [aLast, bLast] = [a, b].map(({ first, bits }) => first + 2 ** (32 - bits) - 1) as [number, number];
        expect(overlaps(a.text, b.text)).toBe(a.first <= bLast && b.first <= aLast);
        expect(contains(a.text, b.text)).toBe(a.first <= b.first && bLast <= aLast);
        expect(contains(a.text, dotted(b.first))).toBe(a.first <= b.first && b.first <= aLast);
        expect(overlaps(a.text, a.text) && contains(a.text, a.text)).toBe(true);
      }),
    );
  });

  test("never meet across families, and hold only well-formed members", () => {
    expect(overlaps("0.0.0.0/0", "::/0")).toBe(false);
    expect(contains("::/0", "10.0.0.1")).toBe(false);
    expect(() => contains("10.0.0.0", "10.0.0.1")).toThrow(RangeError);
    expect(() => contains("10.0.0.0/8", "ten")).toThrow(RangeError);
  });
});
