/** Billing by invoice: an operator activates, extends and suspends a subscription, and either side cancels it. Giving access takes a proof. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import type { BillingEvent } from "@/lib/core/billing";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { lockBilling, type BillingWarrant, type LockedBilling } from "@/lib/db/billing";
import { findCardAccount, type CardAccountRow } from "@/lib/db/cards";
import type { Tx } from "@/lib/db/client";
import { searchSubscriptions } from "@/lib/db/plans";
import { iso, isoOrNull } from "@/lib/db/values";
import type { CardPayments } from "@/lib/payments/cards";
import type { Ports } from "@/lib/ports";
import { noteOperatorView } from "@/lib/usecases/note-operator-view";
import { requireOperator } from "@/lib/usecases/search-clients";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess, requireId } from "@/lib/usecases/subscription-access";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { SubscriptionRecordView } from "@/lib/usecases/billing-views";
import type { StepUpView, SubscriptionView } from "@/lib/usecases/views";
import { changeBilling } from "./change-billing";
import { followCard } from "./follow-card";
import { movesOf } from "./moves";

const SHOWN_AT_MOST = 50;

/** At most fifty, those that wait for something first. Each that shows up notes the look. @throws forbidden */
export async function searchSubscriptionRecords(ports: Ports, actor: Actor, input: { query?: string | null }): Promise<{ items: SubscriptionRecordView[] }> {
  requireOperator(actor);
  // PostgreSQL's text holds no NUL.
  const text = (input.query ?? "").replace(/\p{Cc}/gu, " ").trim().slice(0, 100);
  const rows = await searchSubscriptions(ports.db.read, text, SHOWN_AT_MOST);
  await noteOperatorView(ports, actor, rows.map(({ id }) => id));
  return { items: rows.map(({ until, createdAt, ...row }) => ({ ...row, until: isoOrNull(until), createdAt: iso(createdAt) })) };
}

export interface ActivationInput {
  subscriptionId: string;
  /** ISO 8601; null: until an operator says otherwise. */
  until: string | null;
}

/** @throws billing_invalid */
function parseEnd(text: string | null): Date | null {
  if (text === null) return null;
  const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime())) throw new PortcullisError("billing_invalid", "That is no date. Choose the day until which it is paid for.", { field: "until" });
  return at;
}

const activateAct = (subscriptionId: string, until: Date | null): Act<"billing.activate"> => ({ action: "billing.activate", objectId: subscriptionId, parameters: { until: isoOrNull(until) } });

/** Before any other lock. @throws not_found */
async function lock(tx: Tx, subscriptionId: string): Promise<LockedBilling> {
  const locked = await lockBilling(tx, requireId(subscriptionId));
  if (!locked) throw notFound();
  return locked;
}

async function happen(ports: Ports, tx: Tx, actor: Actor, locked: LockedBilling, event: BillingEvent, how: { operator: boolean; warrant: BillingWarrant | null; proof?: string; facts?: Record<string, boolean> }): Promise<void> {
  await changeBilling(ports, tx, locked, movesOf(locked, event, ports.clock.now()), {
    by: { userId: actor.userId, email: actor.email, audit: auditActor(actor, how.operator) },
    requestedAt: actor.requestedAt,
    sourceAddress: actor.source.address,
    warrant: how.warrant,
    ...(how.proof === undefined ? {} : { proof: how.proof }),
    ...(how.facts === undefined ? {} : { facts: how.facts }),
  });
}

/** @throws forbidden, not_found, billing_ended, billing_invalid, step_up_too_many */
export async function requestActivation(ports: Ports, actor: Actor, input: ActivationInput): Promise<StepUpView> {
  requireOperator(actor);
  const until = parseEnd(input.until);
  return ports.db.transaction(async (tx) => {
    const locked = await lock(tx, input.subscriptionId);
    movesOf(locked, { kind: "activate", until }, ports.clock.now());
    const text = {
      act: `activate the subscription ${locked.name}`,
      details: [
        { label: "Subscription", value: locked.name },
        { label: "Plan", value: locked.planName },
        { label: "Paid until", value: until === null ? "no end" : iso(until).slice(0, 10) },
        { label: "What this means", value: "Its clients can connect." },
      ],
    };
    return stepUpView(await requestProof(ports, tx, actor, activateAct(locked.id, until), actor.email, text));
  });
}

