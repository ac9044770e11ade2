import { describe, expect, test } from "vitest";
import { allowedExpiry, dueReminder, isLater, parseExpiry } from "@/lib/core/client-expiry";
import { PortcullisError } from "@/lib/core/errors";

const NOW = new Date("2026-11-22T12:00:00Z");
const days = (count: number): Date => new Date(NOW.getTime() + count * 24 * 3_600_000);
const REFUSED = expect.objectContaining({ code: "expiry_invalid" }) as PortcullisError;

const chosen = (text: string | null, maxDays: number | null): Date | null => allowedExpiry(parseExpiry(text), NOW, maxDays);

describe("the end of a client's access", () => {
  test("is a later instant, or none", () => {
    expect(chosen(days(30).toISOString(), null)).toEqual(days(30));
    expect(chosen(null, null)).toBeNull();
  });

  test.each(["", "tomorrow", "2026", "2026-13-45T00:00:00Z", NOW.toISOString(), "1999-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2026-11-22"])("%j is refused", (text) => {
    expect(() => chosen(text, null)).toThrow(REFUSED);
  });

  test("is at most what the plan allows, and just that when no end was chosen or a day was meant", () => {
    expect(chosen(null, 30)).toEqual(days(30));
    expect(chosen(days(30.4).toISOString(), 30)).toEqual(days(30));
    expect(chosen(days(29).toISOString(), 30)).toEqual(days(29));
    expect(() => chosen(days(32).toISOString(), 30)).toThrow(REFUSED);
  });

  test("widens access when it is later, and never otherwise", () => {
    expect([isLater(days(2), days(1)), isLater(null, days(1))]).toEqual([true, true]);
    expect([isLater(days(1), days(2)), isLater(days(1), days(1)), isLater(days(1), null), isLater(null, null)]).toEqual([false, false, false, false]);
  });
});

describe("reminders", () => {
  const end = days(0);
  const at = (daysBefore: number, reminded: number | null, chosenDaysBefore = 90): number | null => dueReminder(end, days(-chosenDaysBefore), reminded, days(-daysBefore));

  test("are due seven days and one day before the end, each once", () => {
    expect([at(8, null), at(7, null), at(3, 7), at(1, 7), at(0.5, 1), at(0, 1)]).toEqual([null, 7, null, 1, null, null]);
  });

  test("that were missed are not all sent at once", () => {
    expect(at(0.9, null)).toBe(1);
  });

  test("are not sent for an end that was just chosen", () => {
    expect([at(6, null, 7), at(6, null, 14), at(1, null, 2), at(1, null, 3)]).toEqual([null, null, null, 1]);
  });
});
