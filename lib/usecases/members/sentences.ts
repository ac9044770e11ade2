import type { AuditEvent } from "@/lib/core/audit-chain";

const cut = (clients: unknown): string => (Number(clients ?? 0) === 0 ? "" : Number(clients) === 1 ? ", and one client with it" : `, and ${Number(clients)} clients with it`);

const held = (clients: unknown): string => (Number(clients ?? 0) === 1 ? ": one client" : `: ${Number(clients ?? 0)} clients`);

/** One plain sentence for an event about who is in a subscription; null for any other. */
export function memberSentence(action: string, data: AuditEvent["data"]): string | null {
  const text = (key: string): string => String(data[key] ?? "");
  switch (action) {
    case "member.invited":
      return `Invited ${text("email")} as ${data.role === "admin" ? "an admin" : "a member"}.`;
    case "member.invitation_resent":
      return `Mailed the invitation of ${text("email")} again.`;
    case "member.invitation_withdrawn":
      return `Withdrew the invitation of ${text("email")}.`;
    case "member.joined":
      return `Joined as ${data.role === "admin" ? "an admin" : "a member"}, invited by ${data.invitedBy === null ? "a deleted account" : text("invitedBy")}.`;
    case "member.left":
      // Until people could leave by themselves, they left with their account alone.
      return data.role === undefined ? `${text("email")} left: their account was deleted.` : `${text("email")} left${cut(data.clients)}.`;
    case "member.removed":
      return `Removed ${text("email")} from the subscription${cut(data.clients)}.`;
    case "directory.token_made":
      return `Made a token for the company’s directory, which ends in ${text("ending")}${data.replaced === true ? ": the one before stopped working" : ""}.`;
    case "directory.disconnected":
      return "Disconnected the company’s directory: its token stopped working.";
    case "member.suspended":
      return `Turned ${text("email")} off${held(data.clients)}.`;
    case "member.reactivated":
      return `Turned ${text("email")} back on${held(data.clients)}.`;
    case "member.lapsed":
      return `Took ${text("email")} off the device, who had not signed in for ${text("days")} days${held(data.clients)}.`;
    case "member.returned":
      return `Brought ${text("email")} back, ${data.why === "policy" ? "as nobody has to sign in again any more, or less often" : "who signed in again"}${held(data.clients)}.`;
    case "member.promoted":
      return `Made ${text("email")} an admin.`;
    case "member.demoted":
      return `Made ${text("email")} a plain member again${cut(data.clients)}.`;
    case "ownership.offered":
      return `Offered the subscription to ${text("email")}.`;
    case "ownership.offer_withdrawn":
      return `Withdrew the offer of the subscription to ${text("email")}.`;
    case "ownership.transferred":
      return `Took the subscription over from ${text("from")}, who is an admin now.`;
    default:
      return null;
  }
}
