import { describe, expect, test } from "vitest";
import { POLICIES, strangersTriesInADay, triesInADay, waitAfter } from "./guessing";

describe("the figures of docs/security-guessing.md", () => {
  test("waits grow, up to the longest", () => {
    const allowance = { free: 2, firstWaitSeconds: 10, factor: 3, longestWaitSeconds: 100 };
    expect([1, 2, 3, 4, 5, 6, 1000].map((tries) => waitAfter(allowance, tries))).toEqual([0, 10, 30, 90, 100, 100, 100]);
  });

  test("T10: guesses at a password in a day", () => {
    expect(triesInADay(POLICIES.password.pair)).toBe(11);
    expect(triesInADay(POLICIES.password.pairUnderAttack)).toBe(5);
    expect(strangersTriesInADay(POLICIES.password, 1)).toBe(11);
    expect(strangersTriesInADay(POLICIES.password, 1000)).toBe(5050);
  });

  test("T10: guesses at a code in a day, of a million, once the password is known", () => {
    expect(triesInADay(POLICIES.factor.account)).toBe(38);
    expect(strangersTriesInADay(POLICIES.factor, 1000)).toBe(38);
  });

  test("T10: guesses with a stolen known browser", () => {
    expect(triesInADay(POLICIES.password.known)).toBe(109);
    expect(triesInADay(POLICIES.factor.known)).toBe(109);
  });

  test("a passkey is guessed by nobody: an office of one address opens the sign-in page a thousand times a day, and never waits long", () => {
    expect([1, 999].map((tries) => waitAfter(POLICIES.passkey.source, tries))).toEqual([0, 0]);
    expect(waitAfter(POLICIES.passkey.source, 100_000)).toBeLessThanOrEqual(10);
  });

  test("T10: mails, each with five guesses at a code of a hundred million", () => {
    expect(strangersTriesInADay(POLICIES.mail, 1)).toBe(6);
    expect(strangersTriesInADay(POLICIES.mail, 1000)).toBe(2020);
  });
});
