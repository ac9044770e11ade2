/** T17: with a setting that is missing, malformed or a placeholder the portal refuses to start, and says which and what to do. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "@/lib/config";

const good: Record<string, string> = {
  PORTAL_URL: "https://portal.acme.test",
  PORTAL_SECRET: "kS8m1n2vQ0xYw7e4r5t6z7uIoPaSdFgHjKlMnBvCxXy=",
  OIDC_ISSUER: "https://login.acme.test",
  OIDC_CLIENT_ID: "portcullis",
  OIDC_CLIENT_SECRET: "q8wJr2mZ0v",
  SMTP_URL: "smtps://portal:hunter2@mail.acme.test",
  MAIL_FROM: "Portcullis <portal@acme.test>",
};

function linesFor(changes: Record<string, string | undefined>): string[] {
  try {
    loadConfig({ ...good, ...changes });
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

test("good settings are taken, with defaults for what may be left out", () => {
  const config = loadConfig(good);
  expect(config).toMatchObject({ port: 3000, databaseUrl: null, dataDir: ".data", trustedProxyHops: 0, passwordLogin: true });
  expect(config.providers).toMatchObject([{ id: "oidc", issuer: "https://login.acme.test", name: "single sign-on" }]);
  expect(config.url.origin).toBe("https://portal.acme.test");
  expect(config.operators.size).toBe(0);
});

describe.each(Object.keys(good))("%s", (name) => {
  test("missing, or empty as in an .env file, is named with what to set", () => {
    for (const value of [undefined, ""]) {
      const lines = linesFor({ [name]: value });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(new RegExp(`^${name} is missing\\. (Set it to|Make one with:) .{8}`));
    }
  });
});

test.each([
  ["PORTAL_SECRET", "short", /at least 32 random bytes.*openssl rand/],
  ["PORTAL_SECRET", "a".repeat(64), /placeholder.*openssl rand/],
  ["PORTAL_SECRET", "change-me-change-me-change-me-change-me-change-me-0123456789", /placeholder.*openssl rand/],
  ["PORTAL_SECRET", "your-secret-goes-here-0123456789abcdefghijklmnop", /placeholder/],
  ["PORTAL_SECRET", "12345678901234567890123456789012345678901234567890", /placeholder/],
  ["OIDC_CLIENT_SECRET", "changeme", /placeholder.*provider/],
  ["OIDC_CLIENT_SECRET", "secret", /placeholder/],
  ["OIDC_CLIENT_SECRET", "your-client-secret", /placeholder/],
  ["PORTAL_URL", "portal.acme.test", /not an http\(s\) URL/],
  ["PORTAL_URL", "ftp://portal.acme.test", /not an http\(s\) URL/],
  ["PORTAL_URL", "javascript:alert(1)", /not an http\(s\) URL/],
  ["PORTAL_URL", "https://acme.test/portal", /must have no path/],
  ["OIDC_ISSUER", "login", /not an http\(s\) URL/],
  ["DATABASE_URL", "mysql://localhost/x", /not a PostgreSQL URL.*leave it out/],
  ["SMTP_URL", "mail.acme.test:25", /not an SMTP URL/],
  ["SMTP_URL", "http://mail.acme.test", /not an SMTP URL/],
  ["PORT", "http", /not a number/],
  ["PORT", "0", /1–65535/],
  ["PORT", "65536", /1–65535/],
  ["PORTAL_OPERATORS", "olga@acme.test, nobody", /holds "nobody", which is not an e-mail address/],
  ["PORTAL_OPERATORS", '"e@attacker"@acme.test', /not an e-mail address/],
  ["TRUSTED_PROXY_HOPS", "-1", /0–10/],
  ["TRUSTED_PROXY_HOPS", "all", /not a number/],
])("%s=%s is refused by name, in words that say what to do", (name, value, words) => {
  const lines = linesFor({ [name]: value });
  expect(lines[0]).toMatch(new RegExp(`^${name} `));
  expect(lines.join("\n")).toMatch(words);
});

test("all that is wrong is told at once, and no secret is repeated", () => {
  const secret = "kS8m1n2vQ0short";
  const error = (() => {
    try {
      return loadConfig({ PORTAL_SECRET: secret, OIDC_ISSUER: "login", SMTP_URL: "http://portal:hunter2@mail" });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ConfigError);
  const { message, lines } = error as ConfigError;
  expect(lines.map((line) => line.split(" ")[0]).sort()).toEqual(["MAIL_FROM", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ISSUER", "PORTAL_SECRET", "PORTAL_URL", "SMTP_URL"]);
  expect(message).not.toContain(secret);
  expect(message).not.toContain("hunter2");
});

test("without a provider people sign in with a password; without either nobody could, and that is refused", () => {
  const none = { OIDC_ISSUER: "", OIDC_CLIENT_ID: "", OIDC_CLIENT_SECRET: "" };
  expect(loadConfig({ ...good, ...none })).toMatchObject({ providers: [], passwordLogin: true });
  expect(linesFor({ ...none, PORTAL_PASSWORD_LOGIN: "off" })).toEqual([expect.stringMatching(/^PORTAL_PASSWORD_LOGIN is off and no provider is set.*Set OIDC_ISSUER/)]);
  expect(linesFor({ PORTAL_PASSWORD_LOGIN: "off" })).toEqual([]);
});

test("operators' addresses are normalised once", () => {
  expect([...loadConfig({ ...good, PORTAL_OPERATORS: " Olga@ACME.test ,, ada@acme.test" }).operators]).toEqual(["olga@acme.test", "ada@acme.test"]);
});

test("each purpose has a key of its own, of 32 bytes, that follows from the secret", () => {
  const [config, same] = [loadConfig(good), loadConfig(good)];
  const other = loadConfig({ ...good, PORTAL_SECRET: "AS8m1n2vQ0xYw7e4r5t6z7uIoPaSdFgHjKlMnBvCxXy=" });
  expect(config.deriveKey("step-up code")).toHaveLength(32);
  expect(config.deriveKey("step-up code")).toEqual(same.deriveKey("step-up code"));
  expect(config.deriveKey("step-up code")).not.toEqual(config.deriveKey("session cookie"));
  expect(config.deriveKey("step-up code")).not.toEqual(other.deriveKey("step-up code"));
});

test("32 random bytes are always taken, in base64 or in hexadecimal", () => {
  for (let i = 0; i < 500; i += 1) {
    const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(32)));
    for (const encoding of ["base64", "base64url", "hex"] as const) expect(linesFor({ PORTAL_SECRET: bytes.toString(encoding) })).toEqual([]);
  }
});

describe("payment by card at Stripe", () => {
  const key = `sk_test_${"a1B2".repeat(6)}`;
  const webhook = `whsec_${"c3D4".repeat(6)}`;

  test("is off unless it is set, and on with its two secrets, or with files that hold them", () => {
    expect(loadConfig(good).stripe).toBeNull();
    expect(loadConfig({ ...good, PORTAL_STRIPE_SECRET_KEY: key, PORTAL_STRIPE_WEBHOOK_SECRET: webhook }).stripe).toMatchObject({ secretKey: key, webhookSecret: webhook, apiUrl: new URL("https://api.stripe.com") });
    const folder = mkdtempSync(join(tmpdir(), "portcullis-"));
    writeFileSync(join(folder, "key"), `${key}\n`);
    writeFileSync(join(folder, "webhook"), webhook);
    expect(loadConfig({ ...good, PORTAL_STRIPE_SECRET_KEY_FILE: join(folder, "key"), PORTAL_STRIPE_WEBHOOK_SECRET_FILE: join(folder, "webhook") }).stripe).toMatchObject({ secretKey: key, webhookSecret: webhook });
    rmSync(folder, { recursive: true });
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ PORTAL_STRIPE_SECRET_KEY: key }, /^PORTAL_STRIPE_WEBHOOK_SECRET is missing\. Set it/],
    [{ PORTAL_STRIPE_WEBHOOK_SECRET: webhook }, /^PORTAL_STRIPE_SECRET_KEY is missing\. Set it/],
    [{ PORTAL_STRIPE_SECRET_KEY: "pk_test_a1B2a1B2a1B2", PORTAL_STRIPE_WEBHOOK_SECRET: webhook }, /^PORTAL_STRIPE_SECRET_KEY doesn't hold a secret or restricted key/],
    [{ PORTAL_STRIPE_SECRET_KEY: key, PORTAL_STRIPE_WEBHOOK_SECRET: "change-me" }, /^PORTAL_STRIPE_WEBHOOK_SECRET doesn't hold a signing secret/],
    [{ PORTAL_STRIPE_SECRET_KEY: key, PORTAL_STRIPE_SECRET_KEY_FILE: "/key", PORTAL_STRIPE_WEBHOOK_SECRET: webhook }, /both set/],
    [{ PORTAL_STRIPE_SECRET_KEY_FILE: "/nowhere/key", PORTAL_STRIPE_WEBHOOK_SECRET: webhook }, /^PORTAL_STRIPE_SECRET_KEY_FILE can't be read/],
    [{ PORTAL_STRIPE_SECRET_KEY: key, PORTAL_STRIPE_WEBHOOK_SECRET: webhook, PORTAL_STRIPE_API_URL: "http://stripe.example.com" }, /^PORTAL_STRIPE_API_URL is not an https address/],
  ])("%j is named with what to do, and no secret in it", (changes, expected) => {
    const lines = linesFor(changes);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(expected);
    expect(lines[0]).not.toMatch(/a1B2|c3D4/);
  });
});

test("T17: .env.example names every setting, and its secrets are refused as they stand", () => {
  const example = readFileSync(".env.example", "utf8");
  const names = [...example.matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
  for (const name of [...Object.keys(good), "PORT", "DATABASE_URL", "PORTCULLIS_DATA_DIR", "OIDC_NAME", "PORTAL_OPERATORS", "TRUSTED_PROXY_HOPS"]) expect(names).toContain(name);
  const values = Object.fromEntries([...example.matchAll(/^([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value ?? ""]));
  expect(linesFor({ ...values }).join("\n")).toMatch(/PORTAL_SECRET/);
});