/** Activates it, or extends it: what is paid for ends then. @throws what requestActivation does, and step_up_* */
export async function activateSubscription(ports: Ports, actor: Actor, input: ActivationInput, proof: PresentedProof): Promise<SubscriptionView> {
  requireOperator(actor);
  const until = parseEnd(input.until);
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const locked = await lock(tx, input.subscriptionId);
      return { locked, act: activateAct(locked.id, until) };
    },
    (tx, verified, { locked }) => happen(ports, tx, actor, locked, { kind: "activate", until }, { operator: true, warrant: verified, proof: FACTOR_WORDS[verified.factor] }),
  );
  return viewSubscription(ports, actor, { subscriptionId: input.subscriptionId });
}

/** Cuts all of its clients, in one revision. @throws forbidden, not_found, billing_ended */
export async function suspendSubscription(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<SubscriptionView> {
  requireOperator(actor);
  await ports.db.transaction(async (tx) => happen(ports, tx, actor, await lock(tx, input.subscriptionId), { kind: "suspend" }, { operator: true, warrant: null }));
  return viewSubscription(ports, actor, input);
}

/**
 * Nothing is taken from a card any more: where one pays, the card company is told first, and nothing changes here unless it agrees.
 *
 * @param input.atOnce also what is paid for is over. @throws not_found, forbidden, two_factor_required, billing_ended, card_*
 */
export async function cancelSubscription(ports: Ports, actor: Actor, input: { subscriptionId: string; atOnce: boolean }): Promise<SubscriptionView> {
  const { id } = await requireAccess(ports.db.read, actor, input.subscriptionId, "subscription.cancel");
  await withCard(ports, id, (cards, { customerId }) => cards.cancel(customerId, input.atOnce));
  await ports.db.transaction(async (tx) => {
    const locked = await lock(tx, id);
    const access = await requireAccess(tx, actor, id, "subscription.cancel");
    await happen(ports, tx, actor, locked, { kind: input.atOnce ? "cancel-now" : "cancel" }, { operator: access.standing === "operator", warrant: null });
  });
  return viewSubscription(ports, actor, input);
}

/**
 * Takes a cancellation back, until it has ended. What was paid for goes on; what was over is kept, and waits for a payment.
 *
 * @throws not_found, forbidden, two_factor_required, billing_ended, card_*
 */
export async function keepSubscription(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<SubscriptionView> {
  const { id } = await requireAccess(ports.db.read, actor, input.subscriptionId, "subscription.keep");
  // What has ended stays so: its card isn't charged again for it.
  await ports.db.transaction(async (tx) => void movesOf(await lock(tx, id), { kind: "keep" }, ports.clock.now()));
  // A card that something else took the place of isn't charged again: that was another cancellation.
  await withCard(ports, id, async (cards, { customerId, governs }) => (governs ? cards.keep(customerId) : undefined));
  await ports.db.transaction(async (tx) => {
    const locked = await lock(tx, id);
    await requireAccess(tx, actor, id, "subscription.keep");
    await happen(ports, tx, actor, locked, { kind: "keep" }, { operator: false, warrant: null, facts: { kept: true } });
  });
  return viewSubscription(ports, actor, input);
}

async function withCard(ports: Ports, subscriptionId: string, act: (cards: CardPayments, account: CardAccountRow) => Promise<void>): Promise<void> {
  const account = ports.cards && (await findCardAccount(ports.db.read, subscriptionId));
  if (!ports.cards || !account) return;
  await act(ports.cards, account);
  await followCard(ports, ports.cards, subscriptionId);
}
