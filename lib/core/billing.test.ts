/** A subscription's billing: by example, and along random lives. Access is exactly what the state says. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apply, begin, cardCounts, givesAccess, settle, type Billing, type BillingEvent, type BillingTerms, type CardState } from "@/lib/core/billing";

const DAY = 24 * 3_600_000;
const START = Date.parse("2027-03-01T12:00:00Z");
const at = (day: number): Date => new Date(START + day * DAY);
const TERMS: BillingTerms = { graceDays: 14, retentionDays: 30 };
const active = (until: number | null): Billing => ({ state: "active", until: until === null ? null : at(until), cancelsAtEnd: false });
const after = (billing: Billing, day: number, terms = TERMS): Billing => settle(billing, terms, at(day)).at(-1)?.billing ?? billing;

test("a trial leads to grace, then suspension, which stays", () => {
  const trial = begin(7, at(0));
  expect(trial).toEqual({ state: "trial", until: at(7), cancelsAtEnd: false });
  expect(after(trial, 6.9)).toEqual(trial);
  expect(after(trial, 7)).toMatchObject({ state: "past_due", until: at(21) });
  expect(after(trial, 21)).toMatchObject({ state: "suspended", until: null });
  expect(after(trial, 3000).state).toBe("suspended");
});

test("without a trial nothing is given until somebody activates", () => {
  expect(begin(0, at(0))).toEqual({ state: "pending", until: null, cancelsAtEnd: false });
  expect(after(begin(0, at(0)), 900).state).toBe("pending");
  expect(apply(begin(0, at(0)), { kind: "activate", until: at(30) }, TERMS, at(1))).toEqual(active(30));
});

test("no days of grace: what isn't paid for is cut at once", () => {
  expect(settle(active(1), { ...TERMS, graceDays: 0 }, at(1))).toEqual([{ at: at(1), billing: { state: "suspended", until: null, cancelsAtEnd: false } }]);
});

test("a cancelled one keeps what was paid for, then its data, then ends for good", () => {
  const leaving = apply(active(10), { kind: "cancel" }, TERMS, at(1));
  expect(leaving).toEqual({ ...active(10), cancelsAtEnd: true });
  expect(after(leaving, 10)).toMatchObject({ state: "cancelled", until: at(40) });
  const ended = after(leaving, 40);
  expect(ended).toMatchObject({ state: "ended", until: null });
  for (const kind of ["suspend", "cancel", "cancel-now", "payment-failed"] as const) expect(() => apply(ended, { kind }, TERMS, at(41))).toThrow(expect.objectContaining({ code: "billing_ended" }));
  expect(() => apply(ended, { kind: "activate", until: null }, TERMS, at(41))).toThrow(expect.objectContaining({ code: "billing_ended" }));
  // Until then it can come back.
  expect(apply(after(leaving, 39), { kind: "activate", until: at(60) }, TERMS, at(39))).toEqual(active(60));
});

test("what has no end, or isn't paid for, is cancelled at once", () => {
  expect(apply(active(null), { kind: "cancel" }, TERMS, at(1))).toMatchObject({ state: "cancelled", until: at(31) });
  expect(apply({ state: "past_due", until: at(5), cancelsAtEnd: false }, { kind: "cancel" }, TERMS, at(1)).state).toBe("cancelled");
});

test("a cancellation is taken back: what is paid for goes on, and what was cut waits for a payment", () => {
  expect(apply({ ...active(10), cancelsAtEnd: true }, { kind: "keep" }, TERMS, at(1))).toEqual(active(10));
  expect(apply({ state: "cancelled", until: at(30), cancelsAtEnd: false }, { kind: "keep" }, TERMS, at(1))).toEqual({ state: "suspended", until: null, cancelsAtEnd: false });
  const as = active(10);
  expect(apply(as, { kind: "keep" }, TERMS, at(1))).toBe(as);
  expect(() => apply({ state: "ended", until: null, cancelsAtEnd: false }, { kind: "keep" }, TERMS, at(1))).toThrow(expect.objectContaining({ code: "billing_ended" }));
});

test("what else pays, or who suspended it, has the last word before a card that was there already", () => {
  const paid = (until: number, more: { governs: boolean; known: boolean }): BillingEvent => ({ kind: "card", card: { standing: "paid", reference: "sub_a", until: at(until), renews: false }, ...more });
  const suspended: Billing = { state: "suspended", until: null, cancelsAtEnd: false };
  expect(apply(suspended, paid(30, { governs: false, known: true }), TERMS, at(0))).toBe(suspended);
  expect(apply(suspended, paid(30, { governs: false, known: false }), TERMS, at(0))).toMatchObject({ state: "active", until: at(30), cancelsAtEnd: true });
  const invoiced = active(20);
  expect(apply(invoiced, paid(10, { governs: false, known: false }), TERMS, at(0))).toBe(invoiced);
  expect(apply(invoiced, paid(30, { governs: false, known: true }), TERMS, at(0))).toMatchObject({ until: at(30) });
  expect(apply(invoiced, { kind: "card", card: { standing: "stopped", reference: "sub_a", over: false }, governs: false, known: true }, TERMS, at(0))).toBe(invoiced);
});

describe("an end that can't be one is refused", () => {
  test.each([at(0), at(-1), at(3700), new Date(Number.NaN)])("%s", (until) => {
    expect(() => apply(begin(0, at(0)), { kind: "activate", until }, TERMS, at(0))).toThrow(expect.objectContaining({ code: "billing_invalid" }));
  });
});

const terms = fc.record({ graceDays: fc.integer({ min: 0, max: 20 }), retentionDays: fc.integer({ min: 0, max: 20 }) });
const happening = fc.record({
  /** Days since the one before. */
  pause: fc.integer({ min: 0, max: 25 }),
  what: fc.oneof(
    fc.constant({ kind: "activate" as const, days: null }),
    fc.integer({ min: 1, max: 40 }).map((days) => ({ kind: "activate" as const, days })),
    fc.constantFrom({ kind: "payment-failed" as const }, { kind: "suspend" as const }, { kind: "cancel" as const }, { kind: "cancel-now" as const }, { kind: "keep" as const }),
    fc.record({
      kind: fc.constant("card" as const),
      standing: fc.constantFrom("none" as const, "paid" as const, "due" as const, "stopped" as const, "cancelled" as const),
      days: fc.integer({ min: 1, max: 40 }),
      renews: fc.boolean(),
      /** Of two payments that one customer may have made. */
      reference: fc.constantFrom("sub_a", "sub_b"),
    }),
  ),
});
type What = (typeof happening extends fc.Arbitrary<infer T> ? T : never)["what"];

