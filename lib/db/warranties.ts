/** Devices with a warranty: operators' records, whose they are, and offers to hand them over. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import { dayOf } from "@/lib/core/warranty";
import type { WarrantyRecord } from "@/lib/core/warranty-csv";
import type { Tx } from "./client";

export interface WarrantyRow extends WarrantyRecordRow {
  registeredAt: Date;
  /** The offer to hand it over that stands; null: none. */
  offer: { id: string; recipient: string; expiresAt: Date } | null;
}

/** Days, like "2027-03-01". */
export interface WarrantyRecordRow {
  id: string;
  serial: string;
  model: string;
  startsOn: string;
  endsOn: string;
}

export interface OfferRow extends WarrantyRecordRow {
  offerId: string;
  fromEmail: string | null;
  expiresAt: Date;
}

const days = <R extends { startsOn: Date; endsOn: Date }>(row: R) => ({ ...row, startsOn: dayOf(row.startsOn), endsOn: dayOf(row.endsOn) });
const RECORD = { id: true, serial: true, model: true, startsOn: true, endsOn: true } as const;
const standing = (now: Date) => ({ endedAt: null, expiresAt: { gt: now } });
const LISTED_AT_MOST = 500;

/** A person's own, those that end first first. */
export async function listWarranties(tx: Tx, ownerId: string, now: Date): Promise<WarrantyRow[]> {
  const rows = await tx.warranty.findMany({
    where: { ownerId },
    orderBy: [{ endsOn: "asc" }, { id: "asc" }],
    take: LISTED_AT_MOST,
    select: { ...RECORD, registeredAt: true, transfers: { where: standing(now), select: { id: true, recipient: true, expiresAt: true } } },
  });
  return rows.map(({ transfers, registeredAt, ...row }) => ({ ...days(row), registeredAt: registeredAt ?? now, offer: transfers[0] ?? null }));
}

/** One of a person's own, as it is now; null: not theirs, or no such thing. */
export async function findOwnWarranty(tx: Tx, ownerId: string, warrantyId: string): Promise<(WarrantyRecordRow & { registeredAt: Date }) | null> {
  const row = await tx.warranty.findFirst({ where: { id: warrantyId, ownerId }, select: { ...RECORD, registeredAt: true } });
  return row?.registeredAt ? { ...days(row), registeredAt: row.registeredAt } : null;
}

