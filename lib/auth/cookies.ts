/** The portal's cookies: their names, and what they hold. On https all are `__Host-`: no other host, path or plain connection can set them. */
import type { CookiesOptions } from "next-auth";
import type { PortalConfig } from "@/lib/config";
import { isToken } from "@/lib/core/ids";
import { PROOF_LIFETIME_SECONDS } from "@/lib/core/proof-limits";

/** Browsers keep no cookie for longer. */
const KNOWN_BROWSER_LIFETIME_SECONDS = 400 * 24 * 3600;
export const ATTEMPT_LIFETIME_SECONDS = PROOF_LIFETIME_SECONDS;

export const sessionCookieSecret = (config: PortalConfig): string => Buffer.from(config.deriveKey("session cookie")).toString("base64");

export const usesSecureCookies = (config: PortalConfig): boolean => config.url.protocol === "https:";

const named = (config: PortalConfig, name: string): string => (usesSecureCookies(config) ? `__Host-${name}` : name);

export const sessionCookieName = (config: PortalConfig): string => named(config, "next-auth.session-token");

/** next-auth's own, all under names that only this host can set. */
export function nextAuthCookies(config: PortalConfig): CookiesOptions {
  const options = { httpOnly: true, sameSite: "lax", path: "/", secure: usesSecureCookies(config) } as const;
  const shortLived = { ...options, maxAge: 15 * 60 };
  return {
    sessionToken: { name: sessionCookieName(config), options },
    callbackUrl: { name: named(config, "next-auth.callback-url"), options },
    csrfToken: { name: named(config, "next-auth.csrf-token"), options },
    pkceCodeVerifier: { name: named(config, "next-auth.pkce.code_verifier"), options: shortLived },
    state: { name: named(config, "next-auth.state"), options: shortLived },
    nonce: { name: named(config, "next-auth.nonce"), options: shortLived },
  };
}

/** Each holds 256 random bits, of which the portal keeps a SHA-256. */
export type TokenCookie = "browser" | "attempt" | "passkey" | "link" | "fresh";

const LIFETIMES: Record<TokenCookie, number> = { browser: KNOWN_BROWSER_LIFETIME_SECONDS, attempt: ATTEMPT_LIFETIME_SECONDS, passkey: ATTEMPT_LIFETIME_SECONDS, link: ATTEMPT_LIFETIME_SECONDS, fresh: ATTEMPT_LIFETIME_SECONDS };

interface CookieReader {
  get(name: string): { value: string } | undefined;
}

interface CookieWriter {
  set(name: string, value: string, options: { httpOnly: boolean; sameSite: "lax"; path: string; secure: boolean; maxAge: number }): unknown;
}

/** null when the browser has none, or something that is no token of ours. */
export function readTokenCookie(config: PortalConfig, jar: CookieReader, cookie: TokenCookie): string | null {
  const value = jar.get(named(config, `portcullis-${cookie}`))?.value ?? "";
  return isToken(value) ? value : null;
}

/** @param token null: takes the cookie away */
export function writeTokenCookie(config: PortalConfig, jar: CookieWriter, cookie: TokenCookie, token: string | null): void {
  jar.set(named(config, `portcullis-${cookie}`), token ?? "", { httpOnly: true, sameSite: "lax", path: "/", secure: usesSecureCookies(config), maxAge: token === null ? 0 : LIFETIMES[cookie] });
}