/** What the portal keeps of a card between one reading and the next. */
interface Card {
  governs: boolean;
  reference: string | null;
}

function cardOf({ standing, days, renews, reference }: Extract<What, { kind: "card" }>, day: number): CardState {
  switch (standing) {
    case "none":
      return { standing };
    case "paid":
      return { standing, reference, until: at(day + days), renews };
    case "due":
      return { standing, reference, since: at(day) };
    case "stopped":
      return { standing, reference, over: renews };
    case "cancelled":
      return { standing, reference, at: at(day) };
  }
}

const eventOf = (what: What, day: number, { governs, reference }: Card): BillingEvent => {
  if (what.kind === "activate") return { kind: "activate", until: what.days === null ? null : at(day + what.days) };
  if (what.kind !== "card") return what;
  const card = cardOf(what, day);
  return { kind: "card", card, governs, known: card.standing !== "none" && card.reference === reference };
};
/** A renewal may be told of so much later. */
const RENEWAL_DAYS = 3;

function tried(billing: Billing, event: BillingEvent, rules: BillingTerms, now: Date): Billing {
  try {
    return apply(billing, event, rules, now);
  } catch {
    return billing;
  }
}

test("along any life: states keep their shape, ended is final, and access is never longer than what was paid for and grace", () => {
  fc.assert(
    fc.property(terms, fc.integer({ min: 0, max: 14 }), fc.array(happening, { maxLength: 25 }), (rules, trialDays, life) => {
      let billing = begin(trialDays, at(0));
      let day = 0;
      let paidUntil = trialDays > 0 ? trialDays : Number.NEGATIVE_INFINITY;
      let card: Card = { governs: false, reference: null };
      for (const { pause, what } of life) {
        day += pause;
        billing = after(billing, day, rules);
        const was = billing;
        const event = eventOf(what, day, card);
        billing = tried(billing, event, rules, at(day));
        if (event.kind === "card") {
          const counts = was.state !== "ended" && cardCounts(was, event, rules);
          // What doesn't count changes nothing, and what counts is what the card says.
          if (!counts) expect(billing).toBe(was);
          else if (event.card.standing === "paid") {
            expect(givesAccess(billing)).toBe(true);
            if (what.kind === "card") paidUntil = day + what.days + (what.renews ? RENEWAL_DAYS : 0);
          } else {
            if (event.card.standing === "due") paidUntil = day;
            else expect(givesAccess(billing)).toBe(false);
          }
          card = { governs: card.governs || counts, reference: event.card.standing === "none" ? null : event.card.reference };
        } else if (billing !== was) card = { ...card, governs: false };
        // Asked again at once, it says nothing new.
        if (event.kind === "card") expect(tried(billing, { ...event, ...card, known: event.card.standing !== "none" }, rules, at(day))).toEqual(billing);
        if (was.state === "ended") expect(billing).toBe(was);
        else if (event.kind === "card") expect(billing.state).not.toBe("ended");
        else if (event.kind === "activate") {
          paidUntil = what.kind === "activate" && what.days !== null ? day + what.days : Number.POSITIVE_INFINITY;
          expect(givesAccess(billing)).toBe(true);
        } else {
          // A payment that failed is the last day paid for.
          if (event.kind === "payment-failed" && billing !== was) paidUntil = day;
          if (event.kind === "suspend" || event.kind === "cancel-now") expect(givesAccess(billing)).toBe(false);
          // Nothing else than a payment gives access.
          expect(givesAccess(billing) && !givesAccess(was)).toBe(false);
        }
        expect(billing.until === null).toBe(billing.state === "active" ? billing.until === null : ["pending", "suspended", "ended"].includes(billing.state));
        if (billing.cancelsAtEnd) expect(["trial", "active"]).toContain(billing.state);
        if (givesAccess(billing)) expect(day).toBeLessThanOrEqual(paidUntil + rules.graceDays);
        if (givesAccess(billing) && billing.state !== "past_due") expect(day).toBeLessThanOrEqual(paidUntil);
      }
    }),
    { numRuns: 500 },
  );
});

test("however often anybody looks, the same steps come at the same times", () => {
  fc.assert(
    fc.property(terms, fc.integer({ min: 0, max: 40 }), fc.boolean(), fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 }), (rules, end, leaving, looks) => {
      const billing: Billing = { ...active(end), cancelsAtEnd: leaving };
      const atOnce = settle(billing, rules, at(100));
      let current = billing;
      const bitByBit = [...looks.toSorted((a, b) => a - b), 100].flatMap((day) => {
        const steps = settle(current, rules, at(day));
        current = steps.at(-1)?.billing ?? current;
        return steps;
      });
      expect(bitByBit).toEqual(atOnce);
    }),
  );
});
