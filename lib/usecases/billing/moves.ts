import { apply, settle, type BillingEvent } from "@/lib/core/billing";
import type { LockedBilling } from "@/lib/db/billing";
import type { BillingMove } from "./change-billing";

/** What time did until now, and the event after it: noted each as whose doing it was, and done to the device as one. */
export function movesOf({ billing, terms }: LockedBilling, event: BillingEvent, now: Date): BillingMove[] {
  const settled = settle(billing, terms, now);
  const current = settled.at(-1)?.billing ?? billing;
  const next = apply(current, event, terms, now);
  const before = settled.map((step) => ({ ...step, byItself: true }));
  // Doing it twice changes nothing.
  if (next === current) return before;
  // What is told late may be over already.
  const after = settle(next, terms, now).map((step) => ({ ...step, byItself: true }));
  return [...before, { at: now, billing: next, byItself: false }, ...after];
}
