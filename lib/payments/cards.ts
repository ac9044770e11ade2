/** Payment by card, whichever company takes the cards: what the portal asks of it. lib/payments/stripe.ts is one. */
import type { CardState } from "@/lib/core/billing";
import type { PlanInterval } from "@/lib/core/vocabulary";

/** Of what the company tells by itself: what is new is asked for, never taken from here. */
export interface CardEvent {
  id: string;
  type: string;
  /** null: it is about nobody's payment. */
  customerId: string | null;
}

export interface CardPrice {
  /** In the currency's smallest unit; null: it depends. */
  amount: number | null;
  currency: string;
  /** null: it is paid once, or every so many months. */
  interval: PlanInterval | null;
  active: boolean;
}

/** Each throws card_unavailable, card_declined or card_misconfigured, in words for the person who asked. */
export interface CardPayments {
  /** Asking again for the same makes no second one. */
  createCustomer(who: { subscriptionId: string; name: string; email: string }): Promise<string>;
  /** @param payment.firstPaymentAt more than two days from now; null: it is paid now. @returns the company's page to pay on */
  checkout(payment: { customerId: string; subscriptionId: string; price: string; firstPaymentAt: Date | null; paidUrl: string; leftUrl: string }): Promise<string>;
  /** @returns the company's page on which a customer changes the card, and sees the receipts */
  manage(customerId: string, returnUrl: string): Promise<string>;
  /** How it stands now. */
  read(customerId: string): Promise<CardState>;
  /** Nothing is taken from the card any more. @param atOnce also what is paid for is over */
  cancel(customerId: string, atOnce: boolean): Promise<void>;
  /** Takes back a cancellation that has not come to its end. */
  keep(customerId: string): Promise<void>;
  /** @returns null when there is none */
  findPrice(price: string): Promise<CardPrice | null>;
  /** @throws signature_invalid unless it is from the company, and new */
  openEvent(body: string, signature: string | null, now: Date): Promise<CardEvent>;
}
