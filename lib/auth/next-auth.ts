/**
 * next-auth 4, and all that the portal knows of it. It runs the dance with providers and keeps the cookie; sessions are our own
 * (lib/db/accounts), opened by lib/auth/sign-in, or by a ticket that the portal's own sign-in gave.
 */
import type { NextAuthOptions, Profile } from "next-auth";
import { cookies, headers } from "next/headers";
import { PortcullisError } from "@/lib/core/errors";
import { safeReturnPath } from "@/lib/core/return-path";
import { SESSION_LIFETIME_SECONDS } from "@/lib/core/session-lifetime";
import { findLinkIntent } from "@/lib/db/links";
import { sourceOf } from "@/lib/auth/source";
import { log } from "@/lib/log";
import type { Ports } from "@/lib/ports";
import { nextAuthCookies, readTokenCookie, sessionCookieSecret, usesSecureCookies, writeTokenCookie, type TokenCookie } from "./cookies";
import { endSessionById } from "./end-session";
import { awaitsFreshSignIn, finishFreshSignIn } from "./fresh-sign-in";
import { finishIdentityLink } from "./identity-link";
import type { OpenedSession } from "./open-session";
import { oauthProviders, readClaims } from "./providers";
import { findActor, readSessionId } from "./session";
import { signIn, type ProviderClaims } from "./sign-in";
import { redeemTicket } from "./tickets";
import { tokenHashOf } from "./tokens";

/** Our refusals as the error names that the pages explain. */
const REFUSALS: Partial<Record<PortcullisError["code"], string>> = {
  account_deactivated: "Deactivated",
  address_taken: "AddressTaken",
  ticket_invalid: "TicketInvalid",
  identity_taken: "IdentityTaken",
  attempt_over: "LinkExpired",
};

/** @param providerId of the provider that the request is about; null for none */
export async function authOptions(ports: Ports, providerId: string | null): Promise<NextAuthOptions> {
  const { config } = ports;
  // next-auth reads its own origin from here and nowhere else; a Host header is never believed.
  process.env.NEXTAUTH_URL = config.url.origin;
  return {
    secret: sessionCookieSecret(config),
    useSecureCookies: usesSecureCookies(config),
    cookies: nextAuthCookies(config),
    session: { strategy: "jwt", maxAge: SESSION_LIFETIME_SECONDS },
    pages: { signIn: "/signin", error: "/signin", signOut: "/signin" },
    providers: [
      ...(await oauthProviders(config, providerId)),
      {
        id: "ticket",
        name: "ticket",
        type: "credentials",
        credentials: {},
        authorize: (credentials) => redeem(ports, credentials),
      },
    ],
    callbacks: {
      redirect: ({ url: target, baseUrl }) => baseUrl + safeReturnPath(target, baseUrl),
      // Accounts are made here, where a refusal can still be shown; the session id travels to the jwt callback on the account.
      async signIn({ account, profile }) {
        if (account?.type === "credentials") return true;
        const settings = config.providers.find(({ id }) => id === account?.provider);
        if (!account || !profile || !settings) return false;
        const arrived = await providerAnswered(ports, settings.id, readClaims(settings, profile as Profile));
        if ("refusal" in arrived) return arrived.refusal;
        account.portcullisSession = arrived.sessionId;
        return true;
      },
      // The token holds the session's id, and nothing that could go stale.
      jwt: ({ token, account, user }) => {
        if (account?.type === "credentials") return { sid: user.id };
        return typeof account?.portcullisSession === "string" ? { sid: account.portcullisSession } : { sid: token.sid };
      },
      session: ({ session }) => ({ expires: session.expires }),
    },
    events: {
      async signOut({ token }) {
        if (typeof token.sid === "string") await endSessionById(ports, token.sid);
      },
    },
    logger: {
      // next-auth's own logger would print tokens and provider answers.
      error: (code, metadata) => log("warn", "next-auth", `${code}${reasonIn(metadata)}`),
      warn: (code) => log("info", "next-auth", code),
      debug: () => undefined,
    },
  };
}

/** The words of openid-client about what didn't fit, without the values: some are secrets. */
function reasonIn(metadata: unknown): string {
  const error = metadata instanceof Error ? metadata : typeof metadata === "object" && metadata !== null && "error" in metadata ? metadata.error : null;
  return error instanceof Error ? `: ${error.message.slice(0, 500).replace(/[A-Za-z0-9_-]{20,}/g, "…")}` : "";
}