/** Locks one of a person's own until the transaction ends; false: not theirs, or no such thing. */
export async function lockOwnWarranty(tx: Tx, ownerId: string, warrantyId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT id FROM warranties WHERE id = ${warrantyId}::uuid AND owner_id = ${ownerId}::uuid FOR NO KEY UPDATE`;
  return rows.length > 0;
}

/** Offers that wait for whoever has this address. */
export async function listOffersTo(tx: Tx, email: string, now: Date): Promise<OfferRow[]> {
  const rows = await tx.warrantyTransfer.findMany({
    where: { recipient: email, ...standing(now) },
    orderBy: [{ createdAt: "desc" }, { id: "asc" }],
    take: LISTED_AT_MOST,
    select: { id: true, expiresAt: true, from: { select: { email: true } }, warranty: { select: RECORD } },
  });
  return rows.map(({ id, expiresAt, from, warranty }) => ({ ...days(warranty), offerId: id, fromEmail: from.email, expiresAt }));
}

/** Makes a device that is nobody's the person's own. One statement: of many at once, one gets it. */
export async function registerWarranty(tx: Tx, serial: string, ownerId: string, now: Date): Promise<WarrantyRecordRow | null> {
  const [row] = await tx.warranty.updateManyAndReturn({ where: { serial, ownerId: null }, data: { ownerId, registeredAt: now, remindedDays: null }, select: RECORD });
  return row ? days(row) : null;
}

export async function isOwnSerial(tx: Tx, serial: string, ownerId: string): Promise<boolean> {
  return (await tx.warranty.count({ where: { serial, ownerId } })) > 0;
}

/** @returns false when one stands already */
export async function insertOffer(tx: Tx, _proof: VerifiedProof<"warranty.transfer">, offer: { id: string; warrantyId: string; fromUserId: string; recipient: string; now: Date; expiresAt: Date }): Promise<boolean> {
  const { now, ...row } = offer;
  await tx.warrantyTransfer.updateMany({ where: { warrantyId: offer.warrantyId, endedAt: null, expiresAt: { lte: now } }, data: { endedAt: now } });
  if ((await tx.warrantyTransfer.count({ where: { warrantyId: offer.warrantyId, endedAt: null } })) > 0) return false;
  await tx.warrantyTransfer.create({ data: { ...row, createdAt: now } });
  return true;
}

/** Offers of one person to this address since then, those that have ended too. */
export const countOffers = (tx: Tx, fromUserId: string, recipient: string, since: Date): Promise<number> => tx.warrantyTransfer.count({ where: { fromUserId, recipient, createdAt: { gt: since } } });

/** Ends the offer of a device that stands. @returns to whom it was made; null: there was none */
export async function withdrawOffer(tx: Tx, warrantyId: string, now: Date): Promise<string | null> {
  const [row] = await tx.warrantyTransfer.updateManyAndReturn({ where: { warrantyId, ...standing(now) }, data: { endedAt: now }, select: { recipient: true } });
  return row?.recipient ?? null;
}

/** Ends an offer made to this address. One statement: it is taken up once, or not at all. @returns null: there is none such */
export async function takeOffer(tx: Tx, offerId: string, email: string, now: Date): Promise<{ warranty: WarrantyRecordRow; fromUserId: string; fromEmail: string | null } | null> {
  const [row] = await tx.warrantyTransfer.updateManyAndReturn({
    where: { id: offerId, recipient: email, ...standing(now) },
    data: { endedAt: now },
    select: { fromUserId: true, from: { select: { email: true } }, warranty: { select: RECORD } },
  });
  return row ? { warranty: days(row.warranty), fromUserId: row.fromUserId, fromEmail: row.from.email } : null;
}

/** Hands a device over. @returns false when it is its giver's no longer */
export async function handOver(tx: Tx, warrantyId: string, from: string, to: string, now: Date): Promise<boolean> {
  const { count } = await tx.warranty.updateMany({ where: { id: warrantyId, ownerId: from }, data: { ownerId: to, registeredAt: now, remindedDays: null } });
  return count > 0;
}

/** A person who leaves gives their devices free, and takes back what they offered. */
export async function releaseWarranties(tx: Tx, ownerId: string, now: Date): Promise<void> {
  await tx.warrantyTransfer.updateMany({ where: { fromUserId: ownerId, endedAt: null }, data: { endedAt: now } });
  await tx.warranty.updateMany({ where: { ownerId }, data: { ownerId: null, registeredAt: null, remindedDays: null } });
}

export interface ImportedRecord {
  serial: string;
  kind: "new" | "changed";
  /** Whose it is; null: nobody's. */
  ownerId: string | null;
}

/**
 * Writes records; those that are there already get the model and the days given now. Sorted, so that two imports lock in one order.
 *
 * @returns those that are new or other than before
 */
export async function upsertWarranties(tx: Tx, records: readonly WarrantyRecord[], newId: () => string, now: Date): Promise<ImportedRecord[]> {
  const rows = records.map((record) => ({ id: newId(), ...record })).toSorted((a, b) => (a.serial < b.serial ? -1 : 1));
  return tx.$queryRaw<ImportedRecord[]>`
    INSERT INTO warranties AS w (id, serial, model, starts_on, ends_on, imported_at)
    SELECT r.id, r.serial, r.model, r."startsOn", r."endsOn", ${now}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, serial text, model text, "startsOn" date, "endsOn" date)
    ON CONFLICT (serial) DO UPDATE SET model = EXCLUDED.model, starts_on = EXCLUDED.starts_on, ends_on = EXCLUDED.ends_on, imported_at = EXCLUDED.imported_at,
      reminded_days = CASE WHEN w.ends_on = EXCLUDED.ends_on THEN w.reminded_days END
    WHERE (w.model, w.starts_on, w.ends_on) IS DISTINCT FROM (EXCLUDED.model, EXCLUDED.starts_on, EXCLUDED.ends_on)
    RETURNING w.serial, CASE WHEN xmax = 0 THEN 'new' ELSE 'changed' END AS kind, w.owner_id AS "ownerId"`;
}

/** For operators: records whose serial, model or owner's address holds the text; the latest import first. */
export async function searchWarranties(tx: Tx, text: string, limit: number): Promise<(WarrantyRecordRow & { ownerEmail: string | null })[]> {
  const holds = { contains: text, mode: "insensitive" } as const;
  const rows = await tx.warranty.findMany({
    where: text === "" ? {} : { OR: [{ serial: holds }, { model: holds }, { owner: { email: holds } }] },
    orderBy: [{ importedAt: "desc" }, { serial: "asc" }],
    take: limit,
    select: { ...RECORD, owner: { select: { email: true } } },
  });
  return rows.map(({ owner, ...row }) => ({ ...days(row), ownerEmail: owner?.email ?? null }));
}

export const countWarranties = (tx: Tx): Promise<number> => tx.warranty.count();

export interface WarrantyToRemind extends WarrantyRecordRow {
  email: string | null;
  registeredAt: Date;
  remindedDays: number | null;
}

/** Registered devices whose warranty ends within a span and may be due a reminder, their rows locked; another process's are passed by. */
export async function lockEndingWarranties(tx: Tx, span: { from: string; until: string; lastReminder: number; after: string; limit: number }): Promise<WarrantyToRemind[]> {
  const rows = await tx.$queryRaw<(Omit<WarrantyToRemind, "startsOn" | "endsOn"> & { startsOn: Date; endsOn: Date })[]>`
    SELECT w.id, w.serial, w.model, w.starts_on AS "startsOn", w.ends_on AS "endsOn", w.registered_at AS "registeredAt", w.reminded_days AS "remindedDays", u.email
    FROM warranties w JOIN users u ON u.id = w.owner_id
    WHERE w.ends_on >= ${span.from}::date AND w.ends_on <= ${span.until}::date AND w.reminded_days IS DISTINCT FROM ${span.lastReminder} AND w.id > ${span.after}::uuid
    ORDER BY w.id LIMIT ${span.limit} FOR UPDATE OF w SKIP LOCKED`;
  return rows.map(days);
}

export async function markWarrantyReminded(tx: Tx, id: string, remindedDays: number): Promise<void> {
  await tx.warranty.update({ where: { id }, data: { remindedDays } });
}
