import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STEP_UP_ACTIONS } from "@/lib/core/policy";
import { codeDigitsFor, codesEqual, deriveCode, deriveLongCode, parseCode } from "@/lib/core/step-up-code";

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const CHALLENGE = "0190b0de-0000-7000-8000-000000000001";
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("a step-up code", () => {
  // From Python's hmac and struct, as a second implementation.
  test.each([
    [CHALLENGE, 1, "740472"],
    [CHALLENGE, 2, "724399"],
    ["ä", 1, "738748"],
  ])("of %s, part %i, is %s", (challengeId, part, code) => {
    expect(deriveCode(KEY, challengeId, part)).toBe(code);
  });

  test("is always six digits, and the same each time it is derived", () => {
    fc.assert(
      fc.property(key, fc.string(), fc.nat(), (secret, challengeId, part) => {
        const code = deriveCode(secret, challengeId, part);
        expect(code).toMatch(/^[0-9]{6}$/);
        expect(parseCode(code)).toBe(code);
        expect(deriveCode(secret, challengeId, part)).toBe(code);
      }),
    );
  });

  test("tells nothing of another challenge, another part or another key (T10)", () => {
    const codes = new Set(Array.from({ length: 200 }, (_, i) => deriveCode(KEY, CHALLENGE, i)));
    for (let i = 0; i < 200; i += 1) codes.add(deriveCode(KEY, `${CHALLENGE}${i}`, 1));
    for (let i = 0; i < 200; i += 1) codes.add(deriveCode(KEY.map((byte) => byte ^ (i + 1)), CHALLENGE, 1));
    // 600 draws from a million collide now and then by chance; a part that didn't count would leave 400 or fewer.
    expect(codes.size).toBeGreaterThan(590);
  });

  test("keeps challenge and part apart, so that no two pairs read as one", () => {
    expect(deriveCode(KEY, "a\n1", 2)).not.toBe(deriveCode(KEY, "a", "1\n2"));
  });

  test("needs a key of full length", () => {
    expect(() => deriveCode(KEY.subarray(0, 31), CHALLENGE, 1)).toThrow(RangeError);
  });
});

describe("a typed code", () => {
  test.each(["123456", " 123 456 ", "123-456", "１２３４５６", "123\u00A0456\n"])("%j is read as 123456", (text) => {
    expect(parseCode(text)).toBe("123456");
  });

  test.each(["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "1e5", "+12345", "123456".repeat(100)])("%j is none", (text) => {
    expect(parseCode(text)).toBeNull();
  });

  test("equals another exactly when the texts are the same", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (one, other) => codesEqual(one, other) === (one === other) && codesEqual(one, one)));
  });
});

describe("a code that is all there is to show", () => {
  test("T10: has eight digits, where an address is proved; to approve an act in a session, six", () => {
    expect(STEP_UP_ACTIONS.filter((action) => codeDigitsFor(action) === 8)).toEqual(["address.verify"]);
  });

  test("is always eight digits, none of them those of the short code of the same challenge by rule", () => {
    fc.assert(
      fc.property(key, fc.uuid(), (secret, id) => {
        const code = deriveLongCode(secret, id, "address");
        expect(code).toMatch(/^[0-9]{8}$/);
        expect(parseCode(code, 8)).toBe(code);
        expect(parseCode(code)).toBeNull();
      }),
    );
    const begins = Array.from({ length: 500 }, (_, i) => deriveLongCode(KEY, `${CHALLENGE}${i}`, "address").startsWith(deriveCode(KEY, `${CHALLENGE}${i}`, 0)));
    expect(begins.filter(Boolean).length).toBeLessThan(3);
  });
});
