import { describe, expect, test } from "vitest";
import { commonVersion, OLDEST_PROTOCOL_VERSION, parseVersions, PROTOCOL_HISTORY, PROTOCOL_VERSION, SPOKEN_VERSIONS, versionsText } from "@/lib/protocol/version";

describe("the protocol's history", () => {
  test("ends with the version in force", () => {
    expect(PROTOCOL_HISTORY.at(-1)?.version).toBe(PROTOCOL_VERSION);
  });

  test("names every version from 1 on, with dates that don't go back", () => {
    expect(PROTOCOL_HISTORY.map(({ version }) => version)).toEqual(Array.from({ length: PROTOCOL_VERSION }, (_, i) => i + 1));
    const dates = PROTOCOL_HISTORY.map(({ date }) => date);
    for (const date of dates) expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(dates).toEqual([...dates].sort());
  });
});

describe("the versions that a sender speaks", () => {
  test("are read as they are written", () => {
    expect(parseVersions(versionsText(SPOKEN_VERSIONS))).toEqual(SPOKEN_VERSIONS);
    expect(parseVersions("1,2,  3")).toBeNull();
    for (const text of [null, "", "0", "1;2", "01", "1,", "-1", "1.5", "123456", " 1", "1\n", Array(33).fill("1").join(",")]) expect(parseVersions(text)).toBeNull();
  });

  test("lead to the highest that both speak, in either order of updates, or to none", () => {
    expect(commonVersion([PROTOCOL_VERSION - 1, PROTOCOL_VERSION])).toBe(PROTOCOL_VERSION);
    expect(commonVersion([PROTOCOL_VERSION, PROTOCOL_VERSION + 1])).toBe(PROTOCOL_VERSION);
    expect(commonVersion([OLDEST_PROTOCOL_VERSION])).toBe(OLDEST_PROTOCOL_VERSION);
    expect(commonVersion([PROTOCOL_VERSION + 1])).toBeNull();
    expect(commonVersion([OLDEST_PROTOCOL_VERSION - 1])).toBeNull();
    expect(commonVersion([])).toBeNull();
  });
});
