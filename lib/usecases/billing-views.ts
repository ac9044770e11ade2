/** What pages and the REST API show of plans, payment and licenses; spelled as in views.ts. */
import type { BillingState, PlanInterval } from "@/lib/core/vocabulary";

export interface PriceView {
  /** In the currency's smallest unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  interval: PlanInterval;
}

/** Where a subscription stands with its payment, and what comes. */
export interface BillingView {
  /** Clients can connect. */
  givesAccess: boolean;
  /** When the state ends by itself; null: it doesn't. */
  until: string | null;
  /** What it is then; null: nothing comes by itself. */
  next: BillingState | null;
  /** Cancelled, and works until then. */
  cancelsAtEnd: boolean;
  graceDays: number;
  retentionDays: number;
  price: PriceView;
  /** What who looks can do about a card. */
  card: {
    /** It can be paid for by card now. */
    mayPay: boolean;
    /** When it would be charged first; null: at once. */
    firstPaymentAt: string | null;
    /** There is an account at the card company, with the card and the receipts. */
    mayManage: boolean;
    /** When the card is charged again; null: it isn't. */
    renewsAt: string | null;
  };
}

/** What can be taken out. Limits: null is unlimited. */
export interface PlanView {
  id: string;
  name: string;
  price: PriceView;
  maxClients: number | null;
  maxMembers: number | null;
  maxSystems: number | null;
  /** Of the instance, in the company's words; "" says nothing. */
  instanceSize: string;
  trialDays: number;
  graceDays: number;
  retentionDays: number;
}

/** A plan, as operators see it. */
export interface PlanRecordView extends PlanView {
  code: string;
  /** The card company's id of the price; null: not to be paid for by card. */
  cardPrice: string | null;
  /** Offered to nobody since. */
  retiredAt: string | null;
  /** That have not ended. */
  subscriptions: number;
}

/** A license key, as operators see it: without the key itself, which is shown once. */
export interface LicenseView {
  id: string;
  planName: string;
  days: number;
  note: string;
  createdAt: string;
  createdBy: string;
  redeemedAt: string | null;
  withdrawnAt: string | null;
  /** Where it was redeemed. */
  subscription: { id: string; name: string } | null;
}

export interface MadeLicenseView {
  /** Shown here and never again. */
  key: string;
  items: LicenseView[];
}

/** A subscription, as operators see it in their list. */
export interface SubscriptionRecordView {
  id: string;
  name: string;
  planName: string;
  ownerEmail: string | null;
  billingState: BillingState;
  until: string | null;
  cancelsAtEnd: boolean;
  createdAt: string;
}
