import { describe, expect, it } from "vitest";
import { whyNoPasskey } from "./step-up-passkey";

const named = (name: string): Error => Object.assign(new Error("in the browser's words"), { name });

describe("why the browser gave no passkey", () => {
  it.each([
    ["NotAllowedError", /closed, or took too long/],
    ["AbortError", /closed, or took too long/],
    ["InvalidStateError", /has a passkey for your account already/],
    ["SecurityError", /the portal's own address, over https/],
    ["ConstraintError", /no PIN, fingerprint or face set up/],
  ])("is said in plain words for %s", (name, words) => {
    expect(whyNoPasskey(named(name), "used")).toMatch(words);
  });

  it("never shows the browser's own words", () => {
    for (const name of ["NotAllowedError", "UnknownError", "TypeError"]) expect(whyNoPasskey(named(name), "made")).not.toContain("in the browser's words");
  });
});
