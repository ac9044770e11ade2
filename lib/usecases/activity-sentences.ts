import type { AuditEvent } from "@/lib/core/audit-chain";
import { billingSentence, planSentence } from "./billing/sentences";
import { accountSentence } from "./account-sentences";
import { factorSentence } from "./factor-sentences";
import { memberSentence } from "./members/sentences";
import { signInSentence } from "./sign-in/sentences";

const endOf = (data: AuditEvent["data"]): string => `on ${String(data.expiresAt ?? "").slice(0, 16).replace("T", " ")} UTC`;

/** What a gateway found on its device that nobody had asked for. */
function driftSentence(data: AuditEvent["data"]): string {
  const count = (key: string): number => Number(data[key] ?? 0);
  const parts = [
    ...(count("removed") > 0 ? [`${peers(count("removed"))} that nobody had asked for, taken off`] : []),
    ...(count("added") > 0 ? [`${peers(count("added"))} missing, put back`] : []),
    ...(count("updated") > 0 ? [`${peers(count("updated"))} altered, set right`] : []),
  ];
  return `Found the device of ${String(data.name ?? "")} changed by hand, and repaired it: ${parts.length > 0 ? parts.join("; ") : "the interface itself"}.`;
}

const dayCount = (days: unknown): string => (days === 1 ? "day" : `${Number(days ?? 0)} days`);
const clients = (count: number): string => (count === 1 ? "one client" : `${count} clients`);
const peers = (count: number): string => (count === 1 ? "one peer" : `${count} peers`);

function limitSentence({ limit, most }: AuditEvent["data"]): string {
  const what = limit === "clientsPerMember" ? "clients a member may have" : "days a client gets at a time";
  return most === null ? `No longer limited how many ${what}.` : `Set how many ${what}: ${String(most)}.`;
}

