import { assert, date, property } from "fast-check";
import { expect, test } from "vitest";
import { DAY_MS, everyUnit, HOUR_MS, keptSince, shownSince } from "./traffic";

test("every hour is there, from the first shown to the one that goes on; what lies outside is not", () => {
  const now = new Date("2026-03-29T01:30:00Z");
  const { hour } = shownSince(now);
  expect(hour).toEqual(new Date("2026-03-28T01:00:00Z"));
  const rows = ["2026-03-28T00:00:00Z", "2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"].map((at, index) => ({ at: new Date(at), receivedBytes: index + 1, sentBytes: 10 }));
  const hours = everyUnit(rows, hour, now, HOUR_MS);
  expect(hours).toHaveLength(25);
  expect(hours.map(({ receivedBytes }) => receivedBytes)).toEqual([2, ...Array.from({ length: 23 }, () => 0), 3]);
});

test("thirty days and today are shown, and what is kept covers what is shown, in whole days", () => {
  assert(
    property(date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }), (now) => {
      const [shown, kept] = [shownSince(now), keptSince(now)];
      expect(everyUnit([], shown.day, now, DAY_MS)).toHaveLength(31);
      expect(kept.hour.getTime()).toBeLessThanOrEqual(shown.hour.getTime());
      expect(kept.day.getTime()).toBeLessThanOrEqual(shown.day.getTime());
      expect(kept.hour.getTime() % DAY_MS).toBe(0);
      // Bounded: 72 hours, 31 days.
      expect((now.getTime() - kept.hour.getTime()) / HOUR_MS).toBeLessThan(72);
      expect((kept.hour.getTime() - kept.day.getTime()) / DAY_MS).toBeLessThanOrEqual(31);
    }),
  );
});
