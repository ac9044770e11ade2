/** Which sessions count, said once: not ended, not expired, not left unused for too long. Whether their account is on is asked beside it. */
import { SESSION_IDLE_SECONDS } from "@/lib/core/session-lifetime";
import { Prisma } from "./generated/client";

const usedSince = (now: Date): Date => new Date(now.getTime() - SESSION_IDLE_SECONDS * 1000);

export const liveSession = (now: Date): { revokedAt: null; expiresAt: { gt: Date }; lastSeenAt: { gt: Date } } => ({ revokedAt: null, expiresAt: { gt: now }, lastSeenAt: { gt: usedSince(now) } });

/** The same in SQL, about the row of `sessions` that the statement calls `s`. */
export const sessionIsLive = (now: Date): Prisma.Sql => Prisma.sql`s.revoked_at IS NULL AND s.expires_at > ${now} AND s.last_seen_at > ${usedSince(now)}`;
