import { describe, expect, test } from "vitest";
import { isId, isToken } from "./ids";

const ID = "0190b0de-0000-4000-8000-00000000000a";

describe("an id", () => {
  test("is a UUID in lower case", () => {
    expect(isId(ID)).toBe(true);
  });

  test.each(["", ID.toUpperCase(), `${ID}\n`, ` ${ID}`, ID.replaceAll("-", ""), `{${ID}}`, `${ID}0`])("%j is none", (text) => {
    expect(isId(text)).toBe(false);
  });
});

describe("a token", () => {
  test("is 32 bytes in base64url", () => {
    expect(isToken(Buffer.alloc(32, 0xfb).toString("base64url"))).toBe(true);
  });

  test.each(["", "a".repeat(42), "a".repeat(44), `${"a".repeat(43)}\n`, `${"a".repeat(42)}=`, `${"a".repeat(42)}+`])("%j is none", (text) => {
    expect(isToken(text)).toBe(false);
  });
});
