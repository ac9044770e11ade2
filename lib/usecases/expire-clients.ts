/** What time does to clients: ends the access of those whose time is over, and reminds owners before. Any number of processes may do it. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { dueReminder, REMINDER_DAYS } from "@/lib/core/client-expiry";
import { transition } from "@/lib/core/client-state";
import { appendAudit } from "@/lib/db/audit";
import { lockEnding, lockNextOver, markExpired, markReminded } from "@/lib/db/client-lifecycle";
import { lockClient } from "@/lib/db/clients";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { clientUrl } from "./client-access";
import { reviseClient } from "./client-device";

/** @returns how many */
export async function expireClients(ports: Ports): Promise<number> {
  let count = 0;
  while (await expireNext(ports)) count += 1;
  return count;
}

/** One client a transaction: a gateway's row is locked for as long as that takes, and no longer. */
async function expireNext(ports: Ports): Promise<boolean> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const over = await lockNextOver(tx, now);
    const client = over && (await lockClient(tx, over.subscriptionId, over.id));
    if (!client?.expiresAt) return false;
    const { nickname, instanceName, expiresAt } = client;
    const condition = transition(client, "expire");
    // A suspended one is off the device already.
    const revision = client.state === "active" ? await reviseClient(tx, client, { to: condition.state, requestedAt: expiresAt, now }) : null;
    await markExpired(tx, { clientId: client.id, condition, revision });
    if (client.mailTo !== null) {
      await queueMail(tx, { id: ports.newId(), recipient: client.mailTo, now, content: { template: "client-expired", nickname, instanceName, expiresAt: iso(expiresAt), clientUrl: clientUrl(ports, client) } });
    }
    await appendAudit(tx, [
      {
        chain: client.subscriptionId,
        at: now,
        action: "client.expired",
        actor: PORTAL_ACTOR,
        subject: { kind: "client", id: client.id },
        sourceAddress: null,
        data: { nickname, publicKey: client.publicKey, expiresAt: iso(expiresAt), revision: revision === null ? null : Number(revision) },
      },
    ]);
    return true;
  });
}

const BATCH = 100;
const DAY_MS = 24 * 3_600_000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** @returns how many mails */
export async function remindOwners(ports: Ports): Promise<number> {
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
    const clients = await lockEnding(tx, { now, until: new Date(now.getTime() + REMINDER_DAYS[0] * DAY_MS), limit: BATCH, after });
    let mails = 0;
    for (const client of clients) {
      const days = dueReminder(client.expiresAt, client.expirySetAt, client.remindedDays, now);
      // Who is turned off for now, and on again before the end, is reminded then.
      if (days === null || client.mailTo === null) continue;
      await markReminded(tx, client.id, days);
      mails += 1;
      const { nickname, instanceName, expiresAt } = client;
      await queueMail(tx, {
        id: ports.newId(),
        recipient: client.mailTo,
        now,
        // Nothing to remind of, once it has ended.
        staleAt: expiresAt,
        content: { template: "client-ending", nickname, instanceName, days, expiresAt: iso(expiresAt), clientUrl: clientUrl(ports, client) },
      });
    }
    return { mails, next: clients.length < BATCH ? null : (clients.at(-1)?.id ?? null) };
  });
}
