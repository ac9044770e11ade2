import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskEmailAddress, parseEmailAddress } from "@/lib/core/email-address";
import { PortcullisError } from "@/lib/core/errors";
import { anyText } from "@/lib/core/testing/any-text";

const REFUSED = expect.objectContaining({ code: "bad_request", facts: { field: "email" } }) as PortcullisError;
const parsed = (text: string): string | null => {
  try {
    return parseEmailAddress(text);
  } catch (error) {
    expect(error).toBeInstanceOf(PortcullisError);
    return null;
  }
};

describe("an e-mail address", () => {
  test.each([
    ["ada@example.com", "ada@example.com"],
    ["  Ada.Lovelace@Example.COM ", "ada.lovelace@example.com"],
    ["ada+portal@sub.example.co.uk", "ada+portal@sub.example.co.uk"],
    ["o'brien_7@example.com", "o'brien_7@example.com"],
    ["ada@Bücher.de", "ada@xn--bcher-kva.de"],
    ["ada@xn--bcher-kva.de", "ada@xn--bcher-kva.de"],
    ["jose\u0301@example.com", "jos\u00E9@example.com"],
    ["用户@例子.公司", "用户@xn--fsqu00a.xn--55qx5d"],
  ])("%j is kept as %j", (text, address) => {
    expect(parseEmailAddress(text)).toBe(address);
  });

  test("is normalised once: parsing the result gives the result (T9, T14)", () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: "grapheme" }).map((local) => `${local}@example.com`), anyText.map((domain) => `ada@${domain}.de`)), (text) => {
        const address = parsed(text);
        if (address === null) return;
        expect(parseEmailAddress(address)).toBe(address);
        expect(address).toBe(address.toLowerCase());
        expect(address.split("@")).toHaveLength(2);
        expect(address.split("@")[1]).toMatch(/^[a-z0-9.-]+$/);
        expect(/[\p{C}\s,;"<>()]/u.test(address)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["a quoted local part that holds another address", '"ada@attacker.example"@example.com'],
    ["a quoted local part", '"ada lovelace"@example.com'],
    ["two addresses with a comma", "ada@example.com,eve@attacker.example"],
    ["two addresses with a semicolon", "ada@example.com;eve@attacker.example"],
    ["two addresses with a space", "ada@example.com eve@attacker.example"],
    ["two @", "ada@attacker.example@example.com"],
    ["a display name", "Ada <ada@example.com>"],
    ["angle brackets", "<ada@example.com>"],
    ["a comment", "ada(x)@example.com"],
    ["a line break and a header", "ada@example.com\r\nBcc: eve@attacker.example"],
    ["a trailing line break", "ada@example.com\n"],
    ["a tab", "ada@exam\tple.com"],
    ["a NUL", "ada@example.com\0.attacker.example"],
    ["a line separator", "ada@example.com\u2028"],
    ["a percent route", "ada%example.com@attacker.example"],
    ["a bang path", "attacker.example!ada@example.com"],
    ["a source route", "@attacker.example:ada@example.com"],
    ["a full-width @", "ada＠example.com"],
    ["a small @", "ada﹫example.com"],
    ["a full-width @ beside a plain one", "ada＠attacker.example@example.com"],
    ["a full-width letter in the domain", "ada@ｅxample.com"],
    ["a circled letter in the domain", "ada@ⓔxample.com"],
    ["an ideographic full stop", "ada@example。com"],
    ["a one-dot leader", "ada@example\u2024com"],
    ["the Kelvin sign", "\u212Aate@example.com"],
    ["a dotless i", "adm\u0131n@example.com"],
    ["a dotted capital I", "adm\u0130n@example.com"],
    ["a long s", "\u017Fam@example.com"],
    ["a ligature", "of\uFB01ce@example.com"],
    ["a soft hyphen in the domain", "ada@exam\u00ADple.com"],
    ["a zero-width space", "ada\u200B@example.com"],
    ["a bidirectional override", "ada\u202E@example.com"],
    ["an encoded domain", "ada@ex%61mple.com"],
    ["a path after the domain", "ada@example.com/attacker.example"],
    ["a backslash", "ada@example.com\\attacker.example"],
    ["a fragment", "ada@example.com#attacker.example"],
    ["a port", "ada@example.com:25"],
    ["an address literal", "ada@[192.0.2.1]"],
    ["a bare IPv4 address", "ada@192.0.2.1"],
    ["an IPv4 address in disguise", "ada@0x7f.1"],
    ["a single label", "ada@localhost"],
    ["a trailing dot", "ada@example.com."],
    ["two dots in the domain", "ada@example..com"],
    ["a leading dot", ".ada@example.com"],
    ["a dot before the @", "ada.@example.com"],
    ["two dots", "ada..b@example.com"],
    ["a leading hyphen, which a command would take for an option", "-oQ/tmp@example.com"],
    ["an underscore in the domain", "ada@ex_ample.com"],
    ["broken punycode", "ada@xn--zz.de"],
    ["HTML", "<b>ada</b>@example.com"],
    ["no local part", "@example.com"],
    ["no domain", "ada@"],
    ["no @", "ada.example.com"],
    ["nothing", ""],
    ["a local part over 64 bytes", `${"a".repeat(65)}@example.com`],
    ["an address over 254 bytes", `ada@${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.example`],
    ["a label over 63 bytes", `ada@${"a".repeat(64)}.com`],
    ["a megabyte", `ada@${"a".repeat(1_000_000)}.com`],
  ])("with %s is refused (T9)", (_what, text) => {
    expect(() => parseEmailAddress(text)).toThrow(REFUSED);
  });

  test("of mixed case is the same address, and one that only resembles it is not (T14)", () => {
    expect(parseEmailAddress("ADA@EXAMPLE.COM")).toBe(parseEmailAddress("ada@example.com"));
    expect(parsed("аda@example.com")).not.toBe("ada@example.com");
  });

  test("is masked so that its owner knows it and nobody else can", () => {
    expect(maskEmailAddress(parseEmailAddress("ada.lovelace@example.com"))).toBe("a•••@example.com");
    expect(maskEmailAddress(parseEmailAddress("用户@example.com"))).toBe("用•••@example.com");
  });
});
