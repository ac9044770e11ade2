/** Signed-in people, by the way that real ones take: claims, account, session, cookie, actor. */
import { encode } from "next-auth/jwt";
import type { Actor, UnprovedActor } from "@/lib/auth/actor";
import { sessionCookieName, sessionCookieSecret } from "@/lib/auth/cookies";
import { findActor } from "@/lib/auth/session";
import { signIn, type ProviderClaims } from "@/lib/auth/sign-in";
import { REMOTE_ADDRESS_HEADER, sourceOf } from "@/lib/auth/source";
import { TEST_ISSUER, TEST_OPERATOR, type Kit } from "./kit";

/** Firefox on Linux at a documentation address (RFC 5737). */
export const BROWSER_HEADERS = new Headers({
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  [REMOTE_ADDRESS_HEADER]: "192.0.2.10",
});

export const claimsOf = (email: string, changes: Partial<ProviderClaims> = {}): ProviderClaims => ({
  issuer: TEST_ISSUER,
  subject: `subject of ${email}`,
  name: email.split("@")[0] ?? null,
  email,
  emailVerified: true,
  amr: ["pwd"],
  acr: null,
  authTime: null,
  sid: null,
  twoFactor: false,
  ...changes,
});

/** The cookie that the browser of this session sends. */
export async function cookieOf(kit: Kit, sessionId: string): Promise<{ name: string; value: string }> {
  return { name: sessionCookieName(kit.ports.config), value: await encode({ token: { sid: sessionId }, secret: sessionCookieSecret(kit.ports.config) }) };
}

/** Who the portal takes the holder of this session for; null when it counts no longer. */
export async function actorOf(kit: Kit, sessionId: string): Promise<Actor | UnprovedActor | null> {
  const { name, value } = await cookieOf(kit, sessionId);
  return findActor(kit.ports, { cookies: { [name]: value }, headers: BROWSER_HEADERS });
}

/** Comes back from the provider with these claims. @returns the session's id */
export const enter = async (kit: Kit, claims: ProviderClaims): Promise<string> => (await signIn(kit.ports, claims, sourceOf(BROWSER_HEADERS))).sessionId;

/** Signs in with a verified address; each call opens one more session of the same account. */
export async function person(kit: Kit, email: string): Promise<Actor> {
  const actor = await actorOf(kit, await enter(kit, claimsOf(email)));
  if (!actor || actor.email === null) throw new Error(`${email} is not signed in.`);
  return actor;
}

/** Somebody whose provider did not verify the address. */
export async function unprovedPerson(kit: Kit, email: string, changes: Partial<ProviderClaims> = {}): Promise<UnprovedActor> {
  const actor = await actorOf(kit, await enter(kit, claimsOf(email, { emailVerified: false, ...changes })));
  if (!actor || actor.email !== null) throw new Error(`${email} was taken as proved.`);
  return actor;
}

export const operator = (kit: Kit): Promise<Actor> => person(kit, TEST_OPERATOR);
