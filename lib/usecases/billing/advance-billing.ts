/** What time does to subscriptions: ends trials, what was paid for, grace, and what was kept after a cancellation; and reminds people before. Any number of processes may do it. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { nextStep, settle } from "@/lib/core/billing";
import { dueReminder, REMINDER_DAYS } from "@/lib/core/client-expiry";
import { lockBillingEnding, lockNextDue, markBillingReminded } from "@/lib/db/billing";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { changeBilling } from "./change-billing";

/** @returns how many subscriptions */
export async function advanceBilling(ports: Ports): Promise<number> {
  let count = 0;
  while (await advanceNext(ports)) count += 1;
  return count;
}

/** One subscription a transaction: a gateway's row is locked for as long as that takes, and no longer. */
async function advanceNext(ports: Ports): Promise<boolean> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const locked = await lockNextDue(tx, now);
    if (locked === null) return false;
    const steps = settle(locked.billing, locked.terms, now).map((step) => ({ ...step, byItself: true }));
    // Asked for, as it were, when the time was over.
    const requestedAt = steps.at(-1)?.at ?? now;
    await changeBilling(ports, tx, locked, steps, { by: { userId: null, email: null, audit: PORTAL_ACTOR }, requestedAt, sourceAddress: null, warrant: null });
    return true;
  });
}

const BATCH = 100;
const DAY_MS = 24 * 3_600_000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** @returns how many mails */
export async function remindOfBilling(ports: Ports): Promise<number> {
  let count = 0;
  for (let after: string | null = FIRST_ID; after !== null; ) {
    const batch = await remindSome(ports, after);
    count += batch.mails;
    after = batch.next;
  }
  return count;
}

async function remindSome(ports: Ports, after: string): Promise<{ mails: number; next: string | null }> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const ending = await lockBillingEnding(tx, { now, until: new Date(now.getTime() + REMINDER_DAYS[0] * DAY_MS), limit: BATCH, after });
    let mails = 0;
    for (const { id, name, billing, terms, setAt, reminded } of ending) {
      const { until } = billing;
      const next = nextStep(billing, terms);
      const days = until && dueReminder(until, setAt, reminded, now);
      if (until === null || days === null || next === null) continue;
      await markBillingReminded(tx, id, days);
      for (const recipient of await managersOf(tx, id)) {
        mails += 1;
        await queueMail(tx, {
          id: ports.newId(),
          recipient,
          now,
          // Nothing to remind of, once it has come.
          staleAt: until,
          content: { template: "billing-ending", subscriptionName: name, state: billing.state, next: next.state, days, until: iso(until), url: new URL(`/subscriptions/${id}`, ports.config.url).href },
        });
      }
    }
    return { mails, next: ending.length < BATCH ? null : (ending.at(-1)?.id ?? null) };
  });
}
