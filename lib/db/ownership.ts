/** Offers to hand a subscription over to another member. Callers hold the lock of the subscription's row. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import type { Tx } from "./client";

export interface OwnershipOfferRow {
  id: string;
  fromUserId: string;
  fromEmail: string | null;
  toUserId: string;
  toEmail: string | null;
  expiresAt: Date;
}

const standing = (now: Date) => ({ endedAt: null, expiresAt: { gt: now } });

/** The one that stands; null: none does. */
export async function findOwnershipOffer(tx: Tx, subscriptionId: string, now: Date): Promise<OwnershipOfferRow | null> {
  const row = await tx.ownershipOffer.findFirst({
    where: { subscriptionId, ...standing(now) },
    select: { id: true, fromUserId: true, toUserId: true, expiresAt: true, from: { select: { email: true } }, to: { select: { email: true } } },
  });
  if (!row) return null;
  const { from, to, ...offer } = row;
  return { ...offer, fromEmail: from.email, toEmail: to.email };
}

/** @returns false when one stands already */
export async function insertOwnershipOffer(tx: Tx, _proof: VerifiedProof<"ownership.offer">, offer: { id: string; subscriptionId: string; fromUserId: string; toUserId: string; now: Date; expiresAt: Date }): Promise<boolean> {
  const { now, ...row } = offer;
  await tx.ownershipOffer.updateMany({ where: { subscriptionId: offer.subscriptionId, endedAt: null, expiresAt: { lte: now } }, data: { endedAt: now } });
  if ((await tx.ownershipOffer.count({ where: { subscriptionId: offer.subscriptionId, endedAt: null } })) > 0) return false;
  await tx.ownershipOffer.create({ data: { ...row, createdAt: now } });
  return true;
}

/** Ends the offer that stands. @returns whether one did */
export async function endOwnershipOffer(tx: Tx, subscriptionId: string, now: Date): Promise<boolean> {
  const { count } = await tx.ownershipOffer.updateMany({ where: { subscriptionId, ...standing(now) }, data: { endedAt: now } });
  return count === 1;
}

/** Offers by, or to, somebody who goes. @param subscriptionId null: wherever they were */
export async function endOwnershipOffersOf(tx: Tx, userId: string, subscriptionId: string | null, now: Date): Promise<void> {
  await tx.ownershipOffer.updateMany({ where: { OR: [{ fromUserId: userId }, { toUserId: userId }], endedAt: null, ...(subscriptionId === null ? {} : { subscriptionId }) }, data: { endedAt: now } });
}

export interface SpentOffer {
  subscriptionId: string;
  fromUserId: string;
  toUserId: string;
}

/** One statement: an offer is taken once, and by whom it was made to. */
export async function takeOwnershipOffer(tx: Tx, _proof: VerifiedProof<"ownership.accept">, id: string, toUserId: string, now: Date): Promise<SpentOffer | null> {
  const [row] = await tx.ownershipOffer.updateManyAndReturn({ where: { id, toUserId, ...standing(now) }, data: { endedAt: now }, select: { subscriptionId: true, fromUserId: true, toUserId: true } });
  return row ?? null;
}
