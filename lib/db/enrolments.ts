/** Clients prepared for colleagues: by a link to their address, good once. The portal keeps the hash of what the link carries. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import { ENROLMENT_MAILS } from "@/lib/core/enrolment";
import type { EnrolmentEnd, Role } from "@/lib/core/vocabulary";
import type { Tx } from "./client";
import { notifySubscriptions } from "./gateway-changes";

type Bytes = Uint8Array<ArrayBuffer>;

export interface EnrolmentRow {
  id: string;
  subscriptionId: string;
  subscriptionName: string;
  userId: string;
  /** null: the account was deleted. */
  email: string | null;
  preparedByEmail: string | null;
  nickname: string;
  /** Of the client's access, as asked for. */
  clientEndsAt: Date | null;
  createdAt: Date;
  expiresAt: Date;
  lastSentAt: Date;
  sends: number;
  endedAt: Date | null;
  /** null: it waits, or is too old. */
  ended: EnrolmentEnd | null;
}

const standing = (now: Date) => ({ endedAt: null, expiresAt: { gt: now } });
const SELECT = {
  id: true, subscriptionId: true, userId: true, nickname: true, clientEndsAt: true, createdAt: true, expiresAt: true, lastSentAt: true, sends: true, endedAt: true, ended: true,
  colleague: { select: { email: true } },
  preparedBy: { select: { email: true } },
  subscription: { select: { name: true } },
} as const;
const LISTED_AT_MOST = 500;

type Raw = Omit<EnrolmentRow, "email" | "preparedByEmail" | "subscriptionName"> & { colleague: { email: string | null }; preparedBy: { email: string | null }; subscription: { name: string } };
const fromRaw = ({ colleague, preparedBy, subscription, ...row }: Raw): EnrolmentRow => ({ ...row, email: colleague.email, preparedByEmail: preparedBy.email, subscriptionName: subscription.name });

/** Open pages of the subscription are told that something waits, or does no longer. */
const tell = (tx: Tx, subscriptionId: string): Promise<void> => notifySubscriptions(tx, [{ subscriptionId, clientId: null }]);

/** Those that wait, the newest first. @param userId those for one person; null: for anyone */
export async function listEnrolments(tx: Tx, subscriptionId: string, userId: string | null, now: Date): Promise<EnrolmentRow[]> {
  const rows = await tx.enrolment.findMany({
    where: { subscriptionId, ...(userId === null ? {} : { userId }), ...standing(now) },
    orderBy: [{ createdAt: "desc" }, { id: "asc" }],
    take: LISTED_AT_MOST,
    select: SELECT,
  });
  return rows.map(fromRaw);
}

export async function countEnrolments(tx: Tx, subscriptionId: string, userId: string, now: Date): Promise<number> {
  return tx.enrolment.count({ where: { subscriptionId, userId, ...standing(now) } });
}

/** Mails with links that somebody got since then, those of links that have ended too. */
export async function countEnrolmentMails(tx: Tx, subscriptionId: string, userId: string, since: Date): Promise<number> {
  const { _sum } = await tx.enrolment.aggregate({ where: { subscriptionId, userId, lastSentAt: { gt: since } }, _sum: { sends: true } });
  return _sum.sends ?? 0;
}

/** One that waits. */
export async function findEnrolment(tx: Tx, subscriptionId: string, id: string, now: Date): Promise<EnrolmentRow | null> {
  const row = await tx.enrolment.findFirst({ where: { id, subscriptionId, ...standing(now) }, select: SELECT });
  return row && fromRaw(row);
}

/** By what its link carries, whether or not it still waits. preparerRole: as it is now, of an account and a membership that are on; null: none. */
export async function findEnrolmentByToken(tx: Tx, tokenHash: Bytes): Promise<(EnrolmentRow & { preparerRole: Role | null }) | null> {
  const row = await tx.enrolment.findUnique({ where: { tokenHash }, select: { ...SELECT, preparedById: true } });
  if (!row) return null;
  const { preparedById, ...rest } = row;
  const preparer = await tx.membership.findFirst({ where: { subscriptionId: row.subscriptionId, userId: preparedById, deactivatedAt: null, user: { deactivatedAt: null } }, select: { role: true } });
  return { ...fromRaw(rest), preparerRole: preparer?.role ?? null };
}

export async function insertEnrolment(
  tx: Tx,
  _proof: VerifiedProof<"client.prepare">,
  row: { id: string; subscriptionId: string; userId: string; preparedById: string; nickname: string; clientEndsAt: Date | null; tokenHash: Bytes; now: Date; expiresAt: Date },
): Promise<void> {
  const { now, ...rest } = row;
  await tx.enrolment.create({ data: { ...rest, createdAt: now, lastSentAt: now } });
  await tell(tx, row.subscriptionId);
}

/** Puts another link in place of the one in earlier mails. @returns false when it was mailed since, or often enough, or waits no longer */
export async function renewEnrolmentLink(tx: Tx, subscriptionId: string, id: string, link: { tokenHash: Bytes; mailedBefore: Date; now: Date }): Promise<boolean> {
  const { count } = await tx.enrolment.updateMany({
    where: { id, subscriptionId, ...standing(link.now), sends: { lt: ENROLMENT_MAILS }, lastSentAt: { lte: link.mailedBefore } },
    data: { tokenHash: link.tokenHash, sends: { increment: 1 }, lastSentAt: link.now },
  });
  return count === 1;
}

/** @returns whether it waited */
export async function withdrawEnrolment(tx: Tx, subscriptionId: string, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.enrolment.updateMany({ where: { id, subscriptionId, ...standing(now) }, data: { endedAt: now, ended: "withdrawn" } });
  if (count === 1) await tell(tx, subscriptionId);
  return count === 1;
}

/** What somebody prepared who may no longer, and what was prepared for them, is over. @param subscriptionId null: wherever it was */
export async function endEnrolmentsOf(tx: Tx, userId: string, subscriptionId: string | null, now: Date): Promise<void> {
  // In one order, so that two people who prepared for each other can go at once.
  await tx.$queryRaw`SELECT id FROM enrolments WHERE ended_at IS NULL AND (prepared_by_id = ${userId}::uuid OR user_id = ${userId}::uuid) ORDER BY id FOR UPDATE`;
  const open = { endedAt: null, ...(subscriptionId === null ? {} : { subscriptionId }) };
  await tx.enrolment.updateMany({ where: { ...open, preparedById: userId }, data: { endedAt: now, ended: "preparer_gone" } });
  await tx.enrolment.updateMany({ where: { ...open, userId }, data: { endedAt: now, ended: "colleague_gone" } });
}

/** One statement: a link makes one client, whatever comes at the same time (T18). @returns false when it waits no longer */
export async function spendEnrolment(tx: Tx, _proof: VerifiedProof<"client.enrol">, id: string, userId: string, now: Date): Promise<boolean> {
  const { count } = await tx.enrolment.updateMany({ where: { id, userId, ...standing(now) }, data: { endedAt: now, ended: "used" } });
  return count === 1;
}
