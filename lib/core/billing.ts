/**
 * The life of a subscription's billing. What is paid for, or tried, lasts until a time; then grace; then access is cut. Everything is
 * kept while it is suspended, and after a cancellation for as long as the plan says; then it ends, which is final.
 *
 *     pending → trial ─┬→ active ⇄ past_due → suspended → active …
 *                      └→ past_due
 *     any of them → cancelled → ended        cancelled → active or suspended, until it has ended
 */
import { PortcullisError } from "./errors";
import { isInGoodStanding, type BillingState } from "./vocabulary";

export interface Billing {
  state: BillingState;
  /** When the state ends by itself; null: it doesn't. trial, past_due and cancelled always do. */
  until: Date | null;
  /** Of trial and active, with an end: cancelled then, in place of grace. */
  cancelsAtEnd: boolean;
}

/** What the plan says. */
export interface BillingTerms {
  graceDays: number;
  retentionDays: number;
}

export type BillingEvent =
  /** Paid for until then; null: until somebody says otherwise. */
  | { kind: "activate"; until: Date | null }
  | { kind: "payment-failed" }
  | { kind: "suspend" }
  /** What is paid for stays; without an end, or when nothing is, it is cancelled now. */
  | { kind: "cancel" }
  | { kind: "cancel-now" }
  /** The cancellation is taken back. */
  | { kind: "keep" }
  /** What a card company says of the payment. */
  | ({ kind: "card" } & CardReading);

/** How a payment by card stands, whichever company takes the card. */
export type CardState =
  /** Nothing was paid yet, or is to be. */
  | { standing: "none" }
  /** renews: it is paid for again then. */
  | { standing: "paid"; reference: string; until: Date; renews: boolean }
  | { standing: "due"; reference: string; since: Date }
  /** The company has given up, or set it aside. over: for good, so that it takes a new payment. */
  | { standing: "stopped"; reference: string; over: boolean }
  | { standing: "cancelled"; reference: string; at: Date };

export interface CardReading {
  card: CardState;
  /** The card paid for it last: nothing else did since, and nobody stopped it here. */
  governs: boolean;
  /** The payment with this reference was seen before. */
  known: boolean;
}

const DAY_MS = 24 * 3_600_000;
/** The longest that can be paid for. */
const LONGEST_MS = 3_660 * DAY_MS;

const later = (at: Date, days: number): Date => new Date(at.getTime() + days * DAY_MS);

/** How a subscription begins. */
export const begin = (trialDays: number, now: Date): Billing =>
  trialDays > 0 ? { state: "trial", until: later(now, trialDays), cancelsAtEnd: false } : { state: "pending", until: null, cancelsAtEnd: false };

/** Whether its clients are on their device. */
export const givesAccess = ({ state }: Pick<Billing, "state">): boolean => isInGoodStanding(state);

/** What comes when the state's time is over; null: nothing does by itself. */
export function nextStep({ state, until, cancelsAtEnd }: Billing, terms: BillingTerms): Billing | null {
  if (until === null) return null;
  switch (state) {
    case "trial":
    case "active":
      return cancelsAtEnd ? cancelled(until, terms) : pastDue(until, terms);
    case "past_due":
      return suspended();
    case "cancelled":
      return { state: "ended", until: null, cancelsAtEnd: false };
    default:
      return null;
  }
}

export interface BillingStep {
  /** When it happened: the time was over then, however late anybody looked. */
  at: Date;
  billing: Billing;
}

/** The steps whose time has come, in order. However seldom or often it is asked, the steps are the same. */
export function settle(billing: Billing, terms: BillingTerms, now: Date): BillingStep[] {
  const steps: BillingStep[] = [];
  for (let current = billing; current.until !== null && current.until <= now; ) {
    const next = nextStep(current, terms);
    if (next === null) break;
    steps.push({ at: current.until, billing: next });
    current = next;
  }
  return steps;
}

/**
 * The billing after an event, of one that is settled until now. What changes nothing returns the same one.
 *
 * @throws billing_ended for what has ended; billing_invalid for an end that can't be one, or a payment that failed where none is due
 */
