/** Mails about an instance that was taken down, or that moved: to who answers for the subscription, and to whose machines it concerns. */
import type { InstanceMail } from "./messages";
import { when, type Parts } from "./parts";

const clients = (count: number): string => (count === 1 ? "one client" : `${count} clients`);
const by = ({ byEmail, byOperator }: { byEmail: string | null; byOperator: boolean }): string => (byEmail === null ? "The portal, as the subscription had ended" : byOperator ? `${byEmail}, an operator of the portal` : byEmail);

export function instanceMail(content: InstanceMail): Parts {
  const details = [
    { label: "Instance", value: `${content.instanceName} (${content.subscriptionName})` },
    { label: "By", value: by(content) },
    { label: "When", value: when(content.at) },
  ];
  switch (content.template) {
    case "instance-taken-down":
      return {
        subject: `${content.instanceName} was taken down`,
        lead: content.clients === 0 ? `The instance ${content.instanceName} was taken down. It had no clients.` : `The instance ${content.instanceName} was taken down, and ${clients(content.clients)} revoked with it${content.own > 0 ? `, ${content.own} of yours` : ""}.`,
        details,
        closing: "Revoked is final: the configs that people have won't work again. The page says when the gateway confirmed that everything is gone.",
        links: [{ label: "See where it stands", url: content.url }],
      };
    case "instance-moved":
      return {
        subject: content.own > 0 ? `${content.instanceName} moved: your machines need new files` : `${content.instanceName} moved to another gateway`,
        lead: `The instance ${content.instanceName} moved to the gateway ${content.gatewayName}. ${content.clients === 0 ? "It has no clients." : `Its ${clients(content.clients)} keep their names and addresses, and can't connect with the files they have.`}`,
        details: content.own > 0 ? [...details, { label: "Yours", value: clients(content.own) }] : details,
        closing: content.own > 0 ? "For each of your clients, open its page and choose “Replace key”: you get a new file for the machine." : "Whose clients they are got a mail as well: each replaces the key of theirs, and gets a new file.",
        links: [{ label: "See the clients", url: content.url }],
      };
  }
}
