/** Plans: what can be taken out, and what who took it out may have. */
import type { BillingState, PlanInterval } from "@/lib/core/vocabulary";
import type { Tx } from "./client";

export interface PlanTerms {
  name: string;
  /** In the currency's smallest unit. */
  price: number;
  currency: string;
  interval: PlanInterval;
  /** null: unlimited. */
  maxClients: number | null;
  maxMembers: number | null;
  maxSystems: number | null;
  instanceSize: string;
  trialDays: number;
  graceDays: number;
  retentionDays: number;
  /** The card company's id of what it costs; null: not to be paid for by card. */
  cardPrice: string | null;
}

export interface PlanRow extends PlanTerms {
  id: string;
  code: string;
  retiredAt: Date | null;
}

const COLUMNS = {
  id: true, code: true, name: true, price: true, currency: true, interval: true, maxClients: true, maxMembers: true, maxSystems: true, instanceSize: true,
  trialDays: true, graceDays: true, retentionDays: true, cardPrice: true, retiredAt: true,
} as const;

/** Cheapest first. */
export const listOfferedPlans = (tx: Tx): Promise<PlanRow[]> => tx.plan.findMany({ where: { retiredAt: null }, orderBy: [{ price: "asc" }, { name: "asc" }, { id: "asc" }], select: COLUMNS });

/** All there ever were, those on offer first. */
export async function listPlanRows(tx: Tx): Promise<(PlanRow & { subscriptions: number })[]> {
  const rows = await tx.plan.findMany({
    orderBy: [{ retiredAt: { sort: "asc", nulls: "first" } }, { price: "asc" }, { name: "asc" }, { id: "asc" }],
    select: { ...COLUMNS, _count: { select: { subscriptions: { where: { billingState: { not: "ended" } } } } } },
  });
  return rows.map(({ _count, ...row }) => ({ ...row, subscriptions: _count.subscriptions }));
}

/** Locked until the transaction ends, so that nobody takes out what is being retired. */
export async function lockPlan(tx: Tx, planId: string): Promise<PlanRow | null> {
  await tx.$queryRaw`SELECT id FROM plans WHERE id = ${planId}::uuid FOR UPDATE`;
  return tx.plan.findUnique({ where: { id: planId }, select: COLUMNS });
}

export async function insertPlan(tx: Tx, row: { id: string; code: string; terms: PlanTerms; now: Date }): Promise<void> {
  await tx.plan.create({ data: { id: row.id, code: row.code, createdAt: row.now, ...row.terms } });
}

export async function updatePlan(tx: Tx, planId: string, terms: PlanTerms): Promise<void> {
  await tx.plan.update({ where: { id: planId }, data: terms });
}

export async function retirePlan(tx: Tx, planId: string, at: Date | null): Promise<void> {
  await tx.plan.update({ where: { id: planId }, data: { retiredAt: at } });
}

export interface SubscriptionRecord {
  id: string;
  name: string;
  planName: string;
  ownerEmail: string | null;
  billingState: BillingState;
  until: Date | null;
  cancelsAtEnd: boolean;
  createdAt: Date;
}

/** Over all subscriptions, for operators alone: those that wait for something first. @param text part of a name or an owner's address; "": all */
export async function searchSubscriptions(tx: Tx, text: string, limit: number): Promise<SubscriptionRecord[]> {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
  return tx.$queryRaw<SubscriptionRecord[]>`
    SELECT s.id, s.name, p.name AS "planName", o.email AS "ownerEmail", s.billing_state AS "billingState", s.billing_until AS until, s.cancels_at_end AS "cancelsAtEnd", s.created_at AS "createdAt"
    FROM subscriptions s JOIN plans p ON p.id = s.plan_id
    LEFT JOIN LATERAL (SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.subscription_id = s.id AND m.role = 'owner' ORDER BY m.created_at, u.id LIMIT 1) o ON true
    WHERE lower(s.name) LIKE ${pattern} OR o.email LIKE ${pattern}
    ORDER BY s.billing_state NOT IN ('pending', 'past_due'), s.billing_state IN ('cancelled', 'ended'), s.created_at DESC, s.id LIMIT ${limit}`;
}

/** Subscriptions that a person has, or had and offered to somebody. open: those that they own, and nobody paid for yet. */
export async function countOwned(tx: Tx, userId: string): Promise<{ all: number; open: number }> {
  const [row] = await tx.$queryRaw<{ all: number; open: number }[]>`
    WITH owned AS (SELECT subscription_id AS id FROM memberships WHERE user_id = ${userId}::uuid AND role = 'owner')
    SELECT (SELECT count(*)::int FROM (SELECT id FROM owned UNION SELECT subscription_id FROM ownership_offers WHERE from_user_id = ${userId}::uuid) had) AS all,
      (SELECT count(*)::int FROM owned JOIN subscriptions s USING (id) WHERE s.billing_state IN ('pending', 'trial')) AS open`;
  return row ?? { all: 0, open: 0 };
}
