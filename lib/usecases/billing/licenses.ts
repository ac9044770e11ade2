/** License keys: made by operators for customers who bought a term with something else, redeemed once. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { forgiveTries, takeTry, type Try } from "@/lib/auth/limits";
import { FACTOR_WORDS, requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { settle } from "@/lib/core/billing";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { makeLicenseKey, readLicenseKey } from "@/lib/core/license-key";
import { appendAudit } from "@/lib/db/audit";
import { lockBilling } from "@/lib/db/billing";
import type { Tx } from "@/lib/db/client";
import { insertLicense, listLicenseRows, lockOpenLicense, spendLicense, withdrawLicense } from "@/lib/db/licenses";
import { lockPlan } from "@/lib/db/plans";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { parseName } from "@/lib/usecases/operator-input";
import { requireOperator } from "@/lib/usecases/search-clients";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess, requireId } from "@/lib/usecases/subscription-access";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { LicenseView, MadeLicenseView } from "@/lib/usecases/billing-views";
import type { StepUpView, SubscriptionView } from "@/lib/usecases/views";
import { changeBilling } from "./change-billing";
import { movesOf } from "./moves";

const SHOWN_AT_MOST = 200;
const LONGEST_DAYS = 3660;
const DAY_MS = 24 * 3_600_000;

export interface LicenseInput {
  planId: string;
  days: number;
  /** For the operators, like an order's number; may be empty. */
  note: string;
}

const makeAct = (planId: string, days: number): Act<"license.make"> => ({ action: "license.make", objectId: planId, parameters: { days } });

/** Locks the plan. @throws forbidden, not_found, bad_request naming the field */
async function prepare(tx: Tx, input: LicenseInput) {
  const plan = isId(input.planId) ? await lockPlan(tx, input.planId) : null;
  if (!plan) throw notFound();
  if (!Number.isInteger(input.days) || input.days < 1 || input.days > LONGEST_DAYS) throw new PortcullisError("bad_request", `The days are a whole number from 1 to ${LONGEST_DAYS}.`, { field: "days" });
  const note = input.note.trim() === "" ? "" : parseName(input.note, "note");
  return { plan, note, days: input.days, act: makeAct(plan.id, input.days) };
}

/** @throws forbidden, not_found, bad_request, step_up_too_many */
export async function requestLicense(ports: Ports, actor: Actor, input: LicenseInput): Promise<StepUpView> {
  requireOperator(actor);
  return ports.db.transaction(async (tx) => {
    const { plan, days, act } = await prepare(tx, input);
    const text = {
      act: `make a license key for ${plan.name}`,
      details: [
        { label: "Plan", value: plan.name },
        { label: "Days", value: String(days) },
        { label: "What this means", value: "Whoever has the key can use the plan for so long." },
      ],
    };
    return stepUpView(await requestProof(ports, tx, actor, act, actor.email, text));
  });
}

/** The key is in the answer, and nowhere else: it can't be shown again. @throws what requestLicense does, and step_up_* */
export async function makeLicense(ports: Ports, actor: Actor, input: LicenseInput, proof: PresentedProof): Promise<MadeLicenseView> {
  requireOperator(actor);
  const id = ports.newId();
  await wideningTransaction(
    ports,
    actor,
    proof,
    (tx) => prepare(tx, input),
    async (tx, verified, { plan, days, note }) => {
      const now = ports.clock.now();
      await insertLicense(tx, verified, { id, planId: plan.id, days, note, createdBy: actor.email, now });
      await appendAudit(tx, [
        {
          chain: actor.userId,
          at: now,
          action: "license.made",
          actor: auditActor(actor, true),
          subject: { kind: "license", id },
          sourceAddress: actor.source.address,
          data: { plan: plan.name, days, note, proof: FACTOR_WORDS[verified.factor] },
        },
      ]);
    },
  );
  return { key: makeLicenseKey(ports.config.deriveKey("license key"), id), items: await listLicenses(ports, actor) };
}

