/** Whose account at the card company is whose, what was last read of each, and what the company told. */
import type { CardState } from "@/lib/core/billing";
import type { Tx } from "./client";

const paid: unique symbol = Symbol("paid by card");

/** That the card company says a subscription is paid for, or that it waits for a payment, as read for the transaction at hand. Only this file makes one. */
export interface PaidByCard {
  readonly [paid]: string;
}

export interface CardAccountRow {
  subscriptionId: string;
  customerId: string;
  standing: CardState["standing"];
  reference: string | null;
  governs: boolean;
  /** Goes up with each reading. */
  reads: number;
}

const COLUMNS = { subscriptionId: true, customerId: true, standing: true, reference: true, governs: true, reads: true } as const;

export const findCardAccount = (tx: Tx, subscriptionId: string): Promise<CardAccountRow | null> => tx.cardAccount.findUnique({ where: { subscriptionId }, select: COLUMNS });

export const findCardAccountOf = (tx: Tx, customerId: string): Promise<CardAccountRow | null> => tx.cardAccount.findUnique({ where: { customerId }, select: COLUMNS });

/** Of two at once, the first stays. @returns whether it is this one */
export async function insertCardAccount(tx: Tx, row: { subscriptionId: string; customerId: string; now: Date }): Promise<boolean> {
  const made = await tx.$executeRaw`INSERT INTO card_accounts (subscription_id, customer_id, created_at) VALUES (${row.subscriptionId}::uuid, ${row.customerId}, ${row.now}) ON CONFLICT (subscription_id) DO NOTHING`;
  return made === 1;
}

export const isCardEventKnown = async (tx: Tx, id: string): Promise<boolean> => (await tx.cardEvent.count({ where: { id } })) > 0;

/** @returns whether it was told for the first time */
export async function noteCardEvent(tx: Tx, row: { id: string; subscriptionId: string; now: Date }): Promise<boolean> {
  return (await tx.$executeRaw`INSERT INTO card_events VALUES (${row.id}, ${row.subscriptionId}::uuid, ${row.now}) ON CONFLICT (id) DO NOTHING`) === 1;
}

export async function deleteOldCardEvents(tx: Tx, before: Date): Promise<void> {
  await tx.cardEvent.deleteMany({ where: { receivedAt: { lt: before } } });
}

/**
 * Keeps what was read. The subscription's row is locked.
 *
 * @param account as it was before the company was asked: when another reading was kept since, that one may be newer
 * @returns null when there was one
 */
export async function keepReading(tx: Tx, account: CardAccountRow, card: CardState, now: Date): Promise<{ warrant: PaidByCard | null } | null> {
  const reference = card.standing === "none" ? null : card.reference;
  const at = card.standing === "paid" ? card.until : card.standing === "due" ? card.since : card.standing === "cancelled" ? card.at : null;
  const kept = await tx.cardAccount.updateMany({
    where: { subscriptionId: account.subscriptionId, reads: account.reads },
    data: { standing: card.standing, reference, standingAt: at, renews: card.standing === "paid" && card.renews, over: card.standing === "stopped" && card.over, reads: { increment: 1 }, readAt: now },
  });
  if (kept.count === 0) return null;
  return { warrant: card.standing === "paid" || card.standing === "due" ? { [paid]: account.subscriptionId } : null };
}

/** From now on, what happens with the card happens to the subscription. */
export async function letCardGovern(tx: Tx, subscriptionId: string): Promise<void> {
  await tx.cardAccount.update({ where: { subscriptionId }, data: { governs: true } });
}

/** Something else has the last word now. */
export async function overruleCard(tx: Tx, subscriptionId: string): Promise<void> {
  await tx.$executeRaw`UPDATE card_accounts SET governs = false WHERE subscription_id = ${subscriptionId}::uuid AND governs`;
}

/** Those whose renewal is due, and of whom nothing was heard since. */
export async function listUnheardOf(tx: Tx, span: { dueBefore: Date; readBefore: Date; limit: number }): Promise<CardAccountRow[]> {
  return tx.cardAccount.findMany({ where: { renews: true, standingAt: { lt: span.dueBefore }, readAt: { lt: span.readBefore } }, orderBy: { readAt: "asc" }, take: span.limit, select: COLUMNS });
}
