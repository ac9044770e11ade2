/** Mails about who is in a subscription. */
import type { MemberMail } from "./messages";
import { when, type Parts } from "./parts";

const cut = (clients: number): string => (clients === 0 ? "They had no client there." : clients === 1 ? "Their client is revoked with it." : `Their ${clients} clients are revoked with it.`);
const yourCut = (clients: number): string => (clients === 0 ? "You had no client there." : clients === 1 ? "Your client there is revoked with it." : `Your ${clients} clients there are revoked with it.`);

/** @param invitation makes the address of the page that an invitation is accepted on */
export function memberMail(content: MemberMail, invitation: (linkId: string) => string): Parts {
  const name = content.subscriptionName;
  const subscription = { label: "Subscription", value: name };
  switch (content.template) {
    case "member-invited":
      return {
        subject: `${content.fromEmail} invites you to ${name}`,
        lead: `${content.fromEmail} invites you to the subscription ${name}, as ${content.role === "admin" ? "an admin" : "a member"}. Open the page, sign in with this address, and accept it, if you know what it is about.`,
        details: [subscription, { label: "From", value: content.fromEmail }, { label: "Good until", value: when(content.expiresAt) }],
        closing: "Nothing happens unless you accept it on the page. The link is for you alone: don't forward it.",
        links: [{ label: "See the invitation", url: invitation(content.invitationLink) }],
      };
    case "member-joined":
      return {
        subject: `${content.memberEmail} joined ${name}`,
        lead: `${content.memberEmail} accepted your invitation to ${name}.`,
        details: [subscription, { label: "As", value: content.role }, { label: "When", value: when(content.at) }],
        closing: "If this isn't who you meant, remove them on the members page.",
        links: [{ label: "See the members", url: content.url }],
      };
    case "member-left":
      return {
        subject: `${content.memberEmail} left ${name}`,
        lead: `${content.memberEmail} left the subscription ${name}. ${cut(content.clients)}`,
        details: [subscription, { label: "When", value: when(content.at) }],
        closing: "To have them back, invite them again.",
        links: [{ label: "See the members", url: content.url }],
      };
    case "member-removed":
      return {
        subject: `You were removed from ${name}`,
        lead: `${by(content)} removed you from the subscription ${name}. ${yourCut(content.clients)}`,
        details: [subscription, { label: "When", value: when(content.at) }],
        closing: "If that was a mistake, ask the subscription's owner to invite you again.",
      };
    case "member-demoted":
      return {
        subject: `You are no admin of ${name} any more`,
        lead: `${by(content)} made you a plain member of ${name}. ${yourCut(content.clients)}`,
        details: [subscription, { label: "When", value: when(content.at) }],
        closing: "You can add clients for your machines anew.",
        links: [{ label: "See the members", url: content.url }],
      };
    case "member-promoted":
      return {
        subject: `You are an admin of ${name} now`,
        lead: `${content.byEmail} made you an admin of the subscription ${name}.`,
        details: [subscription, { label: "When", value: when(content.at) }],
        closing: "You see and revoke everybody's clients there, and invite members.",
        links: [{ label: "See the members", url: content.url }],
      };
    case "ownership-offered":
      return {
        subject: `${content.fromEmail} wants to hand ${name} over to you`,
        lead: `${content.fromEmail} offers you the subscription ${name}. Accept it on its members page, if you know what it is about.`,
        details: [subscription, { label: "From", value: content.fromEmail }, { label: "Offered until", value: when(content.expiresAt) }],
        closing: "Nothing happens unless you accept it on the page. Then you own it, and answer for what it costs.",
        links: [{ label: "See the offer", url: content.url }],
      };
    case "ownership-taken":
      return {
        subject: `${content.toEmail} owns ${name} now`,
        lead: `${content.toEmail} accepted your subscription ${name}. You are an admin of it now.`,
        details: [subscription, { label: "When", value: when(content.at) }],
        closing: "If you didn't offer it, tell your operator.",
        links: [{ label: "See the members", url: content.url }],
      };
  }
}

const by = ({ byEmail, byOperator }: { byEmail: string; byOperator: boolean }): string => (byOperator ? `An operator of the portal (${byEmail})` : byEmail);
