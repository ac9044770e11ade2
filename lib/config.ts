/** The portal's settings: the environment, parsed once at start. Whatever is missing or unsafe is named with what to do; nothing has a secret default. */
import { hkdfSync } from "node:crypto";
import { z } from "zod";
import { parseEmailAddress } from "@/lib/core/email-address";
import { readProviderSettings, type ProviderSettings } from "@/lib/provider-settings";
import { readStripeSettings } from "@/lib/stripe-settings";
import type { StripeSettings } from "@/lib/payments/stripe";
import { parseKeyring, type Keyring } from "@/lib/core/encryption-keys";
import type { TotpSettings } from "@/lib/core/totp";

export interface PortalConfig {
  /** Origin that browsers use, without a path. */
  url: URL;
  port: number;
  /** null: the portal runs its own PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  dataDir: string;
  /** Who people can sign in with, in the order in which they are offered. */
  providers: readonly ProviderSettings[];
  /** Whether people can register with an address and a password. */
  passwordLogin: boolean;
  mail: { smtpUrl: string; from: string };
  /** Addresses of operators, normalised. */
  operators: ReadonlySet<string>;
  /** How many reverse proxies in front add to X-Forwarded-For; 0: none is believed. */
  trustedProxyHops: number;
  /** 32 bytes for one purpose, derived from PORTAL_SECRET (HKDF-SHA-256, RFC 5869). */
  deriveKey: (purpose: KeyPurpose) => Uint8Array;
  /** Seals secrets at rest. */
  keyring: Keyring;
  /** For authenticator apps added from now on. */
  totp: TotpSettings;
  /** null: nothing can be paid for by card. */
  stripe: StripeSettings | null;
  /** Days that addresses which machines connect from are kept; 0: they aren't. */
  endpointDays: number;
}

export type KeyPurpose = "step-up code" | "sign-in code" | "session cookie" | "encryption at rest" | "recovery code" | "account link" | "license key" | "invitation" | "enrolment" | "endpoint pseudonym" | "api key look-up" | "system token";

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** @param lines one a problem: the variable, what is wrong, what to do */
  constructor(readonly lines: string[]) {
    super(`The portal can't start with these settings:\n${lines.map((line) => `  - ${line}`).join("\n")}`);
  }
}

const DEFAULT_SECRETS = /change.?me|secret|password|example|default|replace|your[-_ ]/i;

const httpUrl = (what: string) =>
  z.string({ error: `is missing. Set it to ${what}.` }).refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    error: `is not an http(s) URL. Set it to ${what}.`,
  });

const required = (what: string) => z.string({ error: `is missing. Set it to ${what}.` }).min(1, { error: `is empty. Set it to ${what}.` });

const secret = z
  .string({ error: "is missing. Make one with: openssl rand -base64 32" })
  .min(43, { error: "is too short: it needs at least 32 random bytes. Make one with: openssl rand -base64 32", abort: true })
  // 32 random bytes in hexadecimal have more than ten different digits; "1234567890" over and over has not.
  .refine((text) => !DEFAULT_SECRETS.test(text) && new Set(text).size > 10, { error: "looks like a placeholder, not a random value. Make one with: openssl rand -base64 32" });

const oneOf = <T extends number>(values: readonly T[], fallback: T) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => values.some((value) => String(value) === text), { error: `must be ${values.join(" or ")}.` })
    .transform((text) => values.find((value) => String(value) === text) ?? fallback);

