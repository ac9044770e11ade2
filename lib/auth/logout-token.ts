/** Logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6): what must hold before one ends anybody's session. */
import { createHash } from "node:crypto";
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import { PortcullisError } from "@/lib/core/errors";
import type { ProviderLogout } from "@/lib/db/provider-logout";
import type { Ports } from "@/lib/ports";
import { providerOfIssuer } from "./provider-of-issuer";
import { metadataOf } from "./providers";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
/** Longer than any provider needs to deliver one, with its own tries again. */
const MAX_AGE_SECONDS = 600;
const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_NAME_LENGTH = 255;
/** The token says what it is, or nothing: one that says it is something else, like an access token, is that. */
const TYPES = ["logout+jwt", "application/logout+jwt", "jwt"];

/** By where they are: asked for again when a key is unknown, at most every half minute. */
const keySets = new Map<string, JWTVerifyGetKey>();

function keysAt(url: string): JWTVerifyGetKey {
  const known = keySets.get(url) ?? createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
  keySets.set(url, known);
  return known;
}

export interface LogoutOrder extends ProviderLogout {
  /** Of issuer and jti, for using it once. */
  hash: Uint8Array<ArrayBuffer>;
  /** From here on its age refuses it. */
  until: Date;
}

/** @param detail for the log: what was wrong, without the token */
export const logoutRefused = (detail: string): PortcullisError => new PortcullisError("bad_request", "That is no logout token for this portal, or one that was used before.", { field: "logout_token" }, detail);

/** @throws bad_request for whatever doesn't hold; unavailable when the provider's keys can't be had */
export async function verifyLogoutToken(ports: Pick<Ports, "config" | "clock">, token: string): Promise<LogoutOrder> {
  const settings = providerOfIssuer(ports.config.providers, claimedIssuer(token));
  if (!settings || settings.kind !== "oidc") throw logoutRefused("It is of no provider that is set up here.");
  const metadata = await metadataOf(ports.config, settings).catch((error: unknown) => {
    throw new PortcullisError("unavailable", "The provider can't be reached to check this token. Try again in a moment.", {}, error instanceof Error ? error.message : String(error));
  });
  const now = ports.clock.now();
  const { payload, protectedHeader } = await jwtVerify(token, keysAt(metadata.jwks_uri), {
    issuer: metadata.issuer,
    audience: settings.clientId,
    // The one that id tokens are signed with (section 2.6, 2 by way of Core 3.1.3.7).
    algorithms: ["RS256"],
    requiredClaims: ["iat", "exp", "jti", "events"],
    maxTokenAge: MAX_AGE_SECONDS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: now,
  }).catch((error: unknown) => {
    // Its keys were not to be had: jose says that of an answer without keys, fetch of none.
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || error.code === "ERR_JOSE_GENERIC") throw new PortcullisError("unavailable", "The provider can't be reached to check this token. Try again in a moment.", {}, String(error));
    throw logoutRefused(error.message);
  });
  if (protectedHeader.typ !== undefined && !TYPES.includes(protectedHeader.typ.toLowerCase())) throw logoutRefused(`Its type is ${protectedHeader.typ.slice(0, 40)}.`);
  return orderIn(metadata.issuer, payload);
}

/** Not believed: it says whose keys to check the signature with. */
function claimedIssuer(token: string): string {
  try {
    const { iss } = decodeJwt(token);
    if (typeof iss === "string") return iss;
  } catch {
    // Said below.
  }
  throw logoutRefused("It is no JWT that names its issuer.");
}

function orderIn(issuer: string, payload: JWTPayload & { nonce?: unknown; events?: unknown; sid?: unknown }): LogoutOrder {
  const events: unknown = payload.events;
  const event = typeof events === "object" && events !== null && Object.hasOwn(events, EVENT) ? (events as Record<string, unknown>)[EVENT] : undefined;
  if (typeof event !== "object" || event === null || Array.isArray(event)) throw logoutRefused("Its events don't hold a back-channel logout.");
  // So that an id token is never taken for one.
  if ("nonce" in payload) throw logoutRefused("It has a nonce.");
  const [jti, subject, sid] = [nameIn(payload.jti, "jti"), nameIn(payload.sub, "sub"), nameIn(payload.sid, "sid")];
  if (jti === null) throw logoutRefused("It has no jti.");
  if (subject === null && sid === null) throw logoutRefused("It names neither sub nor sid.");
  const seconds = Math.min(payload.exp ?? 0, (payload.iat ?? 0) + MAX_AGE_SECONDS) + CLOCK_TOLERANCE_SECONDS;
  return { issuer, subject, sid, hash: new Uint8Array(createHash("sha256").update(JSON.stringify([issuer, jti])).digest()), until: new Date((seconds + 1) * 1000) };
}

function nameIn(value: unknown, claim: string): string | null {
  if (value === undefined) return null;
  // PostgreSQL's text holds no NUL.
  if (typeof value === "string" && value !== "" && value.length <= MAX_NAME_LENGTH && !value.includes("\0")) return value;
  throw logoutRefused(`Its ${claim} is no name.`);
}
