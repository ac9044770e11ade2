/** Mails about a client: to the person whose machine it is. */
import type { ClientMail } from "./messages";
import { when, type Parts } from "./parts";

type Detail = Parts["details"][number];

const by = (label: string, { byEmail, byOperator }: { byEmail: string; byOperator: boolean }): Detail => ({ label, value: byOperator ? `${byEmail}, an operator of the portal` : byEmail });
const ends = (expiresAt: string | null): Detail => ({ label: "Access ends", value: expiresAt === null ? "never, unless somebody ends it" : when(expiresAt) });

export function clientMail(content: ClientMail): Parts {
  const { nickname, instanceName, clientUrl } = content;
  const client: Detail[] = [
    { label: "Client", value: nickname },
    { label: "Instance", value: instanceName },
  ];
  switch (content.template) {
    case "client-issued":
      return {
        subject: `${nickname} was added to ${instanceName}`,
        lead: `A new client can reach ${instanceName}.`,
        details: [
          { label: "Client", value: nickname },
          { label: "Added by", value: `${content.byEmail}, with ${content.browser} from ${content.sourceAddress}` },
          { label: "When", value: when(content.at) },
          ...(content.expiresAt === null ? [] : [ends(content.expiresAt)]),
        ],
        closing: "If this wasn't you, revoke the client now: it takes one click.",
        links: [{ label: "See this client", url: clientUrl }],
      };
    case "client-revoked":
      return {
        subject: `${nickname} lost access to ${instanceName}`,
        lead: `The client ${nickname} was revoked. The page says what its gateway has confirmed of that.`,
        details: [...client, by("Revoked by", content), { label: "When", value: when(content.at) }],
        closing: "A revoked client never comes back. If the machine needs access again, add it as a new client.",
        links: [{ label: "See where it stands", url: clientUrl }],
      };
    case "client-suspended":
      return {
        subject: `${nickname} was suspended from ${instanceName}`,
        lead: `The client ${nickname} is not to reach ${instanceName} for now. The page says what its gateway has confirmed of that.`,
        details: [...client, by("Suspended by", content), { label: "When", value: when(content.at) }],
        closing: "It keeps its key and its addresses, and works again as soon as it is resumed. If the machine is lost, revoke the client instead.",
        links: [{ label: "See this client", url: clientUrl }],
      };
    case "client-resumed":
      return {
        subject: `${nickname} can reach ${instanceName} again`,
        lead: `The client ${nickname} was resumed: the same file works again.`,
        details: [...client, by("Resumed by", content), { label: "When", value: when(content.at) }],
        closing: "If this wasn't you, suspend or revoke the client now: it takes one click.",
        links: [{ label: "See this client", url: clientUrl }],
      };
    case "client-extended":
      return {
        subject: `${nickname} keeps its access to ${instanceName}`,
        lead: `The end of the access of ${nickname} was moved. The same file goes on working.`,
        details: [...client, { label: "Changed by", value: content.byEmail }, ends(content.expiresAt), { label: "When", value: when(content.at) }],
        closing: "If this wasn't you, revoke the client now: it takes one click.",
        links: [{ label: "See this client", url: clientUrl }],
      };
    case "client-rekeyed":
      return {
        subject: `${nickname} got a new key for ${instanceName}`,
        lead: content.handoverEndsAt === null ? `The key of ${nickname} was replaced.` : `The key of ${nickname} is being replaced: the old one works until the new one connects, and no longer than ${when(content.handoverEndsAt)}.`,
        details: [...client, { label: "By", value: `${content.byEmail}, with ${content.browser} from ${content.sourceAddress}` }, { label: "When", value: when(content.at) }],
        closing: "If this wasn't you, revoke the client now: it takes one click.",
        links: [{ label: "See this client", url: clientUrl }],
      };
    case "client-ending":
      return {
        subject: `${nickname} loses its access to ${instanceName} ${content.days === 1 ? "within a day" : `in ${content.days} days`}`,
        lead: `The access of ${nickname} ends soon. If the machine needs it longer, choose a later end: the same file goes on working.`,
        details: [...client, ends(content.expiresAt)],
        closing: "If it isn't needed any more, there is nothing to do.",
        links: [{ label: "Choose a later end", url: clientUrl }],
      };
    case "client-expired":
      return {
        subject: `The access of ${nickname} to ${instanceName} has ended`,
        lead: `The time of the client ${nickname} is over: it can't reach ${instanceName} any more.`,
        details: [...client, { label: "Ended", value: when(content.expiresAt) }],
        closing: "It keeps its key and its addresses. Whoever gives it more time brings it back with the same file.",
        links: [{ label: "Give it more time", url: clientUrl }],
      };
  }
}
