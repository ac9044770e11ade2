/** Links in mails that act on an account: one use each, seven days. The portal keeps the hash of what they carry. */
import type { Tx } from "./client";

type Bytes = Uint8Array<ArrayBuffer>;

export async function insertAccountLink(tx: Tx, link: { id: string; userId: string; tokenHash: Bytes; now: Date; expiresAt: Date }): Promise<void> {
  const { now, ...rest } = link;
  await tx.accountLink.create({ data: { ...rest, purpose: "end_sessions", createdAt: now } });
}

/** Spends a link. One statement: of any number of requests at once, one gets it (T18). @returns whose it is; null when it is used, over, or none */
export async function spendAccountLink(tx: Tx, tokenHash: Bytes, now: Date): Promise<{ userId: string } | null> {
  const [spent] = await tx.accountLink.updateManyAndReturn({
    where: { tokenHash, purpose: "end_sessions", usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
    select: { userId: true },
  });
  return spent ?? null;
}

/** Links that wait are worth nothing from now on (T12). */
export async function spendAccountLinksOf(tx: Tx, userId: string, now: Date): Promise<void> {
  await tx.accountLink.updateMany({ where: { userId, usedAt: null }, data: { usedAt: now } });
}

export async function deleteOldAccountLinks(tx: Tx, before: Date): Promise<void> {
  await tx.accountLink.deleteMany({ where: { expiresAt: { lt: before } } });
}
