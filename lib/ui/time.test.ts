import { describe, expect, it } from "vitest";
import {
  dayKey,
  formatCalendarDay,
  formatClock,
  formatCountdown,
  formatDateTime,
  formatDay,
  formatDuration,
  formatPreciseClock,
  formatRelative,
  formatSince,
  relativeStep,
} from "@/lib/ui/time";

const at = (iso: string): number => Date.parse(iso);
const NOW = at("2025-11-22T12:04:07.038Z");

describe("durations", () => {
  it.each([
    [0, "0 ms"],
    [38, "38 ms"],
    [37.6, "38 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [1299, "1.2 s"],
    [9999, "9.9 s"],
    [42_900, "42 s"],
    [60_000, "1 min"],
    [252_000, "4 min 12 s"],
    [3_600_000, "1 h"],
    [11_100_000, "3 h 5 min"],
    [86_400_000, "1 day"],
    [183_600_000, "2 days 3 h"],
    [-5, "0 ms"],
  ])("%d ms reads %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("relative times", () => {
  it.each([
    [0, "just now"],
    [4_999, "just now"],
    [12_000, "12 s ago"],
    [59_999, "59 s ago"],
    [180_000, "3 min ago"],
    [7_200_000, "2 h ago"],
    [86_400_000, "1 day ago"],
    [432_000_000, "5 days ago"],
    [-7_200_000, "in 2 h"],
  ])("an age of %d ms reads %s", (age, text) => expect(formatRelative(NOW - age, NOW, "utc")).toBe(text));

  it("names the date once a month has passed", () => {
    expect(formatRelative(at("2025-09-03T08:00:00Z"), NOW, "utc")).toBe("3 Sep 2025");
  });

  it("is written anew each second while it is fresh, seldom later", () => {
    expect(relativeStep(NOW - 10_000, NOW)).toBe(1000);
    expect(relativeStep(NOW - 3_600_000, NOW)).toBe(30_000);
  });
});

describe("countdowns", () => {
  it.each([
    [600_000, "10:00"],
    [582_000, "9:42"],
    [59_001, "1:00"],
    [1, "0:01"],
    [0, "0:00"],
    [-1, "0:00"],
  ])("%d ms left reads %s", (ms, text) => expect(formatCountdown(ms)).toBe(text));
});

describe("clocks and dates", () => {
  it("say that they are in UTC when they are", () => {
    expect(formatClock(NOW, "utc")).toBe("12:04 UTC");
    expect(formatDateTime(NOW, "utc")).toBe("22 Nov 2025, 12:04:07 UTC");
    expect(formatPreciseClock(NOW, "utc")).toBe("12:04:07.038 UTC");
  });

  it("name the date only when it isn't today's", () => {
    expect(formatSince(at("2025-11-22T03:00:00Z"), NOW, "utc")).toBe("03:00 UTC");
    expect(formatSince(at("2025-11-21T23:59:00Z"), NOW, "utc")).toBe("21 Nov, 23:59 UTC");
    expect(formatSince(at("2024-11-22T12:04:00Z"), NOW, "utc")).toBe("22 Nov 2024, 12:04 UTC");
  });

  it("group entries by day", () => {
    expect(formatDay(NOW, NOW, "utc")).toBe("Today");
    expect(formatDay(at("2025-11-21T00:00:00Z"), NOW, "utc")).toBe("Yesterday");
    expect(formatDay(at("2025-11-03T00:00:00Z"), NOW, "utc")).toBe("Monday 3 Nov");
    expect(formatDay(at("2024-01-01T00:00:00Z"), NOW, "utc")).toBe("1 Jan 2024");
    expect(dayKey(NOW, "utc")).toBe("2025-11-22");
  });
});

it("names a calendar day the same whatever the zone", () => {
  expect(formatCalendarDay("2025-11-22")).toBe("22 Nov 2025");
});
