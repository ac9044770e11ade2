import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Json, canonicalJson } from "@/lib/core/canonical-json";

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("json"), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

/** The same value with every object's keys the other way round. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([name, member]) => [name, reversed(member)]));
}

describe("canonical JSON", () => {
  test("is JSON that reads back as the same value, whatever the order of keys", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
        expect(JSON.stringify(JSON.parse(text))).toHaveLength(JSON.stringify(value).length);
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  test("gives two different values two different texts", () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const same = canonicalJson(one) === canonicalJson(other);
        expect(same).toBe(isDeepStrictEqual(one, other));
      }),
    );
  });

  test("sorts keys, drops white space, escapes only what JSON must", () => {
    expect(canonicalJson({ b: [1, { d: "é\n\"", c: null }], a: true })).toBe('{"a":true,"b":[1,{"c":null,"d":"é\\n\\""}]}');
  });

  test.each([
    ["a fraction", 0.5],
    ["an unsafe integer", 2 ** 53],
    ["not a number", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["undefined", { a: undefined }],
    ["a date", { at: new Date(0) }],
    ["a lone surrogate", "\uD800"],
    ["a lone surrogate as a key", { "\uDC00": 1 }],
    ["a bigint", [1n]],
    ["bytes", Uint8Array.of(1)],
  ])("refuses %s", (_what, value) => {
    expect(() => canonicalJson(value as unknown as Json)).toThrow(TypeError);
  });
});

function isDeepStrictEqual(one: Json, other: Json): boolean {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
}
