/**
 * Providers as next-auth wants them. State, PKCE and nonce are bound to the provider by next-auth (their cookies name it); a wrong issuer
 * is refused by openid-client, in the callback (RFC 9207) and in the id token.
 */
import type { Profile } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import type { PortalConfig } from "@/lib/config";
import { showsTwoFactors } from "@/lib/core/two-factor";
import type { ProviderSettings } from "@/lib/provider-settings";
import { makeDiscovery, type Discovery, type ProviderMetadata } from "./discovery";
import { githubIssuer, githubProvider, readGitHubClaims } from "./providers-github";
import type { ProviderClaims } from "./sign-in";

type TokenRequest = Extract<NonNullable<OAuthConfig<Profile>["token"]>, object>["request"];
type Client = Parameters<NonNullable<TokenRequest>>[0]["client"];

/** What a process keeps of its providers: what they say of themselves, and clients that hold their signing keys. */
interface Kept {
  discovery: Discovery;
  clients: Map<string, Client>;
}

const keptFor = new WeakMap<PortalConfig, Kept>();

function keptOf(config: PortalConfig): Kept {
  const known = keptFor.get(config) ?? { discovery: makeDiscovery(), clients: new Map<string, Client>() };
  keptFor.set(config, known);
  return known;
}

/**
 * @param wanted id of the provider that the request is about: it alone is asked what it says of itself
 * @returns all of them, since next-auth looks for the wanted one by itself
 */
export async function oauthProviders(config: PortalConfig, wanted: string | null): Promise<OAuthConfig<Profile>[]> {
  return Promise.all(
    config.providers.map(async (settings) => {
      if (settings.kind === "github") return githubProvider(settings);
      // Where that fails, next-auth finds no address to go to, and says that the provider can't be reached.
      const metadata = settings.id === wanted ? await keptOf(config).discovery.of(settings.issuer).catch(() => null) : null;
      return openIdProvider(settings, metadata, keptOf(config).clients);
    }),
  );
}

/** What a provider says of itself, kept with what signing in keeps. @throws Error when it never answered */
export const metadataOf = (config: PortalConfig, { issuer }: Pick<ProviderSettings, "issuer">): Promise<ProviderMetadata> => keptOf(config).discovery.of(issuer);

function openIdProvider(settings: ProviderSettings, metadata: ProviderMetadata | null, clients: Map<string, Client>): OAuthConfig<Profile> {
  const { id, name, clientId, clientSecret } = settings;
  const base = { id, name, type: "oauth", clientId, clientSecret, idToken: true, profile: (claims) => ({ id: claims.sub ?? "" }) } satisfies OAuthConfig<Profile>;
  const checks: OAuthConfig<Profile>["checks"] = ["pkce", "state", "nonce"];
  if (!metadata) return { ...base, checks };
  const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  return {
    ...base,
    checks,
    issuer: metadata.issuer,
    authorization: { url: metadata.authorization_endpoint, params: { scope: "openid email profile" } },
    jwks_endpoint: metadata.jwks_uri,
    client: { token_endpoint_auth_method: methods.includes("client_secret_basic") ? "client_secret_basic" : "client_secret_post" },
    token: {
      url: metadata.token_endpoint,
      request: async ({ client, params, checks: expected, provider }) => {
        // A provider that says it names itself in each answer must do so: an answer without may be another's (RFC 9207, section 2.4).
        if (metadata.authorization_response_iss_parameter_supported && params.iss === undefined) throw new Error("The provider's answer doesn't say whose it is.");
        // The client that next-auth made first is kept, because it holds the provider's keys: known ones need no request, and an unknown
        // one (they rotate) makes it ask again. So neither rotation nor an outage of the key page stops anybody.
        const key = JSON.stringify([metadata, clientId]);
        const kept = clients.get(key) ?? client;
        clients.set(key, kept);
        return { tokens: await kept.callback(provider.callbackUrl, params, expected) };
      },
    },
  };
}

type IdToken = Profile & { iss?: unknown; email_verified?: unknown; xms_edov?: unknown; amr?: unknown; acr?: unknown; auth_time?: unknown; sid?: unknown };

/** What the provider said, as the portal uses it. By now openid-client has checked signature, issuer, audience, nonce and times. */
export function readClaims(settings: ProviderSettings, profile: IdToken): ProviderClaims {
  if (settings.kind === "github") return readGitHubClaims(githubIssuer(settings), profile);
  const amr = Array.isArray(profile.amr) ? profile.amr.filter((value): value is string => typeof value === "string").slice(0, 10) : [];
  const acr = typeof profile.acr === "string" ? profile.acr : null;
  const proof = profile[settings.addressProvedBy];
  return {
    issuer: typeof profile.iss === "string" ? profile.iss : settings.issuer,
    subject: String(profile.sub),
    name: typeof profile.name === "string" ? profile.name : null,
    email: typeof profile.email === "string" ? profile.email : null,
    // Entra writes true, 1 and "1".
    emailVerified: proof === true || (settings.addressProvedBy === "xms_edov" && (proof === 1 || proof === "1")),
    amr,
    acr,
    authTime: typeof profile.auth_time === "number" ? new Date(profile.auth_time * 1000) : null,
    sid: typeof profile.sid === "string" && profile.sid.length <= 255 && !profile.sid.includes("\0") ? profile.sid : null,
    twoFactor: showsTwoFactors(amr, acr, settings.mfaAcr),
  };
}
