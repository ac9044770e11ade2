/** Traffic by the hour and by the day: which hours and days there are, and which of them have nothing. Days are those of UTC. */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const HOURS_SHOWN = 24;
const DAYS_SHOWN = 30;
/** Hours are kept for the day they lie in and this many before, then summed up. */
const HOURS_KEPT_DAYS = 2;

const startOf = (ms: number, unit: number): number => Math.floor(ms / unit) * unit;

/** The first hour and the first day that are shown. */
export const shownSince = (now: Date): { hour: Date; day: Date } => ({
  hour: new Date(startOf(now.getTime(), HOUR_MS) - HOURS_SHOWN * HOUR_MS),
  day: new Date(startOf(now.getTime(), DAY_MS) - DAYS_SHOWN * DAY_MS),
});

/** Hours before the first are summed up by the day; days before the second are forgotten. Never a part of a day: it is summed up once. */
export const keptSince = (now: Date): { hour: Date; day: Date } => ({
  hour: new Date(startOf(now.getTime(), DAY_MS) - HOURS_KEPT_DAYS * DAY_MS),
  day: shownSince(now).day,
});

export interface Traffic {
  at: Date;
  receivedBytes: number;
  sentBytes: number;
}

/** Every unit from `since` to the one that holds `now`, in order, with nothing where there is no row. Rows outside are left out. */
export function everyUnit(rows: readonly Traffic[], since: Date, now: Date, unitMs: number): Traffic[] {
  const byStart = new Map(rows.map((row) => [row.at.getTime(), row]));
  const units: Traffic[] = [];
  for (let at = since.getTime(); at <= now.getTime(); at += unitMs) units.push(byStart.get(at) ?? { at: new Date(at), receivedBytes: 0, sentBytes: 0 });
  return units;
}
