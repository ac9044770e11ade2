/** Mails about systems that join an instance. They name what is approved, and carry nothing that opens anything. */
import type { SystemMail } from "./messages";
import { when, type Parts } from "./parts";

export function systemMail(content: SystemMail): Parts {
  const instance = { label: "Instance", value: `${content.instanceName} (${content.subscriptionName})` };
  if (content.template === "api-key-rotated") {
    return {
      subject: `The API key of ${content.instanceName} was replaced`,
      lead: `${content.byEmail} made a new API key for ${content.instanceName}. The one before stopped working.`,
      details: [instance, { label: "When", value: when(content.at) }],
      closing: "Systems that were approved stay connected. If this wasn't meant to happen, make another key and look at the activity.",
      links: [{ label: "See the service", url: content.url }],
    };
  }
  const system = [{ label: "System", value: content.name }, instance];
  const key = { label: "Public key", value: content.publicKey };
  if (content.template === "system-asks") {
    return {
      subject: `${content.name} asks to join ${content.instanceName}`,
      lead: `A system asks to join ${content.instanceName} with its API key. It gets in only if you approve it.`,
      details: [
        ...system,
        ...(content.serial === null ? [] : [{ label: "Serial number", value: content.serial }]),
        ...(content.version === null ? [] : [{ label: "Version", value: content.version }]),
        key,
        { label: "From the address", value: content.sourceAddress },
        { label: "Waits until", value: when(content.expiresAt) },
      ],
      closing: "Approve it only if you know the system: compare the public key with what it shows. If nobody of yours set it up, refuse it and make a new API key.",
      links: [{ label: "Approve or refuse it", url: content.url }],
    };
  }
  const approved = content.template === "system-approved";
  const who = content.byOperator ? `An operator of the portal (${content.byEmail})` : content.byEmail;
  return {
    subject: approved ? `${content.name} joined ${content.instanceName}` : `${content.name} was removed from ${content.instanceName}`,
    lead: `${who} ${approved ? "approved" : "removed"} the system ${content.name}.`,
    details: [...system, key, { label: "When", value: when(content.at) }],
    closing: approved ? "If you don't know this system, remove it on the page below." : "The gateway cuts it off; the page below says when it has confirmed that.",
    links: [{ label: approved ? "See the system" : "See the systems", url: content.url }],
  };
}
