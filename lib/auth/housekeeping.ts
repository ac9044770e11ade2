/** Throws away what nobody can use any more: attempts that ran out, counters of past days. Any number of processes may do it. */
import { deleteOldAccountLinks } from "@/lib/db/account-links";
import { deleteOldAttempts } from "@/lib/db/attempts";
import { deleteOldCardEvents } from "@/lib/db/cards";
import { deleteExpiredLimits } from "@/lib/db/limits";
import { deleteOldLinkIntents } from "@/lib/db/links";
import { deleteOldLogoutTokens } from "@/lib/db/provider-logout";
import { deleteOldSystems } from "@/lib/db/systems";
import { log } from "@/lib/log";
import type { Ports } from "@/lib/ports";

const EVERY_MS = 3_600_000;
/** For who looks into what happened. */
const KEPT_MS = 7 * 24 * 3_600_000;
/** Longer than the card company tells again, also when asked to. */
const EVENTS_KEPT_MS = 60 * 24 * 3_600_000;

export async function tidyUp(ports: Ports): Promise<void> {
  const before = new Date(ports.clock.now().getTime() - KEPT_MS);
  await deleteOldAttempts(ports.db.read, before);
  await deleteOldLinkIntents(ports.db.read, before);
  await deleteOldAccountLinks(ports.db.read, before);
  await deleteOldSystems(ports.db.read, before);
  await deleteOldLogoutTokens(ports.db.read, ports.clock.now());
  await deleteOldCardEvents(ports.db.read, new Date(ports.clock.now().getTime() - EVENTS_KEPT_MS));
  await deleteExpiredLimits(ports.db, Date.now());
}

/** Now and every hour; doesn't keep the process alive. */
export function startHousekeeping(ports: Ports): void {
  const run = () => tidyUp(ports).catch((error: unknown) => log("warn", "housekeeping", error instanceof Error ? error.message : String(error)));
  setInterval(() => void run(), EVERY_MS).unref();
  void run();
}
