/**
 * Members who have not signed in for longer than their subscription allows lose access, and have it again once they did. Their sign-ins are in the
 * database; this brings access in line with them, one member a transaction, in whatever order processes come to it. So a sign-in never waits for a
 * gateway, and one whose process was killed right after it counts all the same.
 */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { dueReminder, REMINDER_DAYS } from "@/lib/core/client-expiry";
import type { AuditAction } from "@/lib/core/audit-actions";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { queueMail } from "@/lib/db/outbox";
import { lockNextMisfit, lockSignInsEnding, markLapsed, markReturned, markSignInReminded, type MemberAtTime } from "@/lib/db/sign-in-again";
import { iso } from "@/lib/db/values";
import type { MailContent } from "@/lib/mail/messages";
import type { Ports } from "@/lib/ports";
import { holdMember, releaseMember, type HeldClients } from "./hold-clients";

/** @returns how many members lost access, or have it again */
export async function settleSignIns(ports: Ports): Promise<number> {
  let count = 0;
  while (await settleNext(ports)) count += 1;
  return count;
}

/** One member a transaction: a gateway's row is locked for as long as that takes, and no longer. */
async function settleNext(ports: Ports): Promise<boolean> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const member = await lockNextMisfit(tx, now);
    if (member === null) return false;
    if (member.lapsedAt === null) await lapse(ports, tx, member, now);
    else await bringBack(ports, tx, member, now);
    return true;
  });
}

async function lapse(ports: Ports, tx: Tx, member: MemberAtTime, now: Date): Promise<void> {
  const { days, dueAt } = member;
  // They signed in meanwhile.
  if (days === null || dueAt === null || dueAt > now) return;
  await markLapsed(tx, member, now);
  // Asked for, as it were, when the time was over.
  const held = await holdMember(tx, member, { requestedAt: dueAt, now });
  await tell(ports, tx, member, held, now, { template: "sign-in-lapsed", subscriptionName: member.subscriptionName, every: days, clients: held.clients.length, withProvider: member.withProvider, at: iso(now), url: pageOf(ports, member) });
  await note(tx, member, "member.lapsed", held, now, { days });
}

async function bringBack(ports: Ports, tx: Tx, member: MemberAtTime, now: Date): Promise<void> {
  const warrant = await markReturned(tx, member, now);
  if (warrant === null) return;
  const held = await releaseMember(tx, warrant, { requestedAt: now, now });
  await tell(ports, tx, member, held, now, { template: "sign-in-returned", subscriptionName: member.subscriptionName, clients: held.clients.length, at: iso(now), url: pageOf(ports, member) });
  await note(tx, member, "member.returned", held, now, { why: member.days === null ? "policy" : "sign-in" });
}

const pageOf = (ports: Pick<Ports, "config">, { subscriptionId }: Pick<MemberAtTime, "subscriptionId">): string => new URL(`/subscriptions/${subscriptionId}`, ports.config.url).href;

/** Nobody who has no machine there is bothered. */
async function tell(ports: Ports, tx: Tx, { email }: MemberAtTime, { clients }: HeldClients, now: Date, content: MailContent): Promise<void> {
  if (email !== null && clients.length > 0) await queueMail(tx, { id: ports.newId(), recipient: email, now, content });
}

async function note(tx: Tx, member: MemberAtTime, action: AuditAction, { clients, revision }: HeldClients, now: Date, data: Record<string, string | number>): Promise<void> {
  await appendAudit(tx, [
    {
      chain: member.subscriptionId,
      at: now,
      action,
      actor: PORTAL_ACTOR,
      subject: { kind: "user", id: member.userId },
      sourceAddress: null,
      data: { email: member.email ?? member.name, ...data, clients: clients.length, revision: revision === null ? null : Number(revision) },
    },
  ]);
}

const BATCH = 100;
const DAY_MS = 24 * 3_600_000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

type Place = Pick<MemberAtTime, "subscriptionId" | "userId">;
interface Batch {
  mails: number;
  next: Place | null;
}

/** @returns how many mails */
export async function remindOfSignIns(ports: Ports): Promise<number> {
  let count = 0;
  for (let after: Place | null = { subscriptionId: FIRST_ID, userId: FIRST_ID }; after !== null; ) {
    const batch: Batch = await remindSome(ports, after);
    count += batch.mails;
    after = batch.next;
  }
  return count;
}

async function remindSome(ports: Ports, after: Place): Promise<Batch> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const ending = await lockSignInsEnding(tx, { now, until: new Date(now.getTime() + REMINDER_DAYS[0] * DAY_MS), limit: BATCH, after });
    let mails = 0;
    for (const member of ending) {
      const { dueAt, email, days: every, clients, subscriptionName, withProvider } = member;
      const days = dueReminder(dueAt, member.since, member.reminded, now);
      if (days === null || email === null || every === null || clients === 0) continue;
      await markSignInReminded(tx, member, days);
      mails += 1;
      await queueMail(tx, {
        id: ports.newId(),
        recipient: email,
        now,
        // Nothing to remind of, once it has come.
        staleAt: dueAt,
        content: { template: "sign-in-due", subscriptionName, days, dueAt: iso(dueAt), every, clients, withProvider, url: pageOf(ports, member) },
      });
    }
    return { mails, next: ending.length < BATCH ? null : (ending.at(-1) ?? null) };
  });
}
