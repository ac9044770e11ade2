/** Mails about a client that was prepared for a colleague: to them, and back to who prepared it. */
import type { EnrolmentMail } from "./messages";
import { when, type Parts } from "./parts";

/** @param enrolment makes the address of the page that the client is added on */
export function enrolmentMail(content: EnrolmentMail, enrolment: (linkId: string) => string): Parts {
  const { nickname } = content;
  switch (content.template) {
    case "client-prepared":
      return {
        subject: `${content.fromEmail} prepared a client for you: ${nickname}`,
        lead: `${content.fromEmail} prepared the client ${nickname} of ${content.subscriptionName} for you. Open the page where you can load a file or show a code to the machine, and confirm there that it's you.`,
        details: [
          { label: "Client", value: nickname },
          { label: "Subscription", value: content.subscriptionName },
          { label: "From", value: content.fromEmail },
          ...(content.endsAt === null ? [] : [{ label: "Access ends", value: when(content.endsAt) }]),
          { label: "Link good until", value: when(content.expiresAt) },
        ],
        closing: "Nothing happens unless you add it on the page. The link is for you alone, and good once: don't forward it.",
        links: [{ label: "Add the client", url: enrolment(content.enrolmentLink) }],
      };
    case "client-enrolled":
      return {
        subject: `${content.memberEmail} added ${nickname}, which you prepared`,
        lead: `${content.memberEmail} used your link: the client ${nickname} can reach ${content.instanceName}.`,
        details: [
          { label: "Client", value: nickname },
          { label: "Instance", value: content.instanceName },
          { label: "Of", value: content.memberEmail },
          { label: "When", value: when(content.at) },
        ],
        closing: "If this isn't what you meant, revoke the client: it takes one click.",
        links: [{ label: "See this client", url: content.clientUrl }],
      };
  }
}
