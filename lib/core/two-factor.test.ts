import { describe, expect, test } from "vitest";
import { showsTwoFactors } from "./two-factor";

describe("two factors at the provider", () => {
  test.each([
    ["the provider says so", ["pwd", "mfa"], null, true],
    ["a password and an app's code", ["pwd", "otp"], null, true],
    ["a key and a fingerprint", ["hwk", "fpt"], null, true],
    ["a password alone", ["pwd"], null, false],
    ["a password and a PIN: one kind twice", ["pwd", "pin"], null, false],
    ["one method named twice", ["otp", "otp"], null, false],
    ["nothing", [], null, false],
    ["unknown words, also those every object has", ["constructor", "toString", "user"], null, false],
    ["an assurance level that the operator named", [], "urn:mfa", true],
    ["another assurance level", ["pwd"], "urn:other", false],
  ])("%s", (_what, amr, acr, expected) => {
    expect(showsTwoFactors(amr, acr, ["urn:mfa"])).toBe(expected);
  });

  test("without a named level, no level counts", () => {
    expect(showsTwoFactors([], "urn:mfa", [])).toBe(false);
  });
});