const schema = z.object({
  PORTAL_URL: httpUrl("the address people type, like https://portal.example.com").refine(
    // Over plain http a cookie can be read on the way, and the code that makes keys can be replaced.
    (text) => !URL.canParse(text) || new URL(text).protocol === "https:" || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(text).hostname),
    { error: "must be an https address, unless it is this machine's own (localhost). Put a TLS proxy in front of the portal." },
  ).refine((text) => !URL.canParse(text) || new URL(text).pathname === "/", {
    error: "must have no path. Set it to the address people type, like https://portal.example.com.",
  }),
  PORT: z.coerce.number({ error: "is not a number. Set it to the port to listen on, like 3000." }).int().min(1, { error: "must be 1–65535." }).max(65535, { error: "must be 1–65535." }).default(3000),
  PORTAL_SECRET: secret,
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { error: "is not a PostgreSQL URL. Set it to postgresql://user:password@host:5432/database, or leave it out to use the built-in server." })
    .optional(),
  PORTCULLIS_DATA_DIR: z.string().min(1).default(".data"),
  PORTAL_PASSWORD_LOGIN: z.enum(["on", "off"], { error: 'must be "on" or "off".' }).default("on"),
  SMTP_URL: z
    .string({ error: "is missing. Set it to your mail server, like smtps://user:password@mail.example.com." })
    .regex(/^smtps?:\/\/./, { error: "is not an SMTP URL. Set it to your mail server, like smtps://user:password@mail.example.com." }),
  MAIL_FROM: required('the sender of the portal\'s mails, like "Portcullis <portal@example.com>"'),
  PORTAL_OPERATORS: z
    .string()
    .default("")
    .transform((text, context) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean)
        .map((part) => {
          try {
            return parseEmailAddress(part) as string;
          } catch {
            context.addIssue({ code: "custom", message: `holds "${part}", which is not an e-mail address. Set it to addresses separated by commas.` });
            return part;
          }
        }),
    ),
  PORTAL_ENCRYPTION_KEYS: z.string().default(""),
  TOTP_DIGITS: oneOf([6, 8], 6),
  TOTP_PERIOD_SECONDS: oneOf([30, 60], 30),
  TOTP_WINDOW: oneOf([0, 1, 2], 1),
  PORTAL_ENDPOINT_DAYS: z.coerce.number({ error: "is not a number. Set it to the days that addresses which machines connect from are kept; 0 for not at all." }).int({ error: "must be a whole number." }).min(0, { error: "must be 0–365." }).max(365, { error: "must be 0–365." }).default(7),
  TRUSTED_PROXY_HOPS: z.coerce.number({ error: "is not a number. Set it to how many reverse proxies stand in front; 0 for none." }).int().min(0, { error: "must be 0–10." }).max(10, { error: "must be 0–10." }).default(0),
});

const derive = (portalSecret: string, purpose: KeyPurpose): Uint8Array => new Uint8Array(hkdfSync("sha256", portalSecret, "portcullis", purpose, 32));

/** The keys for secrets at rest, for a command that needs nothing else. @throws ConfigError */
export function loadKeyring(environment: Record<string, string | undefined>): Keyring {
  const portalSecret = secret.safeParse(environment.PORTAL_SECRET);
  if (!portalSecret.success) throw new ConfigError(portalSecret.error.issues.map((issue) => `PORTAL_SECRET ${issue.message}`));
  return keyringOf(environment.PORTAL_ENCRYPTION_KEYS ?? "", portalSecret.data);
}

function keyringOf(text: string, portalSecret: string): Keyring {
  const keyring = parseKeyring(text, derive(portalSecret, "encryption at rest"));
  if ("problem" in keyring) throw new ConfigError([`PORTAL_ENCRYPTION_KEYS ${keyring.problem}`]);
  return keyring;
}

/** @throws ConfigError naming every variable that is missing, default or malformed */
export function loadConfig(environment: Record<string, string | undefined>): PortalConfig {
  // An empty variable in an .env file means "not set".
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(present);
  const { providers, problems } = readProviderSettings(present);
  const { stripe, problems: stripeProblems } = readStripeSettings(present);
  if (present.PORTAL_PASSWORD_LOGIN === "off" && providers.length === 0 && problems.length === 0) {
    problems.push("PORTAL_PASSWORD_LOGIN is off and no provider is set: nobody could sign in. Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or another provider's variables.");
  }
  problems.push(...stripeProblems);
  if (!parsed.success) throw new ConfigError([...parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`), ...problems]);
  if (problems.length > 0) throw new ConfigError(problems);
  const values = parsed.data;
  const derived = new Map<KeyPurpose, Uint8Array>();
  return {
    url: new URL(values.PORTAL_URL),
    port: values.PORT,
    databaseUrl: values.DATABASE_URL ?? null,
    dataDir: values.PORTCULLIS_DATA_DIR,
    providers,
    passwordLogin: values.PORTAL_PASSWORD_LOGIN === "on",
    mail: { smtpUrl: values.SMTP_URL, from: values.MAIL_FROM },
    operators: new Set(values.PORTAL_OPERATORS),
    trustedProxyHops: values.TRUSTED_PROXY_HOPS,
    deriveKey: (purpose) => {
      // Every request asks for one or two.
      const key = derived.get(purpose) ?? derive(values.PORTAL_SECRET, purpose);
      derived.set(purpose, key);
      return key;
    },
    keyring: keyringOf(values.PORTAL_ENCRYPTION_KEYS, values.PORTAL_SECRET),
    totp: { digits: values.TOTP_DIGITS, periodSeconds: values.TOTP_PERIOD_SECONDS, window: values.TOTP_WINDOW },
    stripe,
    endpointDays: values.PORTAL_ENDPOINT_DAYS,
  };
}
