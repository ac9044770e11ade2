import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PortcullisError } from "@/lib/core/errors";
import { parseNickname } from "@/lib/core/nickname";
import { anyCharacter } from "@/lib/core/testing/any-text";

const REFUSED = expect.objectContaining({ code: "nickname_invalid", facts: { field: "nickname" } }) as PortcullisError;

describe("a nickname", () => {
  test.each([
    ["Ada's laptop", "Ada's laptop"],
    ["  build server 3  ", "build server 3"],
    ["仕事用\u3000ノート", "仕事用 ノート"],
    ["حاسوب العمل", "حاسوب العمل"],
    ["कंप्यूटर", "कंप्यूटर"],
    ["Zoe\u0308", "Zo\u00EB"],
    ["laptop ☕ (old) #2 – 50 %", "laptop ☕ (old) #2 – 50 %"],
    ["❤\uFE0F", "❤\uFE0F"],
    ["7", "7"],
    ["a".repeat(40), "a".repeat(40)],
    ["😀".repeat(40), "😀".repeat(40)],
  ])("is welcome in any script: %j", (text, nickname) => {
    expect(parseNickname(text)).toBe(nickname);
  });

  test.each([
    ["empty", ""],
    ["blank", " \u00A0\u3000 "],
    ["41 characters", "a".repeat(41)],
    ["a line break and a directive (T15)", "laptop\nPostUp = id"],
    ["a trailing line break", "laptop\n"],
    ["a carriage return", "laptop\rx"],
    ["a tab", "lap\ttop"],
    ["a NUL", "lap\0top"],
    ["an escape", "lap\u001B[31mtop"],
    ["a C1 control", "lap\u0085top"],
    ["a line separator", "lap\u2028top"],
    ["a right-to-left override", "lap\u202Etop"],
    ["an isolate", "lap\u2066top"],
    ["a right-to-left mark", "lap\u200Ftop"],
    ["a zero-width space", "lap\u200Btop"],
    ["a zero-width joiner", "👩\u200D💻"],
    ["a byte-order mark", "lap\uFEFFtop"],
    ["a soft hyphen", "lap\u00ADtop"],
    ["a Hangul filler", "\u3164"],
    ["an empty braille pattern", "\u2800"],
    ["a tag character", "a\u{E0041}"],
    ["an unassigned character", "a\u0378"],
    ["a private one", "a\uE000"],
    ["a lone surrogate", "a\uD800"],
    ["a non-character", "a\uFFFF"],
    ["a mark with nothing to stand on", "\u0301a"],
  ])("is refused: %s", (_what, text) => {
    expect(() => parseNickname(text)).toThrow(REFUSED);
  });

  test("that is accepted is one visible line of 1–40 characters, and stays as it is when parsed again", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme", maxLength: 45 }), fc.string({ unit: anyCharacter, maxLength: 8 })), (text) => {
        let nickname: string;
        try {
          nickname = parseNickname(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PortcullisError);
          return;
        }
        expect(parseNickname(nickname)).toBe(nickname);
        expect([...nickname].length).toBeLessThanOrEqual(40);
        expect(nickname).toMatch(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u);
        expect(nickname).toBe(nickname.trim().normalize("NFC"));
      }),
      { numRuns: 1000 },
    );
  });

  test("says how long it is when it is too long", () => {
    expect(() => parseNickname("a".repeat(57))).toThrow(/at most 40 .* has 57/);
  });
});
