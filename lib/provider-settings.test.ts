import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "./config";

const BASE = {
  PORTAL_URL: "https://portal.example.com",
  PORTAL_SECRET: "q3Zk9vR7wXy2LmN8pBcT5sJh4GdF6aQeUiOoPz1KxV0=",
  SMTP_URL: "smtp://127.0.0.1:25",
  MAIL_FROM: "portal@example.com",
};
const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";

function problems(settings: Record<string, string>): string[] {
  try {
    loadConfig({ ...BASE, ...settings });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
}

describe("providers by environment", () => {
  test("none is needed while passwords are on", () => {
    expect(loadConfig(BASE)).toMatchObject({ providers: [], passwordLogin: true });
  });

  test("each by its own few variables, in the order of the page", () => {
    const { providers } = loadConfig({
      ...BASE,
      ...Object.fromEntries(["GOOGLE", "GITHUB", "ENTRA", "OIDC", "OIDC_2", "OIDC_9"].flatMap((name) => [[`${name}_CLIENT_ID`, `id of ${name}`], [`${name}_CLIENT_SECRET`, `xvG9${name}kQ`]])),
      ENTRA_TENANT_ID: TENANT.toUpperCase(),
      OIDC_ISSUER: "https://login.example.com/",
      OIDC_NAME: "Example",
      OIDC_ICON: "building",
      OIDC_ACR_MFA: "urn:mfa, phr",
      OIDC_2_ISSUER: "https://two.example.com/realms/x",
      OIDC_9_ISSUER: "https://nine.example.com",
      OIDC_9_ICON: "data:image/png;base64,iVBORw0KGgo=",
    });
    expect(providers.map(({ id, issuer, name, icon }) => [id, issuer, name, icon])).toEqual([
      ["google", "https://accounts.google.com", "Google", "google"],
      ["entra", `https://login.microsoftonline.com/${TENANT}/v2.0`, "Microsoft", "microsoft"],
      ["github", "https://github.com", "GitHub", "github"],
      ["oidc", "https://login.example.com", "Example", "building"],
      ["oidc-2", "https://two.example.com/realms/x", "single sign-on", "key"],
      ["oidc-9", "https://nine.example.com", "single sign-on", "data:image/png;base64,iVBORw0KGgo="],
    ]);
    expect(providers[3]?.mfaAcr).toEqual(["urn:mfa", "phr"]);
    expect(providers[1]?.addressProvedBy).toBe("xms_edov");
  });

  test.each([
    ["GOOGLE_CLIENT_SECRET", { GOOGLE_CLIENT_ID: "x" }],
    ["GITHUB_CLIENT_ID", { GITHUB_CLIENT_SECRET: "x7Kq" }],
    ["ENTRA_TENANT_ID", { ENTRA_CLIENT_ID: "x", ENTRA_CLIENT_SECRET: "x7Kq" }],
    ["ENTRA_TENANT_ID", { ENTRA_CLIENT_ID: "x", ENTRA_CLIENT_SECRET: "x7Kq", ENTRA_TENANT_ID: "common" }],
    ["OIDC_ISSUER", { OIDC_CLIENT_ID: "x", OIDC_CLIENT_SECRET: "x7Kq" }],
    ["OIDC_3_CLIENT_SECRET", { OIDC_3_CLIENT_ID: "x", OIDC_3_ISSUER: "https://x.test" }],
    ["OIDC_CLIENT_SECRET", { OIDC_CLIENT_ID: "x", OIDC_CLIENT_SECRET: "changeme", OIDC_ISSUER: "https://x.test" }],
    ["OIDC_ISSUER", { OIDC_CLIENT_ID: "x", OIDC_CLIENT_SECRET: "x7Kq", OIDC_ISSUER: "login.example.com" }],
    ["OIDC_ICON", { OIDC_CLIENT_ID: "x", OIDC_CLIENT_SECRET: "x7Kq", OIDC_ISSUER: "https://x.test", OIDC_ICON: "https://x.test/icon.png" }],
    ["OIDC_NAME", { OIDC_CLIENT_ID: "x", OIDC_CLIENT_SECRET: "x7Kq", OIDC_ISSUER: "https://x.test", OIDC_NAME: "x".repeat(41) }],
    ["PORTAL_PASSWORD_LOGIN", { PORTAL_PASSWORD_LOGIN: "maybe" }],
    ["PORTAL_PASSWORD_LOGIN", { PORTAL_PASSWORD_LOGIN: "off" }],
  ])("T17: the portal refuses to start, and names %s", (variable, settings) => {
    expect(problems(settings as Record<string, string>)).toContainEqual(expect.stringMatching(new RegExp(`^${variable} `)));
  });

  test("T17: no secret stands in what is said", () => {
    expect(problems({ GOOGLE_CLIENT_SECRET: "xvG9secretvalue" }).join()).not.toContain("xvG9secretvalue");
  });
});
