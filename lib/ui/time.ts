/**
 * Times as people read them. Instants are milliseconds since 1970 (UTC); results don't depend on the locale of the
 * machine, so that the server and the browser write the same words for the same instant.
 */
export type Zone = "utc" | "local";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Parts {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

function partsOf(instant: number, zone: Zone): Parts {
  const date = new Date(instant);
  return zone === "utc"
    ? {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth(),
        day: date.getUTCDate(),
        weekday: date.getUTCDay(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
      }
    : {
        year: date.getFullYear(),
        month: date.getMonth(),
        day: date.getDate(),
        weekday: date.getDay(),
        hour: date.getHours(),
        minute: date.getMinutes(),
        second: date.getSeconds(),
      };
}

const two = (n: number): string => String(n).padStart(2, "0");
const suffix = (zone: Zone): string => (zone === "utc" ? " UTC" : "");

function plainDate(p: Parts): string {
  return `${p.day} ${MONTHS[p.month] ?? ""} ${p.year}`;
}

/** "22 Nov 2025", for a calendar day like "2025-11-22": the same day in every zone. */
export const formatCalendarDay = (day: string): string => plainDate(partsOf(Date.parse(`${day}T00:00:00Z`), "utc"));

/** "12:04", or "12:04 UTC" while the reader's own zone isn't known. */
export function formatClock(instant: number, zone: Zone): string {
  const p = partsOf(instant, zone);
  return `${two(p.hour)}:${two(p.minute)}${suffix(zone)}`;
}

/** "12:04" for an instant of the same day as `now`, "22 Nov, 12:04" otherwise. */
export function formatSince(instant: number, now: number, zone: Zone): string {
  const p = partsOf(instant, zone);
  const today = partsOf(now, zone);
  const sameYear = p.year === today.year;
  if (sameYear && p.month === today.month && p.day === today.day) return formatClock(instant, zone);
  const date = sameYear ? `${p.day} ${MONTHS[p.month] ?? ""}` : plainDate(p);
  return `${date}, ${formatClock(instant, zone)}`;
}

/** "22 Nov 2025, 12:04:07". */
export function formatDateTime(instant: number, zone: Zone): string {
  const p = partsOf(instant, zone);
  return `${plainDate(p)}, ${two(p.hour)}:${two(p.minute)}:${two(p.second)}${suffix(zone)}`;
}

/** "12:04:07.038": for steps that are milliseconds apart. */
export function formatPreciseClock(instant: number, zone: Zone): string {
  const p = partsOf(instant, zone);
  const ms = String(((instant % SECOND) + SECOND) % SECOND).padStart(3, "0");
  return `${two(p.hour)}:${two(p.minute)}:${two(p.second)}.${ms}${suffix(zone)}`;
}

/** "Today", "Yesterday", "Monday 3 Nov", "3 Nov 2024": the heading over a day's entries. */
export function formatDay(instant: number, now: number, zone: Zone): string {
  const p = partsOf(instant, zone);
  const key = dayKey(instant, zone);
  if (key === dayKey(now, zone)) return "Today";
  if (key === dayKey(now - DAY, zone)) return "Yesterday";
  if (p.year === partsOf(now, zone).year) return `${WEEKDAYS[p.weekday] ?? ""} ${p.day} ${MONTHS[p.month] ?? ""}`;
  return plainDate(p);
}

/** "2025-11-22" in the given zone: equal for two instants of one day. */
export function dayKey(instant: number, zone: Zone): string {
  const p = partsOf(instant, zone);
  return `${p.year}-${two(p.month + 1)}-${two(p.day)}`;
}

/** "just now", "12 s ago", "3 min ago", "5 days ago", "in 2 h"; the date itself when it is more than 30 days away. */
export function formatRelative(instant: number, now: number, zone: Zone): string {
  const distance = Math.abs(now - instant);
  if (distance < 5 * SECOND) return "just now";
  if (distance > 30 * DAY) return plainDate(partsOf(instant, zone));
  const amount = roughly(distance);
  return instant <= now ? `${amount} ago` : `in ${amount}`;
}

function roughly(distance: number): string {
  if (distance < MINUTE) return `${Math.floor(distance / SECOND)} s`;
  if (distance < HOUR) return `${Math.floor(distance / MINUTE)} min`;
  if (distance < DAY) return `${Math.floor(distance / HOUR)} h`;
  const days = Math.floor(distance / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

/** "38 ms", "1.2 s", "42 s", "4 min 12 s", "3 h 5 min", "2 days 3 h". */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < SECOND) return `${whole} ms`;
  if (whole < 10 * SECOND) return `${(Math.floor(whole / 100) / 10).toFixed(1)} s`;
  if (whole < MINUTE) return `${Math.floor(whole / SECOND)} s`;
  if (whole < HOUR) return pair(whole, MINUTE, "min", SECOND, "s");
  if (whole < DAY) return pair(whole, HOUR, "h", MINUTE, "min");
  return pair(whole, DAY, whole < 2 * DAY ? "day" : "days", HOUR, "h");
}

function pair(value: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((value % large) / small);
  const head = `${Math.floor(value / large)} ${largeUnit}`;
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`;
}

/** "9:42" of what is left; "0:00" once nothing is. Rounded up, so that it reaches zero only when time is up. */
export function formatCountdown(msLeft: number): string {
  const seconds = Math.max(0, Math.ceil(msLeft / SECOND));
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/** How often a relative time of this age needs to be written again, in milliseconds. */
export function relativeStep(instant: number, now: number): number {
  const distance = Math.abs(now - instant);
  return distance < 2 * MINUTE ? SECOND : 30 * SECOND;
}
