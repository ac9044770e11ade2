import type { AuditEvent } from "@/lib/core/audit-chain";

const day = (value: unknown): string => String(value ?? "").slice(0, 10);
const cut = (data: AuditEvent["data"], what: string): string => (Number(data.clients ?? 0) > 0 ? `, and ${data.clients === 1 ? "one client" : `${String(data.clients)} clients`} ${what}` : "");

/** What happened with a subscription's billing. */
export function billingSentence(data: AuditEvent["data"]): string {
  if (data.cancelsAtEnd === true) return `Cancelled the subscription, as of ${day(data.until)}.`;
  if (data.kept === true) return data.to === "suspended" ? "Took the cancellation back: nothing is deleted, and it goes on when it is paid for." : `Took the cancellation back: it is paid for until ${day(data.until)}.`;
  if (data.proof === "card payment" && data.to === "active") return `Paid for the subscription by card, until ${day(data.paidUntil ?? data.until)}${cut(data, "with it")}.`;
  switch (data.to) {
    case "active":
      return `Activated the subscription ${data.until === null ? "without an end" : `until ${day(data.until)}`}${cut(data, "with it")}.`;
    case "past_due":
      return `Noted that a payment is due: access goes on until ${day(data.until)}.`;
    case "suspended":
      return `Suspended the subscription${cut(data, "cut off")}.`;
    case "cancelled":
      return `Cancelled the subscription${cut(data, "cut off")}; it is kept until ${day(data.until)}.`;
    case "ended":
      return "Ended the subscription, for good.";
    default:
      return `Changed the subscription's billing to ${String(data.to ?? "")}.`;
  }
}

/** What an operator did with a plan; in the operator's own log. */
export function planSentence(action: string, data: AuditEvent["data"]): string | null {
  const name = String(data.name ?? "");
  if (action === "plan.added") return `Added the plan ${name}.`;
  if (action === "plan.changed") return `Changed the plan ${name}.`;
  if (action === "plan.retired") return data.retired === false ? `Offers the plan ${name} again.` : `Retired the plan ${name}.`;
  if (action === "license.made") return `Made a license key for ${String(data.days ?? "")} days of ${String(data.plan ?? "")}.`;
  if (action === "license.withdrawn") return `Withdrew a license key for ${String(data.plan ?? "")}.`;
  return null;
}
