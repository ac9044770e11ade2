/** Mails waiting to be sent. Written in the transaction of the change they tell of; sent at least once, whatever is killed when. */
import type { MailContent } from "@/lib/mail/messages";
import type { Tx } from "./client";
import { notification } from "./wakeups";

export interface QueuedMail {
  id: string;
  recipient: string;
  content: MailContent;
  attempts: number;
}

/** News that a mail server refused for so long is given up. */
const WORTH_SENDING_MS = 3 * 24 * 3_600_000;

/** @param mail.staleAt not worth sending after it; three days from now when left out */
export async function queueMail(tx: Tx, mail: { id: string; recipient: string; content: MailContent; now: Date; staleAt?: Date }): Promise<void> {
  const { template, ...payload } = mail.content;
  await tx.$executeRaw`
    WITH queued AS (
      INSERT INTO outbox_mails (id, template, recipient, payload, created_at, due_at, stale_at)
      VALUES (${mail.id}::uuid, ${template}, ${mail.recipient}, ${JSON.stringify(payload)}::jsonb, ${mail.now}, ${mail.now}, ${mail.staleAt ?? new Date(mail.now.getTime() + WORTH_SENDING_MS)}))
    SELECT ${notification("outbox")}`;
}

/** How long a worker has to send what it took before another may try. */
const LEASE_MS = 60_000;

/** Takes one mail that is due. One statement: no two workers get the same. */
export async function takeDueMail(tx: Tx, now: Date): Promise<QueuedMail | null> {
  const [row] = await tx.$queryRaw<{ id: string; recipient: string; template: string; payload: object; attempts: number }[]>`
    UPDATE outbox_mails SET attempts = attempts + 1, due_at = ${new Date(now.getTime() + LEASE_MS)}
    WHERE id = (SELECT id FROM outbox_mails WHERE sent_at IS NULL AND abandoned_at IS NULL AND due_at <= ${now}
                ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, recipient, template, payload, attempts`;
  if (!row) return null;
  return { id: row.id, recipient: row.recipient, attempts: row.attempts, content: { template: row.template, ...row.payload } as MailContent };
}

export async function markSent(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.outboxMail.update({ where: { id }, data: { sentAt: now, lastError: null } });
}

/** @param error in words for the operator; no secret */
export async function markFailed(tx: Tx, id: string, error: string, retryAt: Date): Promise<void> {
  await tx.outboxMail.update({ where: { id }, data: { dueAt: retryAt, lastError: error.slice(0, 500) } });
}

/** Gives up what nobody would want any more, like a code that has expired. */
export async function abandonStale(tx: Tx, now: Date): Promise<void> {
  await tx.outboxMail.updateMany({ where: { sentAt: null, abandonedAt: null, staleAt: { lt: now } }, data: { abandonedAt: now } });
}

/** When the next mail falls due, or null when none waits. */
export async function nextDue(tx: Tx): Promise<Date | null> {
  const mail = await tx.outboxMail.findFirst({ where: { sentAt: null, abandonedAt: null }, orderBy: { dueAt: "asc" }, select: { dueAt: true } });
  return mail?.dueAt ?? null;
}
