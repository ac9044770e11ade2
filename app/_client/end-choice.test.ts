import { describe, expect, test } from "vitest";
import { choiceOf, daysOffered, endOf, givesMore, NO_END, valueOf } from "./end-choice";

const NOW = Date.parse("2026-11-22T12:00:00Z");

describe("the end of a client's access, as it is chosen", () => {
  test("is none, so many days from now, or the end of a day where the person is", () => {
    expect(endOf(NO_END, NOW)).toBeNull();
    expect(endOf({ kind: "days", days: 7 }, NOW)).toBe("2026-11-29T12:00:00.000Z");
    expect(endOf({ kind: "date", date: "2026-12-24" }, NOW)).toBe(new Date(2026, 11, 24, 23, 59, 59).toISOString());
  });

  test.each(["", "2026-11-20", "24.12.2026", "2026-99-99x"])("is not the day %j", (date) => {
    expect(endOf({ kind: "date", date }, NOW)).toBe("invalid");
  });

  test("is offered within what the plan allows", () => {
    expect(daysOffered(null)).toEqual([1, 7, 30, 90, 365]);
    expect(daysOffered(30)).toEqual([1, 7]);
  });

  test("goes into the list and comes back", () => {
    for (const choice of [NO_END, { kind: "days", days: 30 }, { kind: "date", date: "2026-12-24" }] as const) expect(choiceOf(valueOf(choice), "2026-12-24")).toEqual(choice);
  });

  test("gives more time when it is later, or none where there was one", () => {
    expect([givesMore("2026-12-02T00:00:00Z", "2026-12-01T00:00:00Z"), givesMore(null, "2026-12-01T00:00:00Z")]).toEqual([true, true]);
    expect([givesMore("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"), givesMore("2026-12-01T00:00:00Z", null), givesMore(null, null)]).toEqual([false, false, false]);
  });
});
