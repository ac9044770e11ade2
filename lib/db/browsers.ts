/** Browsers that people have signed in with before. */
import type { Tx } from "./client";

export interface SeenBrowser {
  id: string;
  /** This account has not been signed in to with it before. */
  isNew: boolean;
  /** The account has been signed in to with others. */
  hasOthers: boolean;
}

/** Notes that a browser signs in to an account now. */
export async function noteBrowser(tx: Tx, browser: { id: string; userId: string; tokenHash: Uint8Array<ArrayBuffer>; userAgent: string; now: Date }): Promise<SeenBrowser> {
  const { id, userId, tokenHash, userAgent, now } = browser;
  const row = await tx.knownBrowser.upsert({
    where: { userId_tokenHash: { userId, tokenHash } },
    create: { id, userId, tokenHash, userAgent, createdAt: now, lastSeenAt: now },
    update: { userAgent, lastSeenAt: now },
    select: { id: true },
  });
  const others = await tx.knownBrowser.count({ where: { userId, id: { not: row.id } } });
  return { id: row.id, isNew: row.id === id, hasOthers: others > 0 };
}

/** Whether the token is one that the portal gave to some browser, whoever used it. */
export async function isBrowserToken(tx: Tx, tokenHash: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return (await tx.knownBrowser.findFirst({ where: { tokenHash }, select: { id: true } })) !== null;
}

/** Whether the account with this address was signed in to with this browser before. */
export async function knowsBrowser(tx: Tx, email: string, tokenHash: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return (await tx.knownBrowser.findFirst({ where: { tokenHash, user: { email } }, select: { id: true } })) !== null;
}
