/** People asked to join a subscription: by a link to their address, good once. The portal keeps the hash of what the link carries. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import { INVITATION_MAILS, type InvitedRole } from "@/lib/core/members";
import type { Tx } from "./client";
import type { DirectoryCaller } from "./directory";

type Bytes = Uint8Array<ArrayBuffer>;

export interface InvitationRow {
  id: string;
  subscriptionId: string;
  subscriptionName: string;
  email: string;
  role: InvitedRole;
  invitedByEmail: string | null;
  createdAt: Date;
  expiresAt: Date;
  lastSentAt: Date;
  sends: number;
}

const standing = (now: Date) => ({ endedAt: null, expiresAt: { gt: now } });
const SELECT = {
  id: true, subscriptionId: true, email: true, role: true, createdAt: true, expiresAt: true, lastSentAt: true, sends: true,
  invitedBy: { select: { email: true } },
  subscription: { select: { name: true } },
} as const;
const LISTED_AT_MOST = 500;

type Raw = Omit<InvitationRow, "role" | "invitedByEmail" | "subscriptionName"> & { role: string; invitedBy: { email: string | null }; subscription: { name: string } };
const fromRaw = ({ invitedBy, subscription, role, ...row }: Raw): InvitationRow => ({ ...row, role: role === "admin" ? "admin" : "member", invitedByEmail: invitedBy.email, subscriptionName: subscription.name });

/** Those that stand, the newest first. */
export async function listInvitations(tx: Tx, subscriptionId: string, now: Date): Promise<InvitationRow[]> {
  const rows = await tx.invitation.findMany({ where: { subscriptionId, ...standing(now) }, orderBy: [{ createdAt: "desc" }, { id: "asc" }], take: LISTED_AT_MOST, select: SELECT });
  return rows.map(fromRaw);
}

export async function findInvitation(tx: Tx, subscriptionId: string, id: string, now: Date): Promise<InvitationRow | null> {
  const row = await tx.invitation.findFirst({ where: { id, subscriptionId, ...standing(now) }, select: SELECT });
  return row && fromRaw(row);
}

/** By what its link carries. */
export async function findInvitationByToken(tx: Tx, tokenHash: Bytes, now: Date): Promise<InvitationRow | null> {
  const row = await tx.invitation.findFirst({ where: { tokenHash, ...standing(now) }, select: SELECT });
  return row && fromRaw(row);
}

/** @returns false when one stands for this address already */
export async function insertInvitation(
  tx: Tx,
  _warrant: VerifiedProof<"member.invite"> | DirectoryCaller,
  row: { externalId?: string | null; id: string; subscriptionId: string; email: string; role: InvitedRole; tokenHash: Bytes; invitedById: string; now: Date; expiresAt: Date },
): Promise<boolean> {
  const { now, ...rest } = row;
  const same = { subscriptionId: row.subscriptionId, email: row.email, endedAt: null };
  await tx.invitation.updateMany({ where: { ...same, expiresAt: { lte: now } }, data: { endedAt: now } });
  if ((await tx.invitation.count({ where: same })) > 0) return false;
  await tx.invitation.create({ data: { ...rest, createdAt: now, lastSentAt: now } });
  return true;
}

/** Puts another link in place of the one in earlier mails. @returns false when it was mailed since, or often enough, or stands no longer */
export async function renewInvitationLink(tx: Tx, subscriptionId: string, id: string, link: { tokenHash: Bytes; mailedBefore: Date; now: Date }): Promise<boolean> {
  const { count } = await tx.invitation.updateMany({
    where: { id, subscriptionId, ...standing(link.now), sends: { lt: INVITATION_MAILS }, lastSentAt: { lte: link.mailedBefore } },
    data: { tokenHash: link.tokenHash, sends: { increment: 1 }, lastSentAt: link.now },
  });
  return count === 1;
}

/** Mails to this address since then of one person's invitations, those that have ended too. */
export async function countInvitationMails(tx: Tx, invitedById: string, email: string, since: Date): Promise<number> {
  const { _sum } = await tx.invitation.aggregate({ where: { invitedById, email, lastSentAt: { gt: since } }, _sum: { sends: true } });
  return _sum.sends ?? 0;
}

/** @returns whether one stood */
export async function endInvitation(tx: Tx, subscriptionId: string, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.invitation.updateMany({ where: { id, subscriptionId, ...standing(now) }, data: { endedAt: now } });
  return count === 1;
}

/** What somebody who may invite no longer asked for is over. @param subscriptionId null: wherever it was */
export async function endInvitationsBy(tx: Tx, userId: string, subscriptionId: string | null, now: Date): Promise<void> {
  await tx.invitation.updateMany({ where: { invitedById: userId, endedAt: null, ...(subscriptionId === null ? {} : { subscriptionId }) }, data: { endedAt: now } });
}

/** Who hands a subscription over made no admins for its next owner. */
export async function endAdminInvitationsBy(tx: Tx, userId: string, subscriptionId: string, now: Date): Promise<void> {
  await tx.invitation.updateMany({ where: { invitedById: userId, subscriptionId, role: "admin", endedAt: null }, data: { endedAt: now } });
}

const spent: unique symbol = Symbol("spent invitation");

/** Accepted from the address that it was made to, in the transaction it is used in. */
export interface SpentInvitation {
  readonly [spent]: true;
  readonly id: string;
  readonly subscriptionId: string;
  readonly role: InvitedRole;
}

/** One statement: an invitation is accepted once, whatever comes at the same time (T18). */
export async function spendInvitation(tx: Tx, tokenHash: Bytes, email: string, now: Date): Promise<SpentInvitation | null> {
  const [row] = await tx.invitation.updateManyAndReturn({ where: { tokenHash, email, ...standing(now) }, data: { endedAt: now }, select: { id: true, subscriptionId: true, role: true } });
  return row ? { [spent]: true, id: row.id, subscriptionId: row.subscriptionId, role: row.role === "admin" ? "admin" : "member" } : null;
}
