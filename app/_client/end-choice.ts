/** When a client's access is to end, as a person chooses it: never, in so many days, or with a day of the calendar. */

export type EndChoice = { kind: "none" } | { kind: "days"; days: number } | { kind: "date"; date: string };

export const NO_END: EndChoice = { kind: "none" };

const DAY_MS = 24 * 3_600_000;
const DAYS = [1, 7, 30, 90, 365];

/** What the list offers. @param maxDays what the plan allows; null: any */
export const daysOffered = (maxDays: number | null): number[] => DAYS.filter((days) => maxDays === null || days < maxDays);

/**
 * @param now milliseconds since 1970
 * @returns ISO 8601; null for no end, or as late as the plan allows; "invalid" for a day that is none, or has passed
 */
export function endOf(choice: EndChoice, now: number): string | null | "invalid" {
  if (choice.kind === "none") return null;
  if (choice.kind === "days") return new Date(now + choice.days * DAY_MS).toISOString();
  // With the end of that day, where the person is.
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(choice.date) ?? [];
  const at = new Date(Number(year), Number(month) - 1, Number(day), 23, 59, 59);
  return Number.isNaN(at.getTime()) || at.getTime() <= now ? "invalid" : at.toISOString();
}

/** Whether an end gives more time than another; null is never. */
export const givesMore = (end: string | null, than: string | null): boolean => than !== null && (end === null || Date.parse(end) > Date.parse(than));

/** The value of the list for a choice, and back. */
export const valueOf = (choice: EndChoice): string => (choice.kind === "days" ? String(choice.days) : choice.kind);

export function choiceOf(value: string, date: string): EndChoice {
  if (value === "none") return NO_END;
  return value === "date" ? { kind: "date", date } : { kind: "days", days: Number(value) };
}
