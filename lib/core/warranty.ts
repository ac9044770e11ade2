/** A device's warranty: its serial number, the days it covers, and when its owner is reminded. Dates are calendar days in UTC, "2027-03-01". */
import { PortcullisError } from "./errors";

declare const serialBrand: unique symbol;
/** Upper case, without spaces: as typed from a label, so that it is found however it was typed. */
export type Serial = string & { readonly [serialBrand]: true };

const SERIAL = /^[A-Z0-9][A-Z0-9._/-]{2,39}$/;
const DAY_MS = 24 * 3_600_000;
export const MODEL_MAX_LENGTH = 80;

/** Days before the end at which the owner gets a mail; longest first. PostgreSQL takes no others (`warranties.reminded_days`). */
export const WARRANTY_REMINDER_DAYS = [60, 14] as const;

/** How long an offer to hand a device over stands. PostgreSQL takes none that stand longer. */
export const TRANSFER_DAYS = 14;

/** Offers of one person to one address in a day, each of which brings a mail: enough for a shelf of devices, too few to fill a mailbox. */
export const MAX_OFFERS_A_DAY = 20;

/** @throws warranty_serial_invalid */
export function parseSerial(text: string): Serial {
  const serial = serialOrNull(text);
  if (serial === null) throw new PortcullisError("warranty_serial_invalid", "A serial number has 3 to 40 letters, digits, dots, dashes, slashes or underscores. It is on the label of the device.", { field: "serial" });
  return serial;
}

export function serialOrNull(text: string): Serial | null {
  const serial = text.replace(/\s+/gu, "").toUpperCase();
  return SERIAL.test(serial) ? (serial as Serial) : null;
}

/** What a device is called: one line of visible characters. */
export function modelOrNull(text: string): string | null {
  const model = text.replace(/\p{Zs}+/gu, " ").trim().normalize("NFC");
  return model === "" || [...model].length > MODEL_MAX_LENGTH || /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(model) ? null : model;
}

/** A day that is in the calendar, from 2000 to 2199; null for anything else. */
export function dayOrNull(text: string): string | null {
  const day = text.trim();
  if (!/^2[01]\d\d-\d\d-\d\d$/.test(day)) return null;
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || dayOf(date) !== day ? null : day;
}

/** The day of an instant. */
export const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10);

const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;

/** Whole days from one day to another; negative when it is past. */
export const daysBetween = (from: string, to: string): number => numberOf(to) - numberOf(from);

export interface Coverage {
  /** Not begun yet, running, or over. */
  state: "ahead" | "running" | "over";
  /** Days that are still covered, today included; 0 when it is over. */
  daysLeft: number;
  /** Days that the whole warranty covers. */
  daysInAll: number;
}

/** @param endsOn the last day that is covered */
export function coverageOf({ startsOn, endsOn }: { startsOn: string; endsOn: string }, today: string): Coverage {
  const daysInAll = daysBetween(startsOn, endsOn) + 1;
  if (today > endsOn) return { state: "over", daysLeft: 0, daysInAll };
  if (today < startsOn) return { state: "ahead", daysLeft: daysInAll, daysInAll };
  return { state: "running", daysLeft: daysBetween(today, endsOn) + 1, daysInAll };
}

/**
 * The reminder that is due, in days before the end; null: none. Who registered a device later than that knows how long it is covered.
 *
 * @param reminded the last reminder sent for this end; null: none
 */
export function dueWarrantyReminder(endsOn: string, registeredOn: string, reminded: number | null, today: string): number | null {
  const left = daysBetween(today, endsOn);
  const due = WARRANTY_REMINDER_DAYS.filter((days) => left <= days && daysBetween(registeredOn, endsOn) > days).at(-1);
  return due === undefined || left < 0 || (reminded !== null && reminded <= due) ? null : due;
}
