/** Mails about who is in a subscription. */
import type { MemberMail } from "./messages";
import { when, type Parts } from "./parts";

const cut = (clients: number): string => (clients === 0 ? "They had no client there." : clients === 1 ? "Their client is revoked with it." : `Their ${clients} clients are revoked with it.`);
const yourCut = (clients: number): string => (clients === 0 ? "You had no client there." : clients === 1 ? "Your client there is revoked with it." : `Your ${clients} clients there are revoked with it.`);

const machines = (clients: number): string => (clients === 1 ? "your machine" : `your ${clients} machines`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const signInHow = (withProvider: boolean): string =>
  withProvider ? "Sign in through your provider, as your account has one: a password or a passkey of the portal doesn’t count then." : "Any way of signing in counts.";

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
        closing: "You see and revoke everybody's clients there, prepare some for colleagues, and invite members.",
        links: [{ label: "See the members", url: content.url }],
      };
    case "member-suspended":
      return {
        subject: `You are turned off in ${name}`,
        lead: `Your company’s directory turned you off in the subscription ${name}. ${content.clients === 0 ? "You had no machine connected there." : `${capital(machines(content.clients))} can’t connect to it for now.`}`,
        details: [subscription, { label: "When", value: when(content.at) }],
        closing: "If that was a mistake, ask whoever runs your company’s accounts. Once you are turned on again, the same keys and addresses work.",
      };
    case "member-reactivated":
      return {
        subject: `You are back in ${name}`,
        lead: `Your company’s directory turned you on again in the subscription ${name}. ${content.clients === 0 ? "" : `${capital(machines(content.clients))} can connect to it again, with the same keys and addresses.`}`.trim(),
        details: [subscription, { label: "When", value: when(content.at) }],
        closing: "There is nothing to set up anew, unless the instance moved meanwhile: the portal then says which machine needs another file.",
        links: [{ label: "See the subscription", url: content.url }],
      };
    case "directory-token-made":
      return {
        subject: `A token for the directory of ${name} was made`,
        lead: `${content.byEmail} made a token by which your company’s directory says who is in ${name}.${content.replaced ? " The one before stopped working." : ""}`,
        details: [subscription, { label: "By", value: content.byEmail }, { label: "When", value: when(content.at) }],
        closing: "Whoever has the token can invite members, turn them off and on, and remove them; not owners. If nobody of yours made it, make another, or disconnect the directory.",
        links: [{ label: "See the members", url: content.url }],
      };
    case "sign-in-due":
      return {
        subject: `Sign in ${content.days === 1 ? "within a day" : `within ${content.days} days`} to keep ${machines(content.clients)} on ${name}`,
        lead: `${name} asks its members to sign in again every ${content.every === 1 ? "day" : `${content.every} days`}. You have until ${when(content.dueAt)}; after that ${machines(content.clients)} can’t connect until you do.`,
        details: [subscription, { label: "Sign in by", value: when(content.dueAt) }],
        closing: signInHow(content.withProvider),
        links: [{ label: "Open the portal", url: content.url }],
      };
    case "sign-in-lapsed":
      return {
        subject: `Sign in again to bring ${machines(content.clients)} back to ${name}`,
        lead: `You have not signed in for ${content.every === 1 ? "a day" : `${content.every} days`}, so ${machines(content.clients)} can’t connect to ${name} for now. Sign in again, and they are back with the same keys and addresses: there is nothing to set up anew.`,
        details: [subscription, { label: "Since", value: when(content.at) }],
        closing: signInHow(content.withProvider),
        links: [{ label: "Sign in again", url: content.url }],
      };
    case "sign-in-returned":
      return {
        subject: `${capital(machines(content.clients))} can connect to ${name} again`,
        lead: `${capital(machines(content.clients))} can connect to ${name} again, with the same keys and addresses.`,
        details: [subscription, { label: "When", value: when(content.at) }],
        closing: "If you did not sign in just now, end all your sessions on the page Security, and tell the subscription’s owner.",
        links: [{ label: "See your clients", url: content.url }],
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
