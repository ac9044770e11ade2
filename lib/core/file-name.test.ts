import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configFileName } from "@/lib/core/file-name";
import { anyText } from "@/lib/core/testing/any-text";

describe("a configuration's file name", () => {
  test.each([
    ["Ada's laptop", "Atlas", "adas-lapt-atlas"],
    ["laptop", "Atlas", "laptop-atlas"],
    ["x", "production-eu-west", "x-production-eu"],
    ["Größe", "Zürich", "grosse-zurich"],
    ["Łódź", "Ålesund", "lodz-alesund"],
    ["web.01", "Atlas", "web-01-atlas"],
    ["仕事用", "Atlas", "client-atlas"],
    ["laptop", "本番", "laptop-wg"],
    ["仕事用", "本番", "portcullis"],
    ["con", "本番", "con-wg"],
    ["../../etc/passwd", "Atlas", "etc-passw-atlas"],
    ["a\nPostUp = id", "x", "a-postup-id-x"],
    ["$(reboot)", ";rm -rf", "reboot-rm-rf"],
  ])("for %j on %j is %s", (nickname, instance, name) => {
    expect(configFileName(nickname, instance)).toBe(name);
  });

  test("is one that every WireGuard app and file system takes, whatever the names are (T15, T20)", () => {
    fc.assert(
      fc.property(anyText, fc.string({ unit: "grapheme" }), (nickname, instance) => {
        const name = configFileName(nickname, instance);
        expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,14}$/);
        expect(name).toMatch(/[a-z0-9]$/);
        expect(["con", "nul", "aux", "prn", "lo", "all", "default"]).not.toContain(name);
      }),
      { numRuns: 1000 },
    );
  });
});
