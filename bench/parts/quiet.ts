/** Waiting until a portal has nothing left to do, so that one part of a measurement doesn't disturb the next. */
import { setTimeout as delay } from "node:timers/promises";
import type { Portal } from "@/bench/parts/portal";

const LOOK_EVERY_MS = 20;
const LONGEST_MS = 60_000;

/** Until every mail is sent. */
export async function untilMailsAreSent({ sql }: Portal): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  for (;;) {
    const { rows } = await sql.query<{ waiting: boolean }>("SELECT EXISTS (SELECT 1 FROM outbox_mails WHERE sent_at IS NULL AND abandoned_at IS NULL) AS waiting");
    if (rows[0]?.waiting === false) return;
    if (performance.now() > until) throw new Error("The portal's mails are not sent.");
    await delay(LOOK_EVERY_MS);
  }
}
