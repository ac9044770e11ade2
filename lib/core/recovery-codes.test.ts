import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { hashRecoveryCode, makeRecoveryCode, parseRecoveryCode } from "./recovery-codes";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const KEY = new Uint8Array(32).fill(7);

describe("a recovery code", () => {
  test("T18: has 60 random bits: twelve characters, each one of 32 and each as likely", () => {
    const seen = new Map<string, number>();
    for (let i = 0; i < 4000; i += 1) {
      const code = makeRecoveryCode(random);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      for (const character of code.replaceAll("-", "")) seen.set(character, (seen.get(character) ?? 0) + 1);
    }
    expect(seen.size).toBe(32);
    // 1,500 of each are expected; six standard deviations off would be a bias.
    for (const count of seen.values()) expect(Math.abs(count - 1500)).toBeLessThan(6 * Math.sqrt(1500));
  });

  test.each([
    ["7kq2-m4xp-90td", "7KQ2-M4XP-90TD"],
    [" 7KQ2 M4XP 90TD ", "7KQ2-M4XP-90TD"],
    ["7KQ2M4XP9OTD", "7KQ2-M4XP-90TD"],
    ["iKQ2-l4XP-90TD", "1KQ2-14XP-90TD"],
    ["７KQ2-M4XP-90TD", "7KQ2-M4XP-90TD"],
    ["UKQ2-M4XP-90TD", null],
    ["7KQ2-M4XP-90T", null],
    ["7KQ2-M4XP-90TDD", null],
    ["", null],
  ])("typed as %j is read as %j", (text, code) => {
    expect(parseRecoveryCode(text)).toBe(code);
  });

  test("is kept as a hash that depends on the portal's key and on whose it is", () => {
    const hash = (key: Uint8Array, user: string, code: string) => Buffer.from(hashRecoveryCode(key, user, code)).toString("hex");
    const one = hash(KEY, "ada", "7KQ2-M4XP-90TD");
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(hash(KEY, "ada", "7KQ2-M4XP-90TD")).toBe(one);
    for (const other of [hash(KEY, "eve", "7KQ2-M4XP-90TD"), hash(KEY, "ada", "7KQ2-M4XP-90TE"), hash(new Uint8Array(32).fill(8), "ada", "7KQ2-M4XP-90TD")]) expect(other).not.toBe(one);
    expect(() => hashRecoveryCode(new Uint8Array(31), "ada", "7KQ2-M4XP-90TD")).toThrow(RangeError);
  });
});
