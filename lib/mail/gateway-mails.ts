/** Mails about cuts that a gateway is late with: until it confirms, nobody is told that access is gone. */
import type { GatewayMail } from "./messages";
import { when, type Parts } from "./parts";

const seen = (at: string | null): string => (at === null ? "never" : when(at));
const clients = (count: number): string => (count === 1 ? "one client" : `${count} clients`);
const named = (nicknames: string[], count: number): string => `${nicknames.join(", ")}${count > nicknames.length ? ` and ${count - nicknames.length} more` : ""}`;

export function gatewayMail(content: GatewayMail): Parts {
  switch (content.template) {
    case "cut-overdue":
      return {
        subject: `Not cut yet: ${content.nicknames[0] ?? ""}${content.count > 1 ? ` and ${content.count - 1} more` : ""}, of ${content.subscriptionName}`,
        lead: `Access of ${clients(content.count)} was taken away, and the gateway has not ${content.agentless ? "fetched" : "confirmed"} it for a minute. Until it does, a tunnel that is open may stay open.`,
        details: [
          { label: "Not cut yet", value: named(content.nicknames, content.count) },
          { label: "Subscription", value: content.subscriptionName },
          { label: "Since", value: when(content.since) },
          { label: "Gateway", value: `${content.gatewayName}, last heard of: ${seen(content.gatewayLastSeenAt)}` },
        ],
        closing: content.agentless
          ? "The operator of the portal was told as well. This host runs no agent: the page says when it fetched its clients again, and nobody confirms what it did."
          : "The operator of the portal was told as well. When the gateway is back it cuts these before it does anything else, and you get a mail.",
        links: [{ label: "See where it stands", url: content.url }],
      };
    case "cut-confirmed-late":
      return {
        subject: `Cut now: ${content.nicknames[0] ?? ""}${content.count > 1 ? ` and ${content.count - 1} more` : ""}, of ${content.subscriptionName}`,
        lead: `The gateway has confirmed that ${clients(content.count)} that it was late with ${content.count === 1 ? "is" : "are"} cut off.`,
        details: [
          { label: "Cut now", value: named(content.nicknames, content.count) },
          { label: "Subscription", value: content.subscriptionName },
          { label: "Asked for", value: when(content.since) },
          { label: "Confirmed", value: when(content.at) },
        ],
        closing: "The log has the times of each.",
        links: [{ label: "See the clients", url: content.url }],
      };
    case "gateway-old-credential":
      return {
        subject: `Somebody used an old credential of the gateway ${content.gatewayName}`,
        lead: `A request came with a credential of the gateway ${content.gatewayName} that was replaced before. It was refused. Whoever has it has a copy of the credential, or of the gateway's disk.`,
        details: [
          { label: "Gateway", value: content.gatewayName },
          { label: "From the address", value: content.sourceAddress },
          { label: "When", value: when(content.at) },
        ],
        closing: "Was a snapshot of the host restored? Then enrol it anew. If not, take it that its keys are known: cut the gateway off, and set up another host.",
        links: [{ label: "See the gateways", url: content.url }],
      };
    case "gateway-overdue":
      return {
        subject: `The gateway ${content.gatewayName} is late with ${content.count === 1 ? "a cut" : `${content.count} cuts`}`,
        lead: content.agentless
          ? `The host ${content.gatewayName}, which runs no agent, has not fetched for a minute that ${clients(content.count)} ${content.count === 1 ? "is" : "are"} to be cut off. Until it does, tunnels that are open may stay open.`
          : `The gateway ${content.gatewayName} has not confirmed for a minute that access of ${clients(content.count)} is cut off. Until it does, tunnels that are open may stay open.`,
        details: [
          { label: "Gateway", value: content.gatewayName },
          { label: "Last heard of", value: seen(content.gatewayLastSeenAt) },
          { label: "Since", value: when(content.since) },
          ...(content.failure === null ? [] : [{ label: "What it says", value: content.failure }]),
        ],
        closing: "If the host can't be brought back soon, block the UDP ports of its instances in front of it.",
        links: [{ label: "See the gateways", url: content.url }],
      };
  }
}
