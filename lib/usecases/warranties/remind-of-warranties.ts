import { dayOf, dueWarrantyReminder, WARRANTY_REMINDER_DAYS } from "@/lib/core/warranty";
import { queueMail } from "@/lib/db/outbox";
import { lockEndingWarranties, markWarrantyReminded } from "@/lib/db/warranties";
import type { Ports } from "@/lib/ports";

const BATCH = 100;
const DAY_MS = 24 * 3_600_000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** Tells owners that the warranty of a device ends soon. Any number of processes may do it. @returns how many mails */
export async function remindOfWarranties(ports: Ports): Promise<number> {
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
    const today = dayOf(now);
    const until = dayOf(new Date(now.getTime() + WARRANTY_REMINDER_DAYS[0] * DAY_MS));
    const warranties = await lockEndingWarranties(tx, { from: today, until, lastReminder: Math.min(...WARRANTY_REMINDER_DAYS), after, limit: BATCH });
    let mails = 0;
    for (const { id, model, serial, endsOn, email, registeredAt, remindedDays } of warranties) {
      const days = dueWarrantyReminder(endsOn, dayOf(registeredAt), remindedDays, today);
      if (days === null) continue;
      await markWarrantyReminded(tx, id, days);
      if (email === null) continue;
      mails += 1;
      await queueMail(tx, {
        id: ports.newId(),
        recipient: email,
        now,
        content: { template: "warranty-ending", model, serial, endsOn, url: new URL("/warranties", ports.config.url).href },
      });
    }
    return { mails, next: warranties.length < BATCH ? null : (warranties.at(-1)?.id ?? null) };
  });
}