export function apply(billing: Billing, event: BillingEvent, terms: BillingTerms, now: Date): Billing {
  if (billing.state === "ended") throw new PortcullisError("billing_ended", "This subscription has ended, and that is final. Take out a new one instead.");
  switch (event.kind) {
    case "activate":
      return { state: "active", until: allowedEnd(event.until, now), cancelsAtEnd: false };
    case "payment-failed":
      if (billing.state === "past_due" || billing.state === "suspended") return billing;
      if (!givesAccess(billing)) throw new PortcullisError("billing_invalid", "Nothing is due here.");
      return pastDue(now, terms);
    case "suspend":
      return billing.state === "suspended" || billing.state === "cancelled" ? billing : suspended();
    case "cancel":
      if (billing.state === "cancelled") return billing;
      if (billing.cancelsAtEnd) return billing;
      if ((billing.state === "trial" || billing.state === "active") && billing.until !== null) return { ...billing, cancelsAtEnd: true };
      return cancelled(now, terms);
    case "cancel-now":
      return billing.state === "cancelled" ? billing : cancelled(now, terms);
    case "keep":
      // What was given up with a cancellation at once doesn't come back without a payment.
      if (billing.state === "cancelled") return suspended();
      return billing.cancelsAtEnd ? { ...billing, cancelsAtEnd: false } : billing;
    case "card":
      return followed(billing, event, terms, now);
  }
}

/** Card companies take no first payment that is later than now and sooner than this. */
const EARLIEST_LATER_MS = 2 * DAY_MS + 60_000;

/** When a card that pays from now on is charged first: at the end of what is paid for, or tried, already; null: at once. */
export const firstPaymentAt = ({ state, until }: Billing, now: Date): Date | null =>
  (state === "trial" || state === "active") && until !== null && until.getTime() - now.getTime() > EARLIEST_LATER_MS ? until : null;

/** A renewal is told within hours of its time, and tried again for three days when the portal can't be reached. */
const RENEWAL_MS = 3 * DAY_MS;

/** The billing that a card's state is, whatever was before; null: it says nothing. The same state is the same billing, whenever it is read. */
function billingOf(card: CardState, terms: BillingTerms): Billing | null {
  switch (card.standing) {
    case "none":
      return null;
    case "paid":
      return { state: "active", until: card.renews ? new Date(card.until.getTime() + RENEWAL_MS) : card.until, cancelsAtEnd: !card.renews };
    case "due":
      return pastDue(card.since, terms);
    case "stopped":
      return suspended();
    case "cancelled":
      return cancelled(card.at, terms);
  }
}

/**
 * Whether what the card company says counts. Where something else had the last word, a card can only add to it: by a payment of its own,
 * or one that reaches further. A payment of its own counts with all that became of it, unless something else pays now.
 */
export function cardCounts(billing: Billing, { card, governs, known }: CardReading, terms: BillingTerms): boolean {
  const next = billingOf(card, terms);
  if (next === null) return false;
  if (governs) return true;
  if (card.standing === "paid" && givesAccess(billing) && reachesFurther(next, billing)) return true;
  return !known && billing.state !== "active";
}

function followed(billing: Billing, reading: CardReading, terms: BillingTerms, now: Date): Billing {
  const next = billingOf(reading.card, terms);
  if (next === null || !cardCounts(billing, reading, terms)) return billing;
  // What time made of it meanwhile is no news.
  return sameBilling(settle(next, terms, now).at(-1)?.billing ?? next, billing) ? billing : next;
}

const reachesFurther = (next: Billing, billing: Billing): boolean => billing.until !== null && next.until !== null && next.until > billing.until;
const sameBilling = (a: Billing, b: Billing): boolean => a.state === b.state && a.until?.getTime() === b.until?.getTime() && a.cancelsAtEnd === b.cancelsAtEnd;

/** @throws billing_invalid */
function allowedEnd(until: Date | null, now: Date): Date | null {
  if (until === null) return null;
  if (Number.isNaN(until.getTime()) || until <= now) throw new PortcullisError("billing_invalid", "That day has passed. Choose a later one.", { field: "until" });
  if (until.getTime() - now.getTime() > LONGEST_MS) throw new PortcullisError("billing_invalid", "That is more than ten years away. Choose an earlier day, or no end.", { field: "until" });
  return until;
}

const pastDue = (from: Date, { graceDays }: BillingTerms): Billing => (graceDays === 0 ? suspended() : { state: "past_due", until: later(from, graceDays), cancelsAtEnd: false });
const suspended = (): Billing => ({ state: "suspended", until: null, cancelsAtEnd: false });
// Also of no days at all: it ends by the next step, never in the middle of this one.
const cancelled = (from: Date, { retentionDays }: BillingTerms): Billing => ({ state: "cancelled", until: later(from, retentionDays), cancelsAtEnd: false });
