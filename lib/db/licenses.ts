/** License keys as the portal keeps them: what each is worth, and who used it up. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { Tx } from "./client";

const spent: unique symbol = Symbol("spent license");

/** A license that was used up in the transaction at hand, for this subscription. Only this file makes one. */
export interface SpentLicense {
  readonly [spent]: string;
  readonly days: number;
}

export interface LicenseRow {
  id: string;
  planId: string;
  planName: string;
  days: number;
  note: string;
  createdAt: Date;
  createdBy: string;
  redeemedAt: Date | null;
  withdrawnAt: Date | null;
  subscription: { id: string; name: string } | null;
}

export async function insertLicense(tx: Tx, _proof: VerifiedProof<"license.make">, row: { id: string; planId: string; days: number; note: string; createdBy: string; now: Date }): Promise<void> {
  await tx.license.create({ data: { id: row.id, planId: row.planId, days: row.days, note: row.note, createdBy: row.createdBy, createdAt: row.now } });
}

/** Those that nobody has redeemed first, then the newest. */
export async function listLicenseRows(tx: Tx, limit: number): Promise<LicenseRow[]> {
  const rows = await tx.license.findMany({
    orderBy: [{ redeemedAt: { sort: "desc", nulls: "first" } }, { createdAt: "desc" }, { id: "asc" }],
    take: limit,
    select: { id: true, planId: true, days: true, note: true, createdAt: true, createdBy: true, redeemedAt: true, withdrawnAt: true, plan: { select: { name: true } }, subscription: { select: { id: true, name: true } } },
  });
  return rows.map(({ plan, ...row }) => ({ ...row, planName: plan.name }));
}

/** What it is worth, where it can still be redeemed; its row stays locked. */
export async function lockOpenLicense(tx: Tx, id: string): Promise<{ planId: string; planName: string; days: number } | null> {
  const [row] = await tx.$queryRaw<{ planId: string; planName: string; days: number }[]>`
    SELECT l.plan_id AS "planId", p.name AS "planName", l.days FROM licenses l JOIN plans p ON p.id = l.plan_id
    WHERE l.id = ${id}::uuid AND l.redeemed_at IS NULL AND l.withdrawn_at IS NULL FOR UPDATE OF l`;
  return row ?? null;
}

/** Of many at once, one gets it. @returns null when it was redeemed or withdrawn, or never was */
export async function spendLicense(tx: Tx, id: string, subscriptionId: string, now: Date): Promise<SpentLicense | null> {
  const [row] = await tx.$queryRaw<{ days: number }[]>`
    UPDATE licenses SET redeemed_at = ${now}, subscription_id = ${subscriptionId}::uuid WHERE id = ${id}::uuid AND redeemed_at IS NULL AND withdrawn_at IS NULL RETURNING days`;
  return row ? { [spent]: id, days: row.days } : null;
}

/** @returns null when there is none that could be */
export async function withdrawLicense(tx: Tx, id: string, now: Date): Promise<{ planName: string } | null> {
  const [row] = await tx.$queryRaw<{ planName: string }[]>`
    UPDATE licenses l SET withdrawn_at = ${now} FROM plans p WHERE p.id = l.plan_id AND l.id = ${id}::uuid AND l.redeemed_at IS NULL AND l.withdrawn_at IS NULL RETURNING p.name AS "planName"`;
  return row ?? null;
}
