import { describe, expect, test } from "vitest";
import { parseKeyring } from "./encryption-keys";

const DERIVED = new Uint8Array(32).fill(1);
const key = (seed: number): string => Buffer.from(Uint8Array.from({ length: 32 }, (_, i) => (i * 7 + seed) % 256)).toString("base64");

describe("the keys for secrets at rest", () => {
  test("are the one that follows from the portal's secret, when none is named", () => {
    expect(parseKeyring("", DERIVED)).toEqual([{ version: 1, key: DERIVED }]);
  });

  test("come highest version first, whatever the order they are written in, and version 1 stays for what was sealed before", () => {
    const keyring = parseKeyring(` 2:${key(2)}, 10:${key(10)} `, DERIVED);
    if ("problem" in keyring) throw new Error(keyring.problem);
    expect(keyring.map(({ version }) => version)).toEqual([10, 2, 1]);
    expect(keyring[2]?.key).toBe(DERIVED);
  });

  test("take version 1 from the list where it is there", () => {
    const keyring = parseKeyring(`1:${key(5)}`, DERIVED);
    if ("problem" in keyring) throw new Error(keyring.problem);
    expect(keyring).toHaveLength(1);
    expect(keyring[0].key).not.toBe(DERIVED);
  });

  test.each([
    ["no version", key(1), "version"],
    ["version 0", `0:${key(1)}`, "version"],
    ["a version too large", `40000:${key(1)}`, "version"],
    ["a version twice", `2:${key(1)},2:${key(2)}`, "twice"],
    ["a short key", `2:${key(1).slice(0, 40)}`, "32 bytes"],
    ["a key that is no base64", `2:${"*".repeat(44)}`, "32 bytes"],
    ["T17: a placeholder", `2:${Buffer.alloc(32).toString("base64")}`, "placeholder"],
  ])("are refused with %s, in words that hold no key", (_what, text, words) => {
    const result = parseKeyring(text, DERIVED);
    if (!("problem" in result)) throw new Error("accepted");
    expect(result.problem).toContain(words);
    for (const part of text.split(/[:,]/).filter((piece) => piece.length > 10)) expect(result.problem).not.toContain(part);
  });
});
