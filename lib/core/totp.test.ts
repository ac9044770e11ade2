import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkTotp, describeDrift, HINT_STEPS, parseTotpCode, totpAt, totpKeyText, totpUri, type TotpSettings } from "./totp";

/** The secret of RFC 6238, appendix B, for HMAC-SHA-1. */
const RFC_SECRET = new TextEncoder().encode("12345678901234567890");
const FRESH = { lastStep: null, refusedStep: null };
const usual: TotpSettings = { digits: 6, periodSeconds: 30, window: 1 };
/** A time whose step begins right then. */
const at = (seconds: number): Date => new Date(Date.UTC(2027, 2, 1) + seconds * 1000);
const codeAt = (seconds: number, settings = usual): string => totpAt(RFC_SECRET, settings, at(seconds));

describe("the vectors of RFC 6238, appendix B", () => {
  test.each([
    [59, "94287082"],
    [1_111_111_109, "07081804"],
    [1_111_111_111, "14050471"],
    [1_234_567_890, "89005924"],
    [2_000_000_000, "69279037"],
    [20_000_000_000, "65353130"],
  ])("at %i s the code is %s, with eight digits and with six", (seconds, code) => {
    const now = new Date(seconds * 1000);
    expect(totpAt(RFC_SECRET, { digits: 8, periodSeconds: 30 }, now)).toBe(code);
    expect(totpAt(RFC_SECRET, { digits: 6, periodSeconds: 30 }, now)).toBe(code.slice(2));
    expect(checkTotp(RFC_SECRET, { digits: 8, periodSeconds: 30, window: 0 }, FRESH, code, now)).toMatchObject({ kind: "accepted", step: Math.floor(seconds / 30), driftSteps: 0 });
  });
});

describe("a code works once", () => {
  const accepted = checkTotp(RFC_SECRET, usual, FRESH, codeAt(0), at(0));

  test("the same code is refused after it was accepted, in its own step and in the next", () => {
    expect(accepted.kind).toBe("accepted");
    const state = { lastStep: accepted.kind === "accepted" ? accepted.step : null, refusedStep: null };
    expect(checkTotp(RFC_SECRET, usual, state, codeAt(0), at(0))).toEqual({ kind: "used" });
    expect(checkTotp(RFC_SECRET, usual, state, codeAt(0), at(30))).toEqual({ kind: "used" });
  });

  test("a code older than one that was accepted is refused, the next one is not", () => {
    const step = accepted.kind === "accepted" ? accepted.step : 0;
    expect(checkTotp(RFC_SECRET, usual, { lastStep: step, refusedStep: null }, codeAt(-30), at(0))).toEqual({ kind: "used" });
    expect(checkTotp(RFC_SECRET, usual, { lastStep: step, refusedStep: null }, codeAt(30), at(30))).toMatchObject({ kind: "accepted", step: step + 1 });
  });

  test("a code that was shown too early is refused when its time comes", () => {
    const early = checkTotp(RFC_SECRET, usual, FRESH, codeAt(120), at(0));
    expect(early).toMatchObject({ kind: "drifted", driftSeconds: -135 });
    const refusedStep = early.kind === "drifted" ? early.step : null;
    expect(checkTotp(RFC_SECRET, usual, { lastStep: null, refusedStep }, codeAt(120), at(120))).toEqual({ kind: "used" });
    expect(checkTotp(RFC_SECRET, usual, { lastStep: null, refusedStep }, codeAt(150), at(150)).kind).toBe("accepted");
  });
});

describe("a phone whose clock is wrong", () => {
  test.each([0, 1, 2] as const)("with a window of %i steps, codes inside are accepted and those outside are called drifted", (window) => {
    const settings = { ...usual, window };
    for (let steps = -HINT_STEPS; steps <= HINT_STEPS; steps += 1) {
      const outcome = checkTotp(RFC_SECRET, settings, FRESH, codeAt(steps * 30), at(0));
      expect(outcome.kind).toBe(Math.abs(steps) <= window ? "accepted" : "drifted");
    }
    expect(checkTotp(RFC_SECRET, settings, FRESH, codeAt(-30 * (HINT_STEPS + 1)), at(0))).toEqual({ kind: "wrong" });
    expect(checkTotp(RFC_SECRET, settings, FRESH, codeAt(30 * (HINT_STEPS + 1)), at(0))).toEqual({ kind: "wrong" });
  });

  test("is measured within half a step", () => {
    fc.assert(
      fc.property(fc.integer({ min: -270, max: 270 }), fc.integer({ min: 0, max: 86_400 }), fc.constantFrom(30 as const, 60 as const), (behind, now, periodSeconds) => {
        const settings = { ...usual, periodSeconds };
        const outcome = checkTotp(RFC_SECRET, settings, FRESH, codeAt(now - behind, settings), at(now));
        if (outcome.kind !== "drifted" && outcome.kind !== "accepted") throw new Error(outcome.kind);
        expect(Math.abs(outcome.driftSeconds - behind)).toBeLessThanOrEqual(outcome.driftSeconds === 0 ? periodSeconds : periodSeconds / 2 + 1);
      }),
    );
  });

  test.each([
    [40, "about 40 s behind"],
    [-44, "about 40 s ahead"],
    [95, "about 100 s behind"],
    [240, "about 4 min behind"],
    [-4, "about 10 s ahead"],
  ])("%i s reads as %s", (seconds, words) => {
    expect(describeDrift(seconds)).toBe(words);
  });
});

describe("what a person types", () => {
  test.each([
    ["123 456", "123456"],
    ["123-456", "123456"],
    ["１２３４５６", "123456"],
    [" 12345678 ", "12345678"],
    ["12345", null],
    ["1234567", null],
    ["123456789", null],
    ["12345a", null],
    ["١٢٣٤٥٦", null],
    ["", null],
  ])("%j reads as %j", (text, code) => {
    expect(parseTotpCode(text)).toBe(code);
  });

  test("a code of another length is wrong, whatever it is", () => {
    expect(checkTotp(RFC_SECRET, { ...usual, digits: 8 }, FRESH, codeAt(0), at(0))).toEqual({ kind: "wrong" });
  });
});

test("the QR code's address says everything that an app needs, and names issuer and account", () => {
  const uri = new URL(totpUri(RFC_SECRET, { digits: 8, periodSeconds: 60 }, "Portcullis portal.test", "ada+x@example.com"));
  expect(uri.protocol).toBe("otpauth:");
  expect(decodeURIComponent(uri.pathname)).toContain("Portcullis portal.test:ada+x@example.com");
  expect(Object.fromEntries(uri.searchParams)).toEqual({ issuer: "Portcullis portal.test", secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", algorithm: "SHA1", digits: "8", period: "60" });
  expect(totpKeyText(RFC_SECRET)).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
});
