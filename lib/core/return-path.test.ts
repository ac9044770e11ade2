import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safeReturnPath } from "@/lib/core/return-path";
import { anyCharacter } from "@/lib/core/testing/any-text";

const PORTAL = "https://portal.example";

/** What a browser, and a proxy that decodes the path once more, would make of it. */
function originsOf(path: string): string[] {
  const origins = [new URL(path, PORTAL).origin, new URL(`${PORTAL}${path}`).origin];
  try {
    origins.push(new URL(decodeURIComponent(path.split(/[?#]/)[0]!), PORTAL).origin);
  } catch {
    // Not decodable, and so not decoded by anybody.
  }
  return origins;
}

describe("a return path", () => {
  test.each([
    ["/", "/"],
    ["/subscriptions/1", "/subscriptions/1"],
    ["/operator?q=a%2Fb&cursor=x#top", "/operator?q=a%2Fb&cursor=x#top"],
    ["/a/../b", "/b"],
    ["/é", "/%C3%A9"],
    ["/search?next=https://example.com//", "/search?next=https://example.com//"],
  ])("on this portal is kept: %j", (text, path) => {
    expect(safeReturnPath(text)).toBe(path);
  });

  test.each([
    null, undefined, "", "subscriptions", "host.evil", ".host.evil", "@host.evil", "?next", "#top",
    "https://host.evil/", "HTTPS://host.evil", "https:host.evil", "https:/host.evil", "//host.evil", "///host.evil", "////host.evil",
    "/\\host.evil", "\\/host.evil", "\\\\host.evil", "/x\\..\\..\\host.evil", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "/javascript:alert(1)\n",
    "data:text/html,x", "vbscript:x", "blob:https://host.evil/x", "mailto:ada@example.com",
    "/\t/host.evil", "/\n/host.evil", "/\r\nLocation: https://host.evil", " //host.evil", "\t//host.evil", "/ /host.evil", "\u0000//host.evil",
    "/.//host.evil", "/..//host.evil", "/a/..//host.evil", "/%2e//host.evil", "/%2e%2e//host.evil", "/a/%2e%2e/%2e%2e//host.evil",
    "/%2f/host.evil", "/%2F%2Fhost.evil", "%2f%2fhost.evil", "/%5chost.evil", "/%5C%5Chost.evil", "/%252fhost.evil", "/%25252Fhost.evil", "/%255chost.evil",
    "/%09/host.evil", "/%0a/host.evil", "/%0d%0aLocation:%20x", "/%00", "/%7f", "/\u2028/host.evil", "/\u200b/host.evil", "/\u202Ehost", "/\uD800",
    `/${"a".repeat(2048)}`, "/x//y",
  ])("that leads away, or could be read so, becomes the front page (T5): %j", (text) => {
    expect(safeReturnPath(text)).toBe("/");
  });

  test("never leaves the portal, whatever was asked for, and is stable when checked again (T5)", () => {
    const piece = fc.oneof(
      fc.constantFrom("/", "\\", "//", ".", "..", "%2f", "%2F", "%5c", "%25", "%09", "%2e", "\t", "\n", " ", ":", "@", "?", "#", "host.evil", "javascript:", "https:", "a"),
      fc.string({ unit: anyCharacter, maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), fc.boolean(), (pieces, rooted) => {
        const path = safeReturnPath(`${rooted ? "/" : ""}${pieces.join("")}`);
        expect(originsOf(path).every((origin) => origin === PORTAL)).toBe(true);
        expect(path).toMatch(/^\/(?![/\\])[\x21-\x7E]*$/);
        expect(safeReturnPath(path)).toBe(path);
      }),
      { numRuns: 2000 },
    );
  });

  test("takes the path of an absolute URL only if it is of this very origin (T5)", () => {
    expect(safeReturnPath("https://portal.example/a?b=1", "https://portal.example")).toBe("/a?b=1");
    for (const hostile of ["https://portal.example.evil/a", "https://portal.example@evil/a", "https://portal.example//evil/a", "https://portal.example/\\evil", "http://portal.example/a", "https://portal.example"]) {
      expect(safeReturnPath(hostile, "https://portal.example")).toBe("/");
    }
  });
});
