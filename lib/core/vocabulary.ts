/** The words of the domain that have a fixed set of values; the database holds the same ones as enums. */
export const ROLES = ["owner", "admin", "member"] as const;
export type Role = (typeof ROLES)[number];

export const CLIENT_STATES = ["active", "suspended", "expired", "revoked"] as const;
export type ClientState = (typeof CLIENT_STATES)[number];

/** Why a client that was prepared for somebody waits no longer, besides being too old. */
export const ENROLMENT_ENDS = ["used", "withdrawn", "preparer_gone", "colleague_gone"] as const;
export type EnrolmentEnd = (typeof ENROLMENT_ENDS)[number];

export const BILLING_STATES = ["pending", "trial", "active", "past_due", "suspended", "cancelled", "ended"] as const;
export type BillingState = (typeof BILLING_STATES)[number];

/** Whether a subscription gives access: its clients are on their device, and more can be added. In any other state all of them are off. */
export const isInGoodStanding = (state: BillingState): boolean => state === "trial" || state === "active" || state === "past_due";

/** How often a plan is paid for. */
export const PLAN_INTERVALS = ["month", "year"] as const;
export type PlanInterval = (typeof PLAN_INTERVALS)[number];

/** provisioning: wanted, and not yet confirmed by the gateway. */
export const INSTANCE_STATUSES = ["provisioning", "ready", "failed", "deprovisioned"] as const;
export type InstanceStatus = (typeof INSTANCE_STATUSES)[number];

/** What happens to a client whose config two machines use: people are told, or it is suspended as well. */
export const SHARED_CONFIG_POLICIES = ["warn", "suspend"] as const;
export type SharedConfigPolicy = (typeof SHARED_CONFIG_POLICIES)[number];