/** At most two hundred, those that nobody has redeemed first. @throws forbidden */
export async function listLicenses(ports: Ports, actor: Actor): Promise<LicenseView[]> {
  requireOperator(actor);
  const rows = await listLicenseRows(ports.db.read, SHOWN_AT_MOST);
  return rows.map(({ id, planName, days, note, createdAt, createdBy, redeemedAt, withdrawnAt, subscription }) => ({
    id, planName, days, note, createdAt: iso(createdAt), createdBy, redeemedAt: isoOrNull(redeemedAt), withdrawnAt: isoOrNull(withdrawnAt), subscription,
  }));
}

/** One that was redeemed stays so: suspend its subscription instead. @throws forbidden, not_found */
export async function withdrawLicenseKey(ports: Ports, actor: Actor, input: { licenseId: string }): Promise<LicenseView[]> {
  requireOperator(actor);
  const id = requireId(input.licenseId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const withdrawn = await withdrawLicense(tx, id, now);
    if (!withdrawn) throw notFound();
    await appendAudit(tx, [{ chain: actor.userId, at: now, action: "license.withdrawn", actor: auditActor(actor, true), subject: { kind: "license", id }, sourceAddress: actor.source.address, data: { plan: withdrawn.planName } }]);
  });
  return listLicenses(ports, actor);
}

/**
 * The days come on top of what is paid for already. A key that never was, one that was used, and one that was withdrawn get the same
 * answer, and tries are counted.
 *
 * @throws not_found, forbidden, two_factor_required, billing_ended, license_invalid, too_many_tries
 */
export async function redeemLicense(ports: Ports, actor: Actor, input: { subscriptionId: string; key: string }): Promise<SubscriptionView> {
  await requireAccess(ports.db.read, actor, input.subscriptionId, "subscription.redeem");
  const attempt: Try = { kind: "license", account: actor.email, source: actor.source.address, knownBrowser: false };
  await takeTry(ports, attempt);
  const licenseId = readLicenseKey(ports.config.deriveKey("license key"), input.key);
  if (licenseId === null) throw invalid();
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const locked = await lockBilling(tx, requireId(input.subscriptionId));
    if (!locked) throw notFound();
    await requireAccess(tx, actor, input.subscriptionId, "subscription.redeem");
    const open = await lockOpenLicense(tx, licenseId);
    if (!open) throw invalid();
    if (open.planId !== locked.planId) throw new PortcullisError("license_invalid", `This key is for the plan ${open.planName}, and this subscription has ${locked.planName}. Take out one of that plan, and redeem the key there.`, { field: "key" });
    const current = settle(locked.billing, locked.terms, now).at(-1)?.billing ?? locked.billing;
    if (current.state === "active" && current.until === null) throw new PortcullisError("license_invalid", "This subscription has no end, so there is nothing that a key could add.", { field: "key" });
    const from = (current.state === "active" || current.state === "trial") && current.until !== null ? current.until : now;
    const until = new Date(from.getTime() + open.days * DAY_MS);
    const moves = movesOf(locked, { kind: "activate", until }, now);
    const warrant = await spendLicense(tx, licenseId, locked.id, now);
    if (!warrant) throw invalid();
    const by = { userId: actor.userId, email: actor.email, audit: auditActor(actor) };
    await changeBilling(ports, tx, locked, moves, { by, requestedAt: actor.requestedAt, sourceAddress: actor.source.address, warrant, proof: "license key" });
    await appendAudit(tx, [
      { chain: locked.id, at: now, action: "license.redeemed", actor: by.audit, subject: { kind: "license", id: licenseId }, sourceAddress: actor.source.address, data: { days: open.days, until: iso(until) } },
    ]);
  });
  await forgiveTries(ports, attempt);
  return viewSubscription(ports, actor, { subscriptionId: input.subscriptionId });
}

const invalid = (): PortcullisError => new PortcullisError("license_invalid", "That key can’t be redeemed. Compare it with what you were given; a key works once.", { field: "key" });
