/** When a client's access ends: what may be asked for, and when its owner is reminded. */
import { PortcullisError } from "./errors";

const DAY_MS = 24 * 3_600_000;
/** The longest that a client, and a plan, may say. */
export const LONGEST_DAYS = 3650;

/** Days before the end at which the owner gets a mail; longest first. PostgreSQL takes no others (`access_clients.reminded_days`): new ones take a migration. */
export const REMINDER_DAYS = [7, 1] as const;

/** @param text an instant in ISO 8601, or null for no end. @throws expiry_invalid */
export function parseExpiry(text: string | null): Date | null {
  if (text === null) return null;
  const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime())) throw invalid("That is no date. Choose the day on which access ends.");
  return at;
}

/**
 * @param at what was asked for; null: no end
 * @param maxDays what the plan, or the subscription's own policy, allows from now on; null: any. Without an end a client ends as late as it may then
 * @throws expiry_invalid, saying what may be asked for
 */
export function allowedExpiry(at: Date | null, now: Date, maxDays: number | null): Date | null {
  const latest = new Date(now.getTime() + (maxDays ?? LONGEST_DAYS) * DAY_MS);
  if (at === null) return maxDays === null ? null : latest;
  if (at <= now) throw invalid("That time has passed. Choose a later one, or revoke the client.");
  // Chosen as "in 30 days" a moment ago, or as the day that is 30 days away, it is not refused for its seconds.
  if (at.getTime() > latest.getTime() + DAY_MS) throw invalid(maxDays === null ? "That is more than ten years away. Choose an earlier day, or no end." : `A client gets at most ${maxDays} ${maxDays === 1 ? "day" : "days"} at a time here. Choose an earlier day.`);
  return at > latest && maxDays !== null ? latest : at;
}

/**
 * What was chosen, or as late as it may be by now: for an end that was approved earlier, and is still to come.
 *
 * @param maxDays what is allowed from now on; null: any
 */
export function cappedExpiry(at: Date | null, now: Date, maxDays: number | null): Date | null {
  const latest = allowedExpiry(null, now, maxDays);
  return latest !== null && (at === null || at > latest) ? latest : at;
}

/** Of two limits, the one that holds. null: not limited. */
export const stricter = (one: number | null, other: number | null): number | null => (one === null || other === null ? (one ?? other) : Math.min(one, other));

/** Whether an end is later than another: what widens access. null is never. */
export const isLater = (end: Date | null, than: Date | null): boolean => than !== null && (end === null || end > than);

/**
 * The reminder that is due, in days before the end; null: none. A client that was given little time from the start gets none for it:
 * whoever chose a day knows it.
 *
 * @param chosenAt when the end was set
 * @param reminded the last reminder sent for this end; null: none
 */
export function dueReminder(end: Date, chosenAt: Date, reminded: number | null, now: Date): number | null {
  const due = REMINDER_DAYS.filter((days) => end.getTime() - now.getTime() <= days * DAY_MS && end.getTime() - chosenAt.getTime() > 2 * days * DAY_MS).at(-1);
  return due === undefined || end <= now || (reminded !== null && reminded <= due) ? null : due;
}

const invalid = (message: string): PortcullisError => new PortcullisError("expiry_invalid", message, { field: "expiresAt" });
