import { expect, it } from "vitest";
import * as policy from "@/lib/core/password-policy";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, passwordAdvice } from "./sign-in-password";

it("counts by the portal's own figures", () => {
  expect([MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH]).toEqual([policy.MIN_PASSWORD_LENGTH, policy.MAX_PASSWORD_LENGTH]);
});

it("says how much is missing, in characters as people count them", () => {
  expect(passwordAdvice("").text).toContain("At least 12 characters");
  expect(passwordAdvice("correct hor").text).toMatch(/^1 more character\./);
  expect(passwordAdvice("🐴🐴🐴🐴").text).toMatch(/^8 more characters\./);
  expect(passwordAdvice("correct horse battery")).toMatchObject({ enough: true });
  expect(passwordAdvice("x".repeat(130))).toEqual({ enough: false, text: "At most 128 characters: take away 2." });
});
