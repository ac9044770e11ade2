/** Adding a provider's account to a person's: approved first, done when the provider has answered. */
import type { VerifiedProof } from "@/lib/auth/step-up";
import { violatedUnique, type Tx } from "./client";

type Bytes = Uint8Array<ArrayBuffer>;

/** Takes a proof: from now on the provider's next answer in this browser and session is added to the account. */
export async function insertLinkIntent(
  tx: Tx,
  _proof: VerifiedProof<"identity.link">,
  intent: { id: string; tokenHash: Bytes; userId: string; sessionId: string; providerId: string; now: Date; expiresAt: Date },
): Promise<void> {
  const { now, ...rest } = intent;
  await tx.linkIntent.create({ data: { ...rest, createdAt: now } });
}

/** Which provider the browser's intent is for; null when there is none. */
export async function findLinkIntent(tx: Tx, tokenHash: Bytes): Promise<{ providerId: string } | null> {
  return tx.linkIntent.findUnique({ where: { tokenHash }, select: { providerId: true } });
}

const spent: unique symbol = Symbol("spent link intent");

/** Approved by step-up, and spent in the transaction it is used in. */
export interface SpentLinkIntent {
  readonly [spent]: true;
  readonly userId: string;
}

/** Spends the intent of this browser, session and provider. One statement: once, whatever comes at the same time. */
export async function spendLinkIntent(tx: Tx, intent: { tokenHash: Bytes; userId: string; sessionId: string; providerId: string; now: Date }): Promise<SpentLinkIntent | null> {
  const { count } = await tx.linkIntent.updateMany({
    where: { tokenHash: intent.tokenHash, userId: intent.userId, sessionId: intent.sessionId, providerId: intent.providerId, usedAt: null, expiresAt: { gt: intent.now } },
    data: { usedAt: intent.now },
  });
  return count === 1 ? { [spent]: true, userId: intent.userId } : null;
}

/** @returns false when the provider's account signs in somewhere already; the transaction can then only be rolled back */
export async function insertIdentity(
  tx: Tx,
  intent: SpentLinkIntent,
  identity: { id: string; provider: string; subject: string; email: string | null; now: Date },
): Promise<boolean> {
  const { now, ...rest } = identity;
  try {
    await tx.identity.create({ data: { ...rest, userId: intent.userId, createdAt: now, lastUsedAt: now } });
    return true;
  } catch (error) {
    if (violatedUnique(error)) return false;
    throw error;
  }
}

export async function deleteOldLinkIntents(tx: Tx, before: Date): Promise<void> {
  await tx.linkIntent.deleteMany({ where: { expiresAt: { lt: before } } });
}
