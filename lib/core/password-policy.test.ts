import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, normalisePassword, parsePassword } from "./password-policy";

const weak = expect.objectContaining({ code: "password_weak", facts: { field: "password" } });

describe("what a password must be", () => {
  test.each(["tin lantern over the weir", "aB3$xyz-LMNO", "十二文字以上の合言葉を一つ", "      x y z w q r  "])("%j is taken", (password) => {
    expect(parsePassword(password)).toBe(normalisePassword(password));
  });

  test("at least 12 and at most 128 characters, counted after normalisation and by code points", () => {
    expect(() => parsePassword("abcdefghij1")).toThrow(weak);
    expect(() => parsePassword("zq7vk2mx9rtw")).not.toThrow();
    expect(() => parsePassword("🦊🐢🦉🐙🦋🐝🦔🐧🦩🐌🦎")).toThrow(weak);
    expect(() => parsePassword("🦊🐢🦉🐙🦋🐝🦔🐧🦩🐌🦎🐞")).not.toThrow();
    expect(() => parsePassword("abcd".repeat(MAX_PASSWORD_LENGTH / 4))).not.toThrow();
    expect(() => parsePassword(`${"abcd".repeat(MAX_PASSWORD_LENGTH / 4)}e`)).toThrow(weak);
    expect(() => parsePassword("x".repeat(100_000))).toThrow(weak);
  });

  test.each(["password1234", "Password1234", "123456789012", "qwertyuiop123", "1q2w3e4r5t6y", "iloveyouforever", "unbelievable", "ＱＷＥＲＴＹＵＩＯＰ１２３"])("%j is on the lists that attackers try", (password) => {
    expect(() => parsePassword(password)).toThrow(weak);
  });

  test.each(["aaaaaaaaaaaaaaa", "ababababababab", "121212121212121212"])("%j repeats a few characters", (password) => {
    expect(() => parsePassword(password)).toThrow(weak);
  });

  test.each(["ada.lovelace@example.com", "Lovelacelovelace1", "portcullis-2027", "ada.lovelace!"])("%j is made of the account's own words", (password) => {
    expect(() => parsePassword(password, ["ada.lovelace@example.com", "Ada Lovelace"])).toThrow(weak);
  });

  test("a name inside a longer password is fine", () => {
    expect(() => parsePassword("lovelace kept seven quiet engines", ["Ada Lovelace"])).not.toThrow();
  });

  test("no rule is about which characters: any mix of them passes", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 24, maxLength: 60, unit: "grapheme" }), (text) => {
        const long = [...normalisePassword(text)];
        fc.pre(long.length >= MIN_PASSWORD_LENGTH && long.length <= MAX_PASSWORD_LENGTH && new Set(text.toLowerCase()).size > 12);
        expect(() => parsePassword(text)).not.toThrow();
      }),
    );
  });

  test("what is said names no password", () => {
    try {
      parsePassword("password1234");
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain("password1234");
    }
  });
});
