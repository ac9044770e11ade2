import type { AuditEvent } from "@/lib/core/audit-chain";

/** One plain sentence for an event of a person's own log that is about their factors; null for any other. */
export function factorSentence(action: string, data: AuditEvent["data"]): string | null {
  const text = (key: string): string => String(data[key] ?? "");
  switch (action) {
    case "totp.begun":
      return `Began to add the authenticator app “${text("name")}”.`;
    case "totp.added":
      return `Added the authenticator app “${text("name")}”.`;
    case "totp.renamed":
      return `Renamed the authenticator app “${text("before")}” to “${text("name")}”.`;
    case "totp.removed":
      return `Removed the authenticator app “${text("name")}”${lastOne(data)}.`;
    case "totp.resealed":
      return "Sealed an authenticator app's secret with a new key.";
    case "passkey.begun":
      return `Began to add the passkey “${text("name")}”.`;
    case "passkey.added":
      return `Added the passkey “${text("name")}”.`;
    case "passkey.renamed":
      return `Renamed the passkey “${text("before")}” to “${text("name")}”.`;
    case "passkey.removed":
      return `Removed the passkey “${text("name")}”${lastOne(data)}.`;
    case "recovery_codes.replaced":
      return "Made new recovery codes.";
    case "recovery_code.used":
      return `Used a recovery code; ${text("left")} left.`;
    case "session.elevated":
      return `Confirmed the session with a second factor (${text("proof")}).`;
    case "step_up.fresh_sign_in":
      return "Signed in at the provider once more, to approve something.";
    case "step_up.wrong_code":
      return data.factor === "passkey" ? "Gave a passkey that was not accepted." : `Gave a wrong ${data.factor === undefined ? "mailed code" : `code (${text("factor")})`}; ${text("triesLeft")} tries left.`;
    default:
      return null;
  }
}

const lastOne = (data: AuditEvent["data"]): string => (data.last === true ? ", the last second factor" : "");
