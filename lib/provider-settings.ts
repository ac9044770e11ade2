/** Who people can sign in with: providers, each from its own few variables. Set halfway, a provider is named with what is missing. */

/** What the sign-in page draws beside the name: one of its own drawings, or a small picture as a data: URL. */
export type ProviderIcon = (typeof PROVIDER_ICONS)[number] | `data:image/${string}`;
export const PROVIDER_ICONS = ["key", "building", "shield", "users", "google", "github", "microsoft"] as const;

export interface ProviderSettings {
  /** In the redirect URL: /api/auth/callback/ID. */
  id: string;
  /** "github": plain OAuth 2, whose API says who somebody is. */
  kind: "oidc" | "github";
  name: string;
  icon: ProviderIcon;
  clientId: string;
  clientSecret: string;
  /** Where discovery begins; for GitHub, where the site is. */
  issuer: string;
  /** What makes an address from this provider a proved one. Entra's `email` can be set by any administrator of any directory. */
  addressProvedBy: "email_verified" | "xms_edov";
  /** Values of `acr` that mean two factors. */
  mfaAcr: string[];
  /** It asks for a password again when told to (`prompt=login`), and says when it did (`auth_time`): that can approve an act. */
  freshSignIn: boolean;
}

type Environment = Record<string, string | undefined>;

const PLACEHOLDER = /^(change.?me|secret|password|example|default|replace.*|your[-_ ].*)$/i;
const TENANT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_ICON_LENGTH = 16_384;

interface Reader {
  environment: Environment;
  problems: string[];
}

/** @returns the providers in the order in which they are offered, and one line a problem */
export function readProviderSettings(environment: Environment): { providers: ProviderSettings[]; problems: string[] } {
  const reader: Reader = { environment, problems: [] };
  const found = [google(reader), entra(reader), github(reader), ...["", "2_", "3_", "4_", "5_", "6_", "7_", "8_", "9_"].map((part) => generic(reader, part))];
  return { providers: found.filter((provider) => provider !== null), problems: reader.problems };
}

/** null when none of them is set. */
function credentials(reader: Reader, prefix: string, others: string[], owner: string): { clientId: string; clientSecret: string } | null {
  const names = [`${prefix}CLIENT_ID`, `${prefix}CLIENT_SECRET`, ...others];
  const missing = names.filter((name) => !reader.environment[name]);
  if (missing.length === names.length) return null;
  for (const name of missing) reader.problems.push(`${name} is missing. Set it to what ${owner} gave for this portal, or leave ${names.join(", ")} all out.`);
  const clientSecret = reader.environment[`${prefix}CLIENT_SECRET`] ?? "";
  if (PLACEHOLDER.test(clientSecret)) reader.problems.push(`${prefix}CLIENT_SECRET is a placeholder. Set it to the secret that ${owner} gave for this portal.`);
  return missing.length > 0 ? null : { clientId: reader.environment[`${prefix}CLIENT_ID`] ?? "", clientSecret };
}

function google(reader: Reader): ProviderSettings | null {
  const found = credentials(reader, "GOOGLE_", [], "the Google Cloud console");
  return found && { id: "google", kind: "oidc", name: "Google", icon: "google", ...found, issuer: "https://accounts.google.com", addressProvedBy: "email_verified", mfaAcr: [], freshSignIn: false };
}

function entra(reader: Reader): ProviderSettings | null {
  const found = credentials(reader, "ENTRA_", ["ENTRA_TENANT_ID"], "the Microsoft Entra admin center");
  if (!found) return null;
  const tenant = reader.environment.ENTRA_TENANT_ID ?? "";
  if (!TENANT.test(tenant)) {
    reader.problems.push('ENTRA_TENANT_ID is not a directory\'s id. Set it to the "Directory (tenant) ID" of your own directory: "common" and the like would let in every Microsoft account.');
    return null;
  }
  const issuer = `https://login.microsoftonline.com/${tenant.toLowerCase()}/v2.0`;
  return { id: "entra", kind: "oidc", name: reader.environment.ENTRA_NAME || "Microsoft", icon: "microsoft", ...found, issuer, addressProvedBy: "xms_edov", mfaAcr: [], freshSignIn: false };
}

function github(reader: Reader): ProviderSettings | null {
  const found = credentials(reader, "GITHUB_", [], "GitHub's developer settings");
  const issuer = httpUrl(reader, "GITHUB_URL", "https://github.com");
  return found && issuer ? { id: "github", kind: "github", name: reader.environment.GITHUB_NAME || "GitHub", icon: "github", ...found, issuer, addressProvedBy: "email_verified", mfaAcr: [], freshSignIn: false } : null;
}

function generic(reader: Reader, part: string): ProviderSettings | null {
  const prefix = `OIDC_${part}`;
  const found = credentials(reader, prefix, [`${prefix}ISSUER`], "your OpenID provider");
  const { [`${prefix}NAME`]: name, [`${prefix}ICON`]: icon, [`${prefix}ACR_MFA`]: acr, [`${prefix}FRESH_SIGN_IN`]: fresh } = reader.environment;
  if (fresh !== undefined && !["", "on", "off"].includes(fresh)) reader.problems.push(`${prefix}FRESH_SIGN_IN must be "on" or "off".`);
  if (name !== undefined && name.length > 40) reader.problems.push(`${prefix}NAME is longer than 40 characters.`);
  if (icon && !isIcon(icon)) reader.problems.push(`${prefix}ICON is no icon. Set it to one of ${PROVIDER_ICONS.join(", ")}, or to a picture as a data:image/… URL of at most 16 kB.`);
  // Read also when something else is missing: all that is wrong is told at once.
  const issuer = reader.environment[`${prefix}ISSUER`] ? httpUrl(reader, `${prefix}ISSUER`, "") : null;
  if (!found || !issuer) return null;
  return {
    id: part === "" ? "oidc" : `oidc-${part.replace("_", "")}`,
    kind: "oidc",
    name: name || "single sign-on",
    icon: icon && isIcon(icon) ? icon : "key",
    ...found,
    issuer,
    addressProvedBy: "email_verified",
    mfaAcr: (acr ?? "").split(/[\s,]+/).filter(Boolean),
    freshSignIn: fresh === "on",
  };
}

const isIcon = (text: string): text is ProviderIcon =>
  PROVIDER_ICONS.some((icon) => icon === text) || (text.length <= MAX_ICON_LENGTH && /^data:image\/(?:png|webp|svg\+xml);base64,[A-Za-z0-9+/=]+$/.test(text));

function httpUrl(reader: Reader, variable: string, usual: string): string | null {
  const text = reader.environment[variable] || usual;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/$/, "");
  reader.problems.push(`${variable} is not an http(s) URL. Set it to an address like https://login.example.com.`);
  return null;
}
