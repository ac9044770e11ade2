import { appendAudit } from "@/lib/db/audit";
import { endSession } from "@/lib/db/accounts";
import type { Tx } from "@/lib/db/client";
import type { Ports } from "@/lib/ports";

/** Ends a session: its cookie is worth nothing from the next request on. Ending it twice changes nothing. */
export async function endSessionById(ports: Ports, sessionId: string): Promise<void> {
  await ports.db.transaction((tx) => endSessionIn(ports, tx, sessionId, "signed out"));
}

/** The same, as part of a transaction. @param why replaced: its browser signed in anew */
export async function endSessionIn(ports: Pick<Ports, "clock">, tx: Tx, sessionId: string, why: "signed out" | "replaced"): Promise<void> {
  const now = ports.clock.now();
  const userId = await endSession(tx, sessionId, now);
  if (userId === null) return;
  await appendAudit(tx, [
    { chain: userId, at: now, action: "session.ended", actor: { kind: "user", id: userId, label: "the account's owner", operator: false }, subject: { kind: "session", id: sessionId }, sourceAddress: null, data: { why } },
  ]);
}
