/** GitHub: plain OAuth 2, no id token. Its API says who somebody is, and which address is theirs and proved. */
import type { Profile } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import type { ProviderSettings } from "@/lib/provider-settings";
import type { ProviderClaims } from "./sign-in";

const PATIENCE_MS = 5_000;

/** As GitHub names itself in its answers (RFC 9207). */
export const githubIssuer = ({ issuer }: Pick<ProviderSettings, "issuer">): string => `${issuer}/login/oauth`;

/** The API of github.com has a host of its own; that of a GitHub Enterprise Server is a path. */
const apiOf = (site: string): string => (site === "https://github.com" ? "https://api.github.com" : `${site}/api/v3`);

const user = z.object({ id: z.number().int().positive(), login: z.string(), name: z.string().nullish() });
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

export function githubProvider(settings: ProviderSettings): OAuthConfig<Profile> {
  const { id, name, clientId, clientSecret, issuer } = settings;
  return {
    id,
    name,
    type: "oauth",
    clientId,
    clientSecret,
    issuer: githubIssuer(settings),
    authorization: { url: `${issuer}/login/oauth/authorize`, params: { scope: "read:user user:email" } },
    token: `${issuer}/login/oauth/access_token`,
    userinfo: {
      url: `${apiOf(issuer)}/user`,
      request: ({ tokens }) => readProfile(apiOf(issuer), tokens.access_token ?? ""),
    },
    client: { token_endpoint_auth_method: "client_secret_post" },
    checks: ["pkce", "state"],
    profile: (profile) => ({ id: profile.sub ?? "" }),
  };
}

async function readProfile(api: string, accessToken: string): Promise<Profile> {
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${api}${path}`, {
      headers: { authorization: `Bearer ${accessToken}`, accept: "application/vnd.github+json", "user-agent": "portcullis" },
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: "error",
    });
    if (!response.ok) throw new Error(`GitHub's API answered ${response.status} for ${path}.`);
    return response.json();
  };
  const { id, login, name } = user.parse(await get("/user"));
  const primary = emails.parse(await get("/user/emails")).find((address) => address.primary);
  return { sub: String(id), name: name ?? login, ...(primary ? { email: primary.email } : {}), email_verified: primary?.verified ?? false } as Profile;
}

/** The numeric id is lasting; a login can change hands. GitHub doesn't say which factors were shown. */
export function readGitHubClaims(issuer: string, profile: Profile & { email_verified?: unknown }): ProviderClaims {
  return {
    issuer,
    subject: String(profile.sub),
    name: profile.name ?? null,
    email: profile.email ?? null,
    emailVerified: profile.email_verified === true,
    amr: [],
    acr: null,
    authTime: null,
    sid: null,
    twoFactor: false,
  };
}
