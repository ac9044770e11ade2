import { describe, expect, test } from "vitest";
import { REMOTE_ADDRESS_HEADER, describeBrowser, sourceOf } from "@/lib/auth/source";

const source = (headers: Record<string, string>) => sourceOf(new Headers(headers));

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome on Windows"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iOS"],
  ["", "an unknown browser"],
  ["\u0000", "an unknown browser"],
])("%j is told as %s", (userAgent, expected) => {
  expect(describeBrowser(userAgent)).toBe(expected);
});

describe("T15: what a request says of itself", () => {
  test("holds no line break, markup or more text than people read, in the browser's name", () => {
    for (const userAgent of ["<script>alert(1)</script>/1.0 Chrome/1", "Chrome/1\tPostUp = evil", "x".repeat(100_000), `Chrome/${"1".repeat(400)}`]) {
      const { browser, userAgent: kept } = source({ "user-agent": userAgent });
      expect(browser).toMatch(/^[A-Za-z0-9 .-]{1,60}$/);
      expect(kept.length).toBeLessThanOrEqual(300);
      expect(kept).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  test("is an address only when it is one, and never what a client puts into another header", () => {
    expect(source({ [REMOTE_ADDRESS_HEADER]: "192.0.2.10" }).address).toBe("192.0.2.10");
    expect(source({ [REMOTE_ADDRESS_HEADER]: "::ffff:192.0.2.10" }).address).toBe("192.0.2.10");
    expect(source({ [REMOTE_ADDRESS_HEADER]: "2001:db8::1" }).address).toBe("2001:db8::1");
    for (const headers of [{}, { [REMOTE_ADDRESS_HEADER]: "nowhere" }, { [REMOTE_ADDRESS_HEADER]: "192.0.2.10, 203.0.113.1" }, { "x-forwarded-for": "203.0.113.1" }, { "x-real-ip": "203.0.113.1" }, { forwarded: "for=203.0.113.1" }] as Record<string, string>[]) {
      expect(source(headers).address).toBeNull();
    }
  });
});
