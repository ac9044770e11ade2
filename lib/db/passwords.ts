/** Passwords, as argon2id hashes; and the accounts they open. */
import { violatedUnique, type Tx } from "./client";

export interface PasswordHolder {
  userId: string;
  name: string;
  deactivated: boolean;
  /** PHC string; null when the account has no password. */
  hash: string | null;
}

/** The account with this proved address. One query, whether or not there is one. */
export async function findPasswordHolder(tx: Tx, email: string): Promise<PasswordHolder | null> {
  const [row] = await tx.$queryRaw<{ id: string; name: string; deactivated_at: Date | null; hash: string | null }[]>`
    SELECT u.id, u.name, u.deactivated_at, p.hash FROM users u LEFT JOIN passwords p ON p.user_id = u.id WHERE u.email = ${email}`;
  return row ? { userId: row.id, name: row.name, deactivated: row.deactivated_at !== null, hash: row.hash } : null;
}

export async function setPasswordHash(tx: Tx, userId: string, hash: string, now: Date): Promise<void> {
  await tx.password.upsert({ where: { userId }, create: { userId, hash, changedAt: now }, update: { hash, changedAt: now } });
}

/** The same password under today's parameters; does nothing when it was changed meanwhile. */
export async function replaceHash(tx: Tx, userId: string, from: string, to: string): Promise<void> {
  await tx.password.updateMany({ where: { userId, hash: from }, data: { hash: to } });
}

/** @returns false when another account has the address; the transaction can then only be rolled back */
export async function insertUserWithPassword(tx: Tx, user: { id: string; email: string; name: string; hash: string; now: Date }): Promise<boolean> {
  try {
    await tx.user.create({
      data: { id: user.id, email: user.email, name: user.name, createdAt: user.now, password: { create: { hash: user.hash, changedAt: user.now } } },
    });
    return true;
  } catch (error) {
    if (violatedUnique(error)?.includes("email")) return false;
    throw error;
  }
}
