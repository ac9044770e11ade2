/**
 * What happens with a payment by card happens to the subscription. The card company tells that something did, in any order and more than
 * once; how it stands is asked of it each time. So what is old, or false, changes nothing.
 */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { cardCounts, settle, type CardState } from "@/lib/core/billing";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import { lockBilling } from "@/lib/db/billing";
import { findCardAccount, findCardAccountOf, isCardEventKnown, keepReading, letCardGovern, listUnheardOf, noteCardEvent, type CardAccountRow } from "@/lib/db/cards";
import type { Tx } from "@/lib/db/client";
import { iso } from "@/lib/db/values";
import { log } from "@/lib/log";
import type { CardPayments } from "@/lib/payments/cards";
import type { Ports } from "@/lib/ports";
import { changeBilling } from "./change-billing";
import { movesOf } from "./moves";

/** Each time another reading came between; many at once come to an end, since one of them always gets through. */
const MOST_READINGS = 20;

/** @throws not_found where no card is taken; signature_invalid, card_unavailable: the company tells again then */
export async function hearOfCard(ports: Ports, message: { body: string; signature: string | null }): Promise<{ followed: boolean }> {
  const { cards } = ports;
  if (!cards) throw new PortcullisError("not_found", "No card company is set up here.");
  const event = await cards.openEvent(message.body, message.signature, ports.clock.now());
  const account = event.customerId === null ? null : await findCardAccountOf(ports.db.read, event.customerId);
  // Other things may be sold with the same account; and an answer that is no success is told again for days.
  if (account === null || (await isCardEventKnown(ports.db.read, event.id))) return { followed: false };
  await followCard(ports, cards, account.subscriptionId, event.id);
  return { followed: true };
}

/** @param eventId what told of it; null: nothing did. @throws card_* */
export async function followCard(ports: Ports, cards: CardPayments, subscriptionId: string, eventId: string | null = null): Promise<void> {
  for (let tries = 0; tries < MOST_READINGS; tries += 1) {
    // Before the question: whatever was kept since then may be newer than the answer.
    const account = await findCardAccount(ports.db.read, subscriptionId);
    if (account === null) return;
    const card = await cards.read(account.customerId);
    const outcome = await ports.db.transaction((tx) => follow(ports, tx, account, card, eventId));
    if (outcome === "kept") return;
    if (outcome === "ended") await stopCharging(ports, cards, account);
  }
  throw new PortcullisError("card_unavailable", "Too much happens with this payment at once. Try again in a moment.");
}

/** Paid on a page that was still open when the subscription ended, or left running at the company: a card would be charged on and on for nothing. */
async function stopCharging(ports: Ports, cards: CardPayments, { subscriptionId, customerId }: CardAccountRow): Promise<void> {
  await cards.cancel(customerId, true);
  log("warn", "card stopped", `The subscription ${subscriptionId} has ended, and its card was going to be charged. What was taken since is to be paid back.`);
  await ports.db.transaction((tx) =>
    appendAudit(tx, [{ chain: subscriptionId, at: ports.clock.now(), action: "card.stopped", actor: PORTAL_ACTOR, subject: { kind: "subscription", id: subscriptionId }, sourceAddress: null, data: {} }]),
  );
}

/** Whether something is going to be taken from the card. */
const charges = (card: CardState): boolean => (card.standing === "paid" && card.renews) || card.standing === "due" || (card.standing === "stopped" && !card.over);

/** @returns "overtaken" when another reading was kept meanwhile; "ended" when nothing was kept, since the card is to be stopped first */
async function follow(ports: Ports, tx: Tx, account: CardAccountRow, card: CardState, eventId: string | null): Promise<"kept" | "overtaken" | "ended"> {
  const now = ports.clock.now();
  const { subscriptionId } = account;
  const locked = await lockBilling(tx, subscriptionId);
  // As it is now that nobody else writes: what is told at the same time as something else is told once.
  const current = locked && (await findCardAccount(tx, subscriptionId));
  if (!locked || !current) return "kept";
  if (current.reads !== account.reads) return "overtaken";
  const settled = settle(locked.billing, locked.terms, now).at(-1)?.billing ?? locked.billing;
  const ended = settled.state === "ended";
  if (ended && charges(card)) return "ended";
  if (eventId !== null && !(await noteCardEvent(tx, { id: eventId, subscriptionId, now }))) return "kept";
  const kept = await keepReading(tx, current, card, now);
  if (kept === null) return "overtaken";
  if (ended) return "kept";
  const reading = { card, governs: current.governs, known: card.standing !== "none" && card.reference === current.reference };
  if (!current.governs && cardCounts(settled, reading, locked.terms)) await letCardGovern(tx, subscriptionId);
  const moves = movesOf(locked, { kind: "card", ...reading }, now);
  const own = moves.find(({ byItself }) => !byItself);
  await changeBilling(ports, tx, locked, moves, {
    by: { userId: null, email: null, audit: PORTAL_ACTOR },
    requestedAt: now,
    sourceAddress: null,
    warrant: kept.warrant,
    proof: "card payment",
    byCard: { quiet: own !== undefined && isRenewal(locked.billing, own.billing) },
    ...(card.standing === "paid" ? { facts: { paidUntil: iso(card.until) } } : {}),
  });
  return "kept";
}

/** The company sends a receipt. */
const isRenewal = (before: { state: string; cancelsAtEnd: boolean }, after: { state: string; cancelsAtEnd: boolean }): boolean => before.state === "active" && after.state === "active" && before.cancelsAtEnd === after.cancelsAtEnd;

const HOUR_MS = 3_600_000;
const AT_ONCE = 20;

/** Where a renewal should have been told of, and wasn't, the company is asked. @returns how many */
export async function askAfterCards(ports: Ports): Promise<number> {
  const { cards } = ports;
  if (!cards) return 0;
  const before = new Date(ports.clock.now().getTime() - HOUR_MS);
  const unheard = await listUnheardOf(ports.db.read, { dueBefore: before, readBefore: before, limit: AT_ONCE });
  for (const { subscriptionId } of unheard) {
    try {
      await followCard(ports, cards, subscriptionId);
    } catch (error) {
      log("warn", "card not asked after", error instanceof PortcullisError ? (error.detail ?? error.message) : String(error));
      break;
    }
  }
  return unheard.length;
}
