import { assert, infiniteStream, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { commonUsersOf, suggestSubnets } from "./common-subnets";
import { overlaps, parseSubnetV4 } from "./subnet";

describe("commonUsersOf", () => {
  test.each([
    ["192.168.1.0/24", /home routers/],
    ["192.168.122.0/25", /libvirt/],
    ["172.17.0.0/16", /Docker/],
    ["172.20.10.0/29", /iPhones/],
    ["10.0.0.0/24", /home routers/],
    ["10.8.0.0/24", /OpenVPN/],
    ["10.8.0.0/16", /OpenVPN/],
    ["100.64.0.0/16", /carriers/],
  ])("%s: %s", (subnet, users) => expect(commonUsersOf(parseSubnetV4(subnet))).toMatch(users));

  test.each(["10.73.5.0/24", "10.8.1.0/24", "10.187.0.0/16"])("nobody in %s", (subnet) => expect(commonUsersOf(parseSubnetV4(subnet))).toBeNull());
});

test("what is suggested is different, and nobody is known for it", () => {
  assert(
    property(infiniteStream(integer({ min: 0, max: 255 })), (stream) => {
      // Two bytes a draw, as an unlucky source would give them, with a lucky one now and then so that it ends.
      let draws = 0;
      const bytes = (length: number): Uint8Array => {
        draws += 1;
        return draws % 5 === 0 ? Uint8Array.of(73, draws % 256) : Uint8Array.from({ length }, () => stream.next().value as number);
      };
      const subnets = suggestSubnets(3, bytes);
      expect(new Set(subnets).size).toBe(3);
      for (const [index, subnet] of subnets.entries()) {
        expect(commonUsersOf(subnet)).toBeNull();
        for (const other of subnets.slice(index + 1)) expect(overlaps(subnet, other)).toBe(false);
      }
    }),
  );
});
