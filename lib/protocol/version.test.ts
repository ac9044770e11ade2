import { describe, expect, test } from "vitest";
import { PROTOCOL_HISTORY, PROTOCOL_VERSION } from "@/lib/protocol/version";

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
