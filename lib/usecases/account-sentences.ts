import type { AuditEvent } from "@/lib/core/audit-chain";

const FIELDS: Record<string, string> = { name: "name", locale: "language", timeZone: "time zone" };

/** One plain sentence for an event about an account as a whole, or about who may reach a subscription; null for any other. */
export function accountSentence(action: string, data: AuditEvent["data"]): string | null {
  const text = (key: string): string => String(data[key] ?? "");
  const sessions = (count: string): string => `${count} ${count === "1" ? "session" : "sessions"}`;
  switch (action) {
    case "session.ended_by_owner":
      return `Ended the session in ${text("browser")}.`;
    case "sessions.ended":
      return data.by === "mail" ? `Ended all sessions (${text("ended")}) with the link in a mail.` : `Ended ${sessions(text("ended"))} in other browsers.`;
    case "identity.unlinked":
      return `Removed ${data.email === null ? "an account" : `the account ${text("email")}`} at ${text("provider")} as a way to sign in.`;
    case "password.set":
      return data.had === true ? "Changed the password." : "Set a password.";
    case "profile.changed":
      return `Changed the account's ${changedFields(data.changed)}.`;
    case "address.changed":
      return `Changed the address from ${text("from")} to ${text("to")}.`;
    case "account.deleted":
      return `Deleted the account; ${text("clients")} clients revoked.`;
    case "account.deactivated":
      return `Deactivated the account; ${sessions(text("sessionsEnded"))} ended.`;
    case "account.reactivated":
      return "Turned the account back on.";
    case "block.lifted":
      return `Lifted a block: ${text("what")}.`;
    case "account.unlocked":
      return "Forgot the wrong tries counted against the account, at the portal's server.";
    case "account.factors_reset":
      return `Removed all second factors at the portal's server; ${sessions(text("sessionsEnded"))} ended.`;
    case "account.sessions_ended":
      return `Ended all sessions (${text("sessionsEnded")}) at the portal's server.`;
    case "operator.granted":
      return "Made the account an operator's, at the portal's server.";
    case "operator.revoked":
      return "Took the operator's rights away, at the portal's server.";
    case "warranty.registered":
      return `Registered the device ${text("model")} (${text("serial")}).`;
    case "warranty.offered":
      return `Offered the device ${text("model")} (${text("serial")}) to ${text("recipient")}.`;
    case "warranty.offer_withdrawn":
      return `Withdrew the offer of ${text("model")} (${text("serial")}) to ${text("recipient")}.`;
    case "warranty.offer_declined":
      return `Declined the device ${text("model")} (${text("serial")}) that was offered.`;
    case "warranty.handed_over":
      return `Accepted the device ${text("model")} (${text("serial")}): it is theirs now.`;
    case "warranty.received":
      return `Took over the device ${text("model")} (${text("serial")}) from ${data.from === null ? "a deleted account" : text("from")}.`;
    case "warranty.changed":
      return `Changed the record of the device ${text("serial")}.`;
    case "warranties.imported":
      return `Imported a list of devices: ${text("added")} new, ${text("changed")} changed, ${text("unchanged")} as before.`;
    case "policy.two_factor_on":
      return "Required two factors of everyone in this subscription.";
    case "policy.two_factor_off":
      return "No longer requires two factors.";
    default:
      return null;
  }
}

const changedFields = (changed: unknown): string => (Array.isArray(changed) ? changed.map((field) => FIELDS[String(field)] ?? String(field)).join(", ") : "settings");
