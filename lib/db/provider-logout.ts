/** Sessions that a provider ends, and the tokens by which it did. */
import type { Tx } from "./client";

/** Notes that a token was used. @returns false when it was used before */
export async function spendLogoutToken(tx: Tx, hash: Uint8Array<ArrayBuffer>, expiresAt: Date): Promise<boolean> {
  return (await tx.$executeRaw`INSERT INTO logout_tokens (hash, expires_at) VALUES (${hash}, ${expiresAt}) ON CONFLICT DO NOTHING`) === 1;
}

/** Those that are refused for their age. */
export async function deleteOldLogoutTokens(tx: Tx, now: Date): Promise<void> {
  await tx.logoutToken.deleteMany({ where: { expiresAt: { lt: now } } });
}

export interface ProviderLogout {
  issuer: string;
  /** null: the token names none. */
  subject: string | null;
  sid: string | null;
}

/**
 * Ends the portal's sessions that began with this session of the provider's; where none is known, or none is named, all that this account of the
 * provider's began. @returns what ended
 */
export async function endProviderSessions(tx: Tx, { issuer, subject, sid }: ProviderLogout, now: Date): Promise<{ id: string; userId: string }[]> {
  const [known] = await tx.$queryRaw<object[]>`
    SELECT FROM sessions s JOIN identities i ON i.id = s.identity_id
    WHERE i.provider = ${issuer} AND (${subject}::text IS NULL OR i.subject = ${subject}) AND s.provider_sid = ${sid} LIMIT 1`;
  if (!known && subject === null) return [];
  return tx.$queryRaw<{ id: string; userId: string }[]>`
    UPDATE sessions s SET revoked_at = ${now} FROM identities i
    WHERE i.id = s.identity_id AND i.provider = ${issuer} AND (${subject}::text IS NULL OR i.subject = ${subject}) AND (${!known} OR s.provider_sid = ${sid})
      AND s.revoked_at IS NULL AND s.expires_at > ${now}
    RETURNING s.id, s.user_id AS "userId"`;
}
