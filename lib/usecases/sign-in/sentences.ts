import type { AuditEvent } from "@/lib/core/audit-chain";

const METHODS: Record<string, string> = { provider: "through a provider", password: "with a password", passkey: "with a passkey" };

/** One plain sentence for an event of a person's own log that is about signing in; null for any other. */
export function signInSentence(action: string, data: AuditEvent["data"]): string | null {
  const text = (key: string): string => String(data[key] ?? "");
  switch (action) {
    case "account.created":
      return data.with === "password" ? "Made the account, with a password." : "Made the account, by signing in through a provider.";
    case "address.verified":
      return `Proved the address ${text("email")}.`;
    case "session.started": {
      const how = METHODS[text("method")] ?? "";
      return `Signed in ${how} in ${data.newBrowser === true ? "a new browser, " : ""}${text("browser")}${data.twoFactor === true ? ", with two factors" : ""}.`;
    }
    case "session.ended":
      if (data.why === "provider") return `Signed out by ${text("provider")}.`;
      return data.why === "replaced" ? "Signed in anew, which ended the session before." : "Signed out.";
    case "sign_in.wrong_factor":
      return `Someone with the right password gave a wrong ${text("factor")}, in ${text("browser")}.`;
    case "password.reset":
      return `Chose a new password by a mailed code; ${text("sessionsEnded")} sessions ended.`;
    case "identity.linked":
      return `Added ${data.email === null ? "an account" : `the account ${text("email")}`} at ${text("provider")} as a way to sign in.`;
    default:
      return null;
  }
}
