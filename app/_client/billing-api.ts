/** The API for plans and what is paid for. */
import type { LicenseView, MadeLicenseView, PlanRecordView, SubscriptionRecordView } from "@/lib/usecases/billing-views";
import type { StepUpView, SubscriptionView } from "@/lib/usecases/views";
import { send } from "./api";
import type { Proof } from "./step-up";

const PLANS = "/api/v1/operator/plans";
const LICENSES = "/api/v1/operator/licenses";
const RECORDS = "/api/v1/operator/subscriptions";
const plan = (planId: string): string => `${PLANS}/${encodeURIComponent(planId)}`;
const own = (subscriptionId: string): string => `/api/v1/subscriptions/${encodeURIComponent(subscriptionId)}`;
const record = (subscriptionId: string): string => `${RECORDS}/${encodeURIComponent(subscriptionId)}`;

/** A plan as an operator types it. Limits: null is unlimited. */
export interface PlanFields {
  name: string;
  price: number;
  currency: string;
  interval: "month" | "year";
  maxClients: number | null;
  maxMembers: number | null;
  maxSystems: number | null;
  instanceSize: string;
  trialDays: number;
  graceDays: number;
  retentionDays: number;
  /** The card company's id of the price; "": not to be paid for by card. */
  cardPrice: string;
}

export interface LicenseFields {
  planId: string;
  days: number;
  note: string;
}

export const billingApi = {
  takeOut: (planId: string, name: string) => send<SubscriptionView>("POST", "/api/v1/subscriptions", { body: { planId, name } }),

  /** atOnce: also what is paid for is over. */
  cancel: (subscriptionId: string, atOnce = false) => send<SubscriptionView>("POST", `${own(subscriptionId)}/cancel`, { body: { atOnce } }),

  /** Takes a cancellation back. */
  keep: (subscriptionId: string) => send<SubscriptionView>("POST", `${own(subscriptionId)}/keep`, { body: {} }),

  /** url: the card company's page to go to. */
  payByCard: (subscriptionId: string) => send<{ url: string }>("POST", `${own(subscriptionId)}/card/checkout`, { body: {} }),

  manageCard: (subscriptionId: string) => send<{ url: string }>("POST", `${own(subscriptionId)}/card/manage`, { body: {} }),

  /** Has the portal ask the card company. */
  refreshCard: (subscriptionId: string) => send<SubscriptionView>("POST", `${own(subscriptionId)}/card/refresh`, { body: {} }),

  redeem: (subscriptionId: string, key: string) => send<SubscriptionView>("POST", `${own(subscriptionId)}/license`, { body: { key } }),

  /** Asks for the proof that making a license key takes. */
  askLicense: (license: LicenseFields) => send<StepUpView>("POST", `${LICENSES}/challenge`, { body: license }),

  makeLicense: (license: LicenseFields, proof: Proof) => send<MadeLicenseView>("POST", LICENSES, { body: { ...license, proof } }),

  withdrawLicense: (licenseId: string) => send<{ items: LicenseView[] }>("DELETE", `${LICENSES}/${encodeURIComponent(licenseId)}`, { body: {} }),

  addPlan: (fields: PlanFields) => send<{ items: PlanRecordView[] }>("POST", PLANS, { body: fields }),

  changePlan: (planId: string, fields: PlanFields) => send<{ items: PlanRecordView[] }>("PUT", plan(planId), { body: fields }),

  retirePlan: (planId: string, retired: boolean) => send<{ items: PlanRecordView[] }>("POST", `${plan(planId)}/retire`, { body: { retired } }),

  subscriptions: (text: string, signal?: AbortSignal) => send<{ items: SubscriptionRecordView[] }>("GET", text === "" ? RECORDS : `${RECORDS}?q=${encodeURIComponent(text)}`, { signal }),

  /** Asks for the proof that activating takes. until: null is without an end. */
  askActivation: (subscriptionId: string, until: string | null) => send<StepUpView>("POST", `${record(subscriptionId)}/activate/challenge`, { body: { until } }),

  activate: (subscriptionId: string, until: string | null, proof: Proof) => send<SubscriptionView>("POST", `${record(subscriptionId)}/activate`, { body: { until, proof } }),

  suspend: (subscriptionId: string) => send<SubscriptionView>("POST", `${record(subscriptionId)}/suspend`, { body: {} }),
};
