/** Plans: on offer to everybody, and edited by operators. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import type { AuditAction } from "@/lib/core/audit-actions";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { PLAN_INTERVALS, type PlanInterval } from "@/lib/core/vocabulary";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { insertPlan, listOfferedPlans, listPlanRows, lockPlan, retirePlan, updatePlan, type PlanRow, type PlanTerms } from "@/lib/db/plans";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { parseName } from "@/lib/usecases/operator-input";
import { requireOperator } from "@/lib/usecases/search-clients";
import { requireId } from "@/lib/usecases/subscription-access";
import type { PlanRecordView, PlanView } from "@/lib/usecases/billing-views";

const planView = ({ id, name, price, currency, interval, maxClients, maxMembers, maxSystems, instanceSize, trialDays, graceDays, retentionDays }: PlanRow): PlanView => ({
  id, name, price: { amount: price, currency, interval }, maxClients, maxMembers, maxSystems, instanceSize, trialDays, graceDays, retentionDays,
});

/** What can be taken out. */
export const listPlans = async (ports: Ports): Promise<PlanView[]> => (await listOfferedPlans(ports.db.read)).map(planView);

/** @throws forbidden */
export async function listPlanRecords(ports: Ports, actor: Actor): Promise<PlanRecordView[]> {
  requireOperator(actor);
  return (await listPlanRows(ports.db.read)).map((row) => ({ ...planView(row), code: row.code, cardPrice: row.cardPrice, retiredAt: isoOrNull(row.retiredAt), subscriptions: row.subscriptions }));
}

/** As typed. */
export type PlanInput = Omit<PlanTerms, "cardPrice"> & { /** null, "", or left out: not to be paid for by card. */ cardPrice?: string | null };

/** A million of the currency, in its hundredths. */
const MOST_PRICE = 100_000_000;
const MOST_COUNT = 1_000_000;
const MOST_DAYS = 365;

/** @throws bad_request naming the field */
function parsePlan(input: PlanInput): PlanTerms {
  const wrong = (field: string, message: string): PortcullisError => new PortcullisError("bad_request", message, { field });
  const whole = (field: string, value: number, least: number, most: number): number => {
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw wrong(field, `That is a whole number from ${least} to ${most}.`);
  };
  const limit = (field: string, value: number | null): number | null => (value === null ? null : whole(field, value, 1, MOST_COUNT));
  if (!/^[A-Z]{3}$/.test(input.currency)) throw wrong("currency", "A currency is given by its three letters, like EUR.");
  if (!PLAN_INTERVALS.includes(input.interval)) throw wrong("interval", "A plan is paid for by the month or by the year.");
  const instanceSize = input.instanceSize.trim();
  return {
    name: parseName(input.name, "plan"),
    price: whole("price", input.price, 0, MOST_PRICE),
    currency: input.currency,
    interval: input.interval satisfies PlanInterval,
    maxClients: limit("maxClients", input.maxClients),
    maxMembers: limit("maxMembers", input.maxMembers),
    maxSystems: limit("maxSystems", input.maxSystems),
    instanceSize: instanceSize === "" ? "" : parseName(instanceSize, "instance size"),
    trialDays: whole("trialDays", input.trialDays, 0, MOST_DAYS),
    graceDays: whole("graceDays", input.graceDays, 0, MOST_DAYS),
    retentionDays: whole("retentionDays", input.retentionDays, 0, MOST_DAYS),
    cardPrice: cardPriceOf(input.cardPrice ?? ""),
  };
}

/** @throws bad_request */
function cardPriceOf(text: string): string | null {
  const price = text.trim();
  if (price === "") return null;
  if (/^price_[A-Za-z0-9_]{1,200}$/.test(price)) return price;
  throw new PortcullisError("bad_request", "The id of a price at Stripe begins with price_. Copy it from the product there, or leave this empty.", { field: "cardPrice" });
}

/** What people are told that it costs is what their card is charged. @throws bad_request, card_* */
async function checkCardPrice({ cards }: Ports, { cardPrice, price, currency, interval }: PlanTerms): Promise<void> {
  if (cardPrice === null || cards === undefined) return;
  const found = await cards.findPrice(cardPrice);
  const wrong = (message: string): PortcullisError => new PortcullisError("bad_request", message, { field: "cardPrice" });
  if (found === null) throw wrong("There is no such price at Stripe, in the account whose key the portal has.");
  if (!found.active) throw wrong("That price is archived at Stripe. Choose another, or take it out of the archive.");
  if (found.interval !== interval) throw wrong(`That price isn’t one for each ${interval}.`);
  if (found.amount !== price || found.currency !== currency) throw wrong(`That price is ${found.amount === null ? "not a fixed one" : `${(found.amount / 100).toFixed(2)} ${found.currency}`} at Stripe, and this plan’s is ${(price / 100).toFixed(2)} ${currency}. Make them the same.`);
}

/** @throws forbidden; bad_request naming the field */
export async function addPlan(ports: Ports, actor: Actor, input: PlanInput): Promise<PlanRecordView[]> {
  requireOperator(actor);
  const terms = parsePlan(input);
  await checkCardPrice(ports, terms);
  await ports.db.transaction(async (tx) => {
    const id = ports.newId();
    // For the command line, which names plans by it.
    await insertPlan(tx, { id, code: `plan-${id.slice(0, 8)}`, terms, now: ports.clock.now() });
    await note(ports, tx, actor, "plan.added", id, { ...terms });
  });
  return listPlanRecords(ports, actor);
}

/** Who has the plan gets its limits and days at once; what is running keeps its end. @throws forbidden, not_found; bad_request naming the field */
export async function changePlan(ports: Ports, actor: Actor, input: PlanInput & { planId: string }): Promise<PlanRecordView[]> {
  requireOperator(actor);
  const planId = requireId(input.planId);
  const terms = parsePlan(input);
  await checkCardPrice(ports, terms);
  await ports.db.transaction(async (tx) => {
    if (!(await lockPlan(tx, planId))) throw notFound();
    await updatePlan(tx, planId, terms);
    await note(ports, tx, actor, "plan.changed", planId, { ...terms });
  });
  return listPlanRecords(ports, actor);
}

/** Offers it to nobody from now on, or to everybody again; who has it keeps it. @throws forbidden, not_found */
export async function setPlanRetired(ports: Ports, actor: Actor, input: { planId: string; retired: boolean }): Promise<PlanRecordView[]> {
  requireOperator(actor);
  const planId = requireId(input.planId);
  await ports.db.transaction(async (tx) => {
    const plan = await lockPlan(tx, planId);
    if (!plan) throw notFound();
    if ((plan.retiredAt !== null) === input.retired) return;
    await retirePlan(tx, planId, input.retired ? ports.clock.now() : null);
    await note(ports, tx, actor, "plan.retired", planId, { name: plan.name, retired: input.retired });
  });
  return listPlanRecords(ports, actor);
}

async function note(ports: Ports, tx: Tx, actor: Actor, action: AuditAction, planId: string, data: Record<string, string | number | boolean | null>): Promise<void> {
  const now = ports.clock.now();
  await appendAudit(tx, [{ chain: actor.userId, at: now, action, actor: auditActor(actor, true), subject: { kind: "plan", id: planId }, sourceAddress: actor.source.address, data: { ...data, notedAt: iso(now) } }]);
}