/**
 * The answer of a provider that a browser was sent to for a proof. null: it was not sent for that.
 *
 * @throws step_up_mismatch, step_up_expired
 */
async function freshSignInAnswered(ports: Ports, providerId: string, claims: ProviderClaims): Promise<{ sessionId: string } | null> {
  const jar = await cookies();
  const freshToken = readTokenCookie(ports.config, jar, "fresh");
  if (freshToken === null) return null;
  writeTokenCookie(ports.config, jar, "fresh", null);
  const actor = await findActor(ports, { cookies: plain(jar), headers: await headers() });
  if (!actor || actor.email === null || !(await awaitsFreshSignIn(ports, actor, freshToken))) return null;
  await finishFreshSignIn(ports, actor, { freshToken, providerId, claims });
  return { sessionId: actor.sessionId };
}

/** A provider said who somebody is: signs them in, or adds it to the account that asked for that. */
async function providerAnswered(ports: Ports, providerId: string, claims: ProviderClaims): Promise<{ sessionId: string } | { refusal: string }> {
  const jar = await cookies();
  const head = await headers();
  const linkToken = readTokenCookie(ports.config, jar, "link");
  const intent = linkToken === null ? null : await findLinkIntent(ports.db.read, tokenHashOf(linkToken));
  if (linkToken !== null) writeTokenCookie(ports.config, jar, "link", null);
  const links = linkToken !== null && intent?.providerId === providerId;
  const page = links ? "/security" : "/signin";
  try {
    const fresh = links ? null : await freshSignInAnswered(ports, providerId, claims);
    if (fresh) return fresh;
    if (links) {
      const actor = await findActor(ports, { cookies: plain(jar), headers: head });
      if (!actor || actor.email === null) return { refusal: "/signin?error=LinkExpired" };
      await finishIdentityLink(ports, actor, { linkToken, provider: providerId, claims });
      return { sessionId: actor.sessionId };
    }
    const opened = await signIn(ports, claims, sourceOf(head), readTokenCookie(ports.config, jar, "browser"), await readSessionId(ports, plain(jar)));
    await rememberBrowser(ports, opened);
    return opened;
  } catch (error) {
    const refusal = error instanceof PortcullisError && REFUSALS[error.code];
    if (refusal) return { refusal: `${page}?error=${refusal}` };
    if (error instanceof PortcullisError && error.code.startsWith("step_up_")) {
      if (error.detail) log("info", "fresh sign-in refused", error.detail);
      return { refusal: `/step-up/done?error=${error.code}` };
    }
    log("error", "sign-in failed", error instanceof Error ? error.message : String(error));
    return { refusal: `${page}?error=Callback` };
  }
}

/** @returns what next-auth calls a user: its id is the session's */
async function redeem(ports: Ports, credentials: Record<string, string> | undefined): Promise<{ id: string } | null> {
  const jar = await cookies();
  const ticket = credentials?.ticket;
  if (typeof ticket !== "string") return null;
  const token = (cookie: TokenCookie) => readTokenCookie(ports.config, jar, cookie);
  const request = { source: sourceOf(await headers()), browserToken: token("browser"), attemptToken: token("attempt"), passkeyToken: token("passkey") };
  try {
    const opened = await redeemTicket(ports, ticket, request, await readSessionId(ports, plain(jar)));
    for (const cookie of ["attempt", "passkey"] as const) writeTokenCookie(ports.config, jar, cookie, null);
    await rememberBrowser(ports, opened);
    return { id: opened.sessionId };
  } catch (error) {
    const refusal = error instanceof PortcullisError && REFUSALS[error.code];
    // next-auth hands this text to the page that asked.
    throw new Error(refusal || "Callback", { cause: error });
  }
}

const plain = (jar: Awaited<ReturnType<typeof cookies>>): Record<string, string> => Object.fromEntries(jar.getAll().map(({ name, value }) => [name, value]));

async function rememberBrowser(ports: Ports, { newBrowserToken }: OpenedSession): Promise<void> {
  const jar = await cookies();
  // Set again each time: browsers forget a cookie 400 days after it was last set.
  const token = newBrowserToken ?? readTokenCookie(ports.config, jar, "browser");
  if (token !== null) writeTokenCookie(ports.config, jar, "browser", token);
}
