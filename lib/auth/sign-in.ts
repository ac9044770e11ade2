/** What happens when the provider says who somebody is. */
import { PortcullisError } from "@/lib/core/errors";
import { parseEmailAddress } from "@/lib/core/email-address";
import { appendAudit } from "@/lib/db/audit";
import { findIdentity, insertUserWithIdentity, isAddressTaken, lockIdentity, noteIdentityUse, setProvedAddress } from "@/lib/db/accounts";
import type { Tx } from "@/lib/db/client";
import type { Ports } from "@/lib/ports";
import type { RequestSource } from "./actor";
import { openSession, type OpenedSession } from "./open-session";

/** The claims of an id token that the portal uses (OpenID Connect Core 1.0, section 2). */
export interface ProviderClaims {
  issuer: string;
  subject: string;
  name: string | null;
  email: string | null;
  emailVerified: boolean;
  amr: string[];
  acr: string | null;
  authTime: Date | null;
  /** The provider's own session, where it names it: for when it ends that. */
  sid: string | null;
  /** The provider says that two factors were shown (lib/core/two-factor). */
  twoFactor: boolean;
}

/** The address as the provider claims it, normalised; null when it is none. */
export function claimedAddress(claims: ProviderClaims): string | null {
  try {
    return claims.email === null ? null : parseEmailAddress(claims.email);
  } catch {
    return null;
  }
}

/**
 * Finds or makes the account of an identity, and opens a session. An account is found by issuer and subject alone, never by an equal
 * address. An address that the provider did not verify is not set: the session can then prove it and do nothing else.
 *
 * @param browserToken from the browser's cookie; null when it has none
 * @param replaces the session that the browser has so far; null when it has none
 * @throws account_deactivated; address_taken when another account has the verified address
 */
export async function signIn(ports: Ports, claims: ProviderClaims, source: RequestSource, browserToken: string | null = null, replaces: string | null = null): Promise<OpenedSession> {
  return ports.db.transaction(async (tx) => {
    const email = claimedAddress(claims);
    const { userId, identityId, proved } = await findOrMakeAccount(ports, tx, claims, email, ports.clock.now());
    if (!proved && email !== null && claims.emailVerified) await proveAddress(tx, userId, email);
    return openSession(ports, tx, {
      userId,
      identityId,
      method: "provider",
      twoFactor: claims.twoFactor,
      amr: claims.amr,
      acr: claims.acr,
      authTime: claims.authTime,
      providerSid: claims.sid,
      source,
      browserToken,
      replaces,
    });
  });
}

async function findOrMakeAccount(ports: Ports, tx: Tx, claims: ProviderClaims, email: string | null, now: Date): Promise<{ userId: string; identityId: string; proved: boolean }> {
  await lockIdentity(tx, claims.issuer, claims.subject);
  const known = await findIdentity(tx, claims.issuer, claims.subject);
  if (known) {
    if (known.deactivated) throw new PortcullisError("account_deactivated", "This account was deactivated. Ask the operator of this portal.");
    await noteIdentityUse(tx, known.id, email, now);
    return { userId: known.userId, identityId: known.id, proved: known.userEmail !== null };
  }
  const userId = ports.newId();
  const identityId = ports.newId();
  const name = displayName(claims.name ?? email ?? "");
  await insertUserWithIdentity(tx, { id: userId, name, identityId, provider: claims.issuer, subject: claims.subject, identityEmail: email, now });
  await appendAudit(tx, [
    { chain: userId, at: now, action: "account.created", actor: { kind: "user", id: userId, label: email ?? name, operator: false }, subject: { kind: "user", id: userId }, sourceAddress: null, data: { provider: claims.issuer } },
  ]);
  return { userId, identityId, proved: false };
}

/** @throws address_taken */
export async function proveAddress(tx: Tx, userId: string, email: string): Promise<void> {
  const taken = () =>
    new PortcullisError("address_taken", "Another account already uses this e-mail address. Sign in the way you did before; for your safety, accounts are never joined by address alone.");
  if (await isAddressTaken(tx, email)) throw taken();
  if (!(await setProvedAddress(tx, userId, email))) throw taken();
}

/** A name from outside, made safe to show: one line, no control characters, at most 80 characters. */
export function displayName(text: string): string {
  const clean = text.normalize("NFC").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").replace(/\s+/g, " ").trim();
  return [...clean].slice(0, 80).join("") || "Unnamed";
}
