import { apply, settle, type BillingEvent } from "@/lib/core/billing";
import type { LockedBilling } from "@/lib/db/billing";
import type { BillingMove } from "./change-billing";

/** What time did until now, and the event after it: noted each as whose doing it was, and done to the device as one. */
export function movesOf({ billing, terms }: LockedBilling, event: BillingEvent, now: Date): BillingMove[] {
  const settled = settle(billing, terms, now);
  const current = settled.at(-1)?.billing ?? billing;
  const next = apply(current, event, terms, now);
  // Doing it twice changes nothing.
  return [...settled.map((step) => ({ ...step, byItself: true })), ...(next === current ? [] : [{ at: now, billing: next, byItself: false }])];
}