/** One plain sentence a person can read, for an event of a subscription's log. The actor is shown beside it. */
export function sentenceOf({ action, data }: Pick<AuditEvent, "action" | "data">): string {
  const text = (key: string): string => String(data[key] ?? "");
  switch (action) {
    case "subscription.created":
      return `Took out the subscription ${text("name")}.`;
    case "billing.changed":
      return billingSentence(data);
    case "card.begun":
      return "Went to pay by card.";
    case "card.stopped":
      return "Stopped a payment by card: this subscription has ended.";
    case "license.redeemed":
      return `Redeemed a license key for ${text("days")} days.`;
    case "instance.provisioned":
      return `Asked for the instance ${text("name")} on ${text("subnetV4")}.`;
    case "instance.taken_down":
      return `Took down the instance ${text("name")}, with ${clients(Number(data.clients ?? 0))}.`;
    case "instance.moved":
      return `Moved the instance ${text("name")} from the gateway ${text("from")} to ${text("to")}, with ${clients(Number(data.clients ?? 0))}.`;
    case "instance.gone":
      return `Confirmed that the instance ${text("name")} is gone from this gateway, ${text("tookMs")} ms after the request${Number(data.clients ?? 0) > 0 ? `, and ${clients(Number(data.clients))} with it` : ""}.`;
    case "instance.confirmed":
      return `Confirmed that the instance ${text("name")} is up.`;
    case "instance.key_changed":
      return `Made a new key for the instance ${text("name")}: clients need new configs.`;
    case "instance.list_credential":
      return `Made ${data.replaced ? "another" : "a"} credential to fetch the clients of ${text("name")} with, for a host without an agent.`;
    case "api_key.shown":
      return `Looked at the API key that ends in ${text("ending")}.`;
    case "api_key.rotated":
      return `Made a new API key, which ends in ${text("ending")}: the one before stopped working.`;
    case "api_key.resealed":
      return "Sealed the API key with a newer key of the portal.";
    case "system.asked":
      return `Asked to join with the system “${text("name")}”.`;
    case "system.approved":
      return `Approved the system “${text("name")}” (${text("addressV4")}).`;
    case "system.refused":
      return `Refused the system “${text("name")}”.`;
    case "system.renamed":
      return `Renamed the system “${text("from")}” to “${text("name")}”.`;
    case "system.removed":
      return `Removed the system “${text("name")}”.`;
    case "client.issued":
      return `Added the client “${text("nickname")}” (${text("addressV4")}).`;
    case "client.prepared":
      return `Prepared the client “${text("nickname")}” for ${text("email")}.`;
    case "client.link_resent":
      return `Mailed the link for the client “${text("nickname")}” to ${text("email")} again.`;
    case "client.link_withdrawn":
      return `Withdrew the client “${text("nickname")}” that was prepared for ${text("email")}.`;
    case "client.enrolled":
      return `Added the client “${text("nickname")}” (${text("addressV4")}), which ${data.preparedBy === null ? "a deleted account" : text("preparedBy")} had prepared.`;
    case "policy.limit_tightened":
    case "policy.limit_relaxed":
      return limitSentence(data);
    case "client.revoked":
      return `Revoked the client “${text("nickname")}”.`;
    case "client.shared":
      return `Saw two machines use the config of “${text("nickname")}” at the same time.`;
    case "policy.shared_config_suspend":
      return "Set clients to be suspended when two machines use their config.";
    case "policy.shared_config_warn":
      return "Set clients to be warned about, and no more, when two machines use their config.";
    case "policy.sign_in_again":
      return `Asked members to sign in again every ${dayCount(data.days)}.`;
    case "policy.sign_in_again_relaxed":
      return data.days === null ? "Asked members no longer to sign in again." : `Let members sign in again less often: every ${dayCount(data.days)}.`;
    case "client.suspended":
      return `Suspended the client “${text("nickname")}”${data.why === undefined ? "" : `, since ${text("why")}`}.`;
    case "client.resumed":
      return `Resumed the client “${text("nickname")}”.`;
    case "client.rekeyed":
      return `Replaced the key of “${text("nickname")}”${data.waits ? ": the old one works until the new one connects" : ""}.`;
    case "client.key_took_over":
      return `The new key of “${text("nickname")}” took over, since ${text("why")}; the old one was cut.`;
    case "client.shortened":
      return `Set the access of “${text("nickname")}” to end ${endOf(data)}.`;
    case "client.extended":
      return data.expiresAt === null ? `Took away the end of the access of “${text("nickname")}”.` : `Gave “${text("nickname")}” more time: its access ends ${endOf(data)}.`;
    case "client.expired":
      return `Ended the access of “${text("nickname")}”: its time was over.`;
    case "client.cut":
      return `Confirmed that “${text("nickname")}” is cut off, ${text("tookMs")} ms after the request.`;
    case "clients.cut":
      return `Confirmed that ${clients(Number(data.clients ?? 0))} of ${text("name")} ${Number(data.clients) === 1 ? "is" : "are"} cut off, ${text("tookMs")} ms after the request.`;
    case "client.cut_overdue":
      return `Told the owners by mail that “${text("nickname")}” is not cut yet: the gateway ${text("gateway")} has not confirmed it for a minute.`;
    case "gateway.cut_off":
      return `Cut the gateway ${text("name")} off from the portal: what its host holds of ${text("instance")} stays as it is, and nothing can be changed there until it is enrolled again, or the instance moves.`;
    case "policy.peers_reach":
      return "Let machines reach one another through the instance.";
    case "policy.peers_apart":
      return "Kept machines apart: each reaches the instance, and no other machine.";
    case "instance.drift":
      return driftSentence(data);
    case "operator.viewed":
      return "Looked at this subscription as an operator.";
    default:
      return planSentence(action, data) ?? factorSentence(action, data) ?? signInSentence(action, data) ?? memberSentence(action, data) ?? accountSentence(action, data) ?? action;
  }
}
