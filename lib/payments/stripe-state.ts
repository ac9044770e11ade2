/** From Stripe's words for subscriptions to the portal's. */
import type { Stripe } from "stripe";
import type { CardState } from "@/lib/core/billing";

const at = (seconds: number): Date => new Date(seconds * 1000);
const LIVING = ["active", "trialing", "past_due", "unpaid", "paused"];
/** Something is taken from the card for it, or would be if that worked. */
export const isLiving = ({ status }: Pick<Stripe.Subscription, "status">): boolean => LIVING.includes(status);

/** When what is paid for ends. */
const periodEnd = (subscription: Stripe.Subscription): number => Math.max(0, ...subscription.items.data.map((item) => item.current_period_end));

const plannedEnd = (subscription: Stripe.Subscription): number | null => subscription.cancel_at ?? (subscription.cancel_at_period_end ? periodEnd(subscription) : null);

/**
 * A customer of the portal has one subscription there. Where somebody made a second one, what gives most counts: so the order in which
 * they are listed, or came, doesn't matter.
 */
export function cardStateOf(subscriptions: readonly Stripe.Subscription[]): CardState {
  const [first] = subscriptions.map(stateOf).sort((a, b) => RANK[b.standing] - RANK[a.standing] || timeOf(b) - timeOf(a) || (referenceOf(a) < referenceOf(b) ? -1 : 1));
  return first ?? { standing: "none" };
}

const RANK: Record<CardState["standing"], number> = { paid: 4, due: 3, stopped: 2, cancelled: 1, none: 0 };
const timeOf = (card: CardState): number => (card.standing === "paid" ? card.until : card.standing === "due" ? card.since : card.standing === "cancelled" ? card.at : new Date(0)).getTime();
const referenceOf = (card: CardState): string => (card.standing === "none" ? "" : card.reference);

function stateOf(subscription: Stripe.Subscription): CardState {
  const reference = subscription.id;
  switch (subscription.status) {
    case "active":
    case "trialing": {
      const end = periodEnd(subscription);
      const cancelAt = plannedEnd(subscription);
      // One that is cancelled years from now renews until then.
      return cancelAt !== null && cancelAt <= end ? { standing: "paid", reference, until: at(cancelAt), renews: false } : { standing: "paid", reference, until: at(end), renews: true };
    }
    case "past_due":
      return { standing: "due", reference, since: at(dueSince(subscription)) };
    case "unpaid":
    case "paused":
      return { standing: "stopped", reference, over: false };
    case "canceled": {
      // Nobody's data goes away because a card was refused: that it is left unpaid suspends.
      const reason = subscription.cancellation_details?.reason ?? null;
      if (reason === "payment_failed" || reason === "payment_disputed") return { standing: "stopped", reference, over: true };
      const ended = subscription.ended_at ?? subscription.canceled_at ?? subscription.created;
      // It ends some seconds after it was to.
      return { standing: "cancelled", reference, at: at(Math.min(ended, plannedEnd(subscription) ?? ended)) };
    }
    default:
      // The first payment has not come, or never did.
      return { standing: "none" };
  }
}

/** Of the invoice that is open; a period that begins makes one. */
function dueSince(subscription: Stripe.Subscription): number {
  const invoice = subscription.latest_invoice;
  if (invoice !== null && typeof invoice !== "string") return invoice.created;
  return Math.max(0, ...subscription.items.data.map((item) => item.current_period_start));
}
