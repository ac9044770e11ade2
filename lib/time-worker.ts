/** What is done when its time has come: ends of clients' access and of what subscriptions paid for, reminders, alerts. As long as a portal process runs; gateways do the first by themselves when none does. */
import { nextBillingEnd } from "@/lib/db/billing";
import { nextEnd } from "@/lib/db/client-lifecycle";
import { log } from "@/lib/log";
import type { Runtime } from "@/lib/runtime";
import { alertOverdueCuts } from "@/lib/usecases/alert-overdue-cuts";
import { advanceBilling, remindOfBilling } from "@/lib/usecases/billing/advance-billing";
import { remindOfSignIns, settleSignIns } from "@/lib/usecases/members/sign-in-again";
import { askAfterCards } from "@/lib/usecases/billing/follow-card";
import { forgetWhereabouts } from "@/lib/usecases/forget-whereabouts";
import { expireClients, remindOwners } from "@/lib/usecases/expire-clients";
import { rollUpOldTraffic } from "@/lib/usecases/view-traffic";
import { endHandovers } from "@/lib/usecases/replace-key";
import { remindOfWarranties } from "@/lib/usecases/warranties/remind-of-warranties";

/** An end that is chosen by another process is at least this far away, or a moment late. */
const LOOK_EVERY_MS = 5_000;
/** Reminders, and what was kept for long enough. */
const REMIND_EVERY_MS = 10 * 60_000;

/** Doesn't keep the process alive. @returns how to stop */
export function startTimeWorker(ports: Runtime): () => void {
  let timer: NodeJS.Timeout | undefined;
  let remindAt = 0;
  let stopped = false;
  let running = false;
  let again = false;
  const round = async (): Promise<number> => {
    await expireClients(ports);
    await advanceBilling(ports);
    await settleSignIns(ports);
    await endHandovers(ports);
    await alertOverdueCuts(ports);
    if (performance.now() >= remindAt) {
      await remindOwners(ports);
      await remindOfBilling(ports);
      await remindOfSignIns(ports);
      await remindOfWarranties(ports);
      await askAfterCards(ports);
      await forgetWhereabouts(ports);
      await rollUpOldTraffic(ports);
      remindAt = performance.now() + REMIND_EVERY_MS;
    }
    const ends = await Promise.all([nextEnd(ports.db.read), nextBillingEnd(ports.db.read)]);
    return Math.min(LOOK_EVERY_MS, ...ends.map((end) => (end === null ? LOOK_EVERY_MS : Math.max(0, end.getTime() - ports.clock.now().getTime()))));
  };
  const run = async (): Promise<void> => {
    clearTimeout(timer);
    // Whatever woke it came after the round had looked.
    if (running) return void (again = true);
    [running, again] = [true, false];
    const wait = await round().catch((error: unknown) => {
      log("warn", "time worker", error instanceof Error ? error.message : String(error));
      return LOOK_EVERY_MS;
    });
    running = false;
    if (!stopped) timer = setTimeout(() => void run(), again ? 0 : wait).unref();
  };
  void run();
  // Somebody signed in whose machines wait for that.
  const quiet = ports.wakeups.subscribe("sign-ins", () => void (stopped || run()));
  return () => {
    stopped = true;
    quiet();
    clearTimeout(timer);
  };
}
