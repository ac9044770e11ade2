/** "Sign in again every so many days": what a subscription may ask of its members, so that who is gone at the sign-in provider loses access by itself. */
import { PortcullisError } from "./errors";

/** The most that may be asked for. PostgreSQL takes no more (`subscriptions.sign_in_days`). */
const MOST_SIGN_IN_DAYS = 365;

/** Nobody is cut off sooner than this after the policy was set, however long ago they signed in: they are reminded first. */
export const FIRST_DAYS = 3;

/** @param days null: never. @throws bad_request */
export function parseSignInDays(days: number | null): number | null {
  if (days === null || (Number.isInteger(days) && days >= 1 && days <= MOST_SIGN_IN_DAYS)) return days;
  throw new PortcullisError("bad_request", `Choose a number of days from 1 to ${MOST_SIGN_IN_DAYS}.`, { field: "days" });
}

/** Whether it asks for less than before: what widens access. null: nothing is asked. */
export const asksLess = (days: number | null, than: number | null): boolean => than !== null && (days === null || days > than);
