import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coverageOf, dayOrNull, daysBetween, dueWarrantyReminder, modelOrNull, parseSerial, WARRANTY_REMINDER_DAYS } from "./warranty";

const day = fc.integer({ min: 0, max: 60_000 }).map((days) => new Date(Date.UTC(2000, 0, 1) + days * 86_400_000).toISOString().slice(0, 10));

describe("a serial number", () => {
  test("is found however it was typed", () => {
    for (const typed of ["ab-12.34/x_9", " AB-12.34/X_9 ", "ab - 12.34 / x_9"]) expect(parseSerial(typed)).toBe("AB-12.34/X_9");
  });

  test.each(["", "ab", "-abc", "a".repeat(41), "abc\u0000", "abc'", "abc<b>", "äbc"])("%j is none, and is refused in words about the label", (text) => {
    expect(() => parseSerial(text)).toThrow(expect.objectContaining({ code: "warranty_serial_invalid", facts: { field: "serial" } }));
  });
});

test("T15: a model is one line of visible characters", () => {
  expect(modelOrNull("  Filer  9000\u00A0X ")).toBe("Filer 9000 X");
  for (const text of ["", "a\nb", "a\u202Eb", "a\u0000", "x".repeat(81)]) expect(modelOrNull(text)).toBeNull();
});

test("a day is one that the calendar has", () => {
  expect(dayOrNull("2028-02-29")).toBe("2028-02-29");
  for (const text of ["2027-02-29", "2027-2-1", "01.02.2027", "2027-13-01", "1999-01-01", "2200-01-01", ""]) expect(dayOrNull(text)).toBeNull();
});

describe("coverage", () => {
  const warranty = { startsOn: "2027-01-01", endsOn: "2027-12-31" };

  test("counts the last day, and today", () => {
    expect(coverageOf(warranty, "2027-12-31")).toEqual({ state: "running", daysLeft: 1, daysInAll: 365 });
    expect(coverageOf(warranty, "2027-01-01")).toEqual({ state: "running", daysLeft: 365, daysInAll: 365 });
    expect(coverageOf(warranty, "2028-01-01")).toEqual({ state: "over", daysLeft: 0, daysInAll: 365 });
    expect(coverageOf(warranty, "2026-12-31")).toEqual({ state: "ahead", daysLeft: 365, daysInAll: 365 });
  });

  test("never grows as days pass", () => {
    fc.assert(
      fc.property(fc.tuple(day, day).map((pair) => pair.toSorted()), day, day, ([startsOn, endsOn], one, other) => {
        const [earlier = "", later = ""] = [one, other].toSorted();
        const span = { startsOn: startsOn ?? "", endsOn: endsOn ?? "" };
        const [before, after] = [coverageOf(span, earlier), coverageOf(span, later)];
        expect(after.daysLeft).toBeLessThanOrEqual(before.daysLeft);
        expect(before.daysLeft).toBeLessThanOrEqual(before.daysInAll);
        expect(before.daysLeft > 0).toBe(earlier <= span.endsOn);
      }),
    );
  });
});

describe("reminders", () => {
  test("are due 60 and 14 days before the end, each once, the nearest alone after a pause", () => {
    const due = (today: string, reminded: number | null) => dueWarrantyReminder("2027-12-31", "2027-01-01", reminded, today);
    expect(due("2027-10-31", null)).toBeNull();
    expect(due("2027-11-01", null)).toBe(60);
    expect(due("2027-11-02", 60)).toBeNull();
    expect(due("2027-12-17", 60)).toBe(14);
    expect(due("2027-12-20", null)).toBe(14);
    expect(due("2027-12-18", 14)).toBeNull();
    expect(due("2028-01-01", null)).toBeNull();
  });

  test("who registers a device late is not told the same day what they just read", () => {
    expect(dueWarrantyReminder("2027-12-31", "2027-12-01", null, "2027-12-01")).toBeNull();
    expect(dueWarrantyReminder("2027-12-31", "2027-12-01", null, "2027-12-17")).toBe(14);
  });

  test("a device gets each at most once, however often it is looked at", () => {
    fc.assert(
      fc.property(day, fc.array(day, { maxLength: 60 }), (registeredOn, looks) => {
        const endsOn = new Date(Date.parse(registeredOn) + 200 * 86_400_000).toISOString().slice(0, 10);
        let reminded: number | null = null;
        const sent: number[] = [];
        for (const today of looks.toSorted()) {
          const due = dueWarrantyReminder(endsOn, registeredOn, reminded, today);
          if (due === null) continue;
          expect(daysBetween(today, endsOn)).toBeLessThanOrEqual(due);
          sent.push(due);
          reminded = due;
        }
        expect(new Set(sent).size).toBe(sent.length);
        expect(sent.every((days) => WARRANTY_REMINDER_DAYS.some((known) => known === days))).toBe(true);
      }),
    );
  });
});
