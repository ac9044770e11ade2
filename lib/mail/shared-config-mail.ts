/** The mail about two machines on one config: to the client's owner, who can replace its key, and to who answers for the subscription. */
import type { SharedConfigMail } from "./messages";
import { when, type Parts } from "./parts";

export function sharedConfigMail(content: SharedConfigMail): Parts {
  const { nickname, instanceName, subscriptionName, ownerEmail, networks, from, until, suspended, clientUrl, replaceUrl } = content;
  return {
    subject: `Two machines use the config of ${nickname}`,
    lead: `The gateway saw the config of ${nickname} in use in two places at the same time. A config is for one machine: somebody may have a copy of the file.${suspended ? ` ${nickname} was suspended, as this subscription asks.` : ""}`,
    details: [
      { label: "Client", value: `${nickname}, of ${ownerEmail}` },
      { label: "Instance", value: `${instanceName} (${subscriptionName})` },
      { label: "Seen", value: `${when(from)} to ${when(until)}` },
      ...(networks.length > 0 ? [{ label: "Networks", value: networks.join(" and ") }] : []),
      { label: "Access now", value: suspended ? "suspended" : "as before, for both machines" },
    ],
    closing: `Replacing the key makes every copy of the old file worthless.${suspended ? " An owner or admin of the subscription can then resume the client." : ""} If one person has two machines, each should be a client of its own.`,
    links: [...(replaceUrl === null ? [] : [{ label: "Replace the key", url: replaceUrl }]), { label: replaceUrl === null ? "See this client, suspend or revoke it" : "See this client", url: clientUrl }],
  };
}
