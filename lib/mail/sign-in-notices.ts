/** Mails about the ways to sign in. Each says what to do if it wasn't the account's owner. */
import type { Noticed, SignInNotice } from "./messages";
import { noticeParts, type Parts } from "./parts";

const METHODS = { provider: "through your identity provider", password: "with your password", passkey: "with a passkey" } as const;

export function signInNotice(content: SignInNotice & Noticed, endSessions: (linkId: string) => string): Parts {
  const common = noticeParts(content, endSessions);
  switch (content.template) {
    case "new-browser":
      return {
        ...common,
        subject: "Your account was signed in to from a new browser",
        lead: `Your account was signed in to ${METHODS[content.method]}, from a browser that it hasn't been used with before.`,
        closing: "If this wasn't you: end all sessions, then change your password, or secure your account at your identity provider.",
      };
    case "password-reset":
      return {
        ...common,
        subject: "Your password was changed",
        lead: "Your password was changed with a code sent to this address. All sessions that were open have ended.",
        closing: "If this wasn't you: someone can read your mail. Secure your mailbox first, end all sessions, then ask for a new password again.",
      };
    case "password-set":
      return {
        ...common,
        subject: content.had ? "Your password was changed" : "Your account has a password now",
        lead: content.had ? "A new password was set for your account. The old one no longer works." : "A password was set for your account: it signs in to it from now on.",
        closing: "If this wasn't you: end all sessions, then ask for a new password on the sign-in page. Whoever set this one may be signed in as you.",
      };
    case "identity-linked":
      return {
        ...common,
        subject: `${content.provider} can now sign in to your account`,
        lead: `The account ${content.identity} at ${content.provider} was added to yours: it signs in to it from now on.`,
        closing: "If this wasn't you: end all sessions, and remove it. Whoever added it may be signed in as you.",
      };
    case "identity-unlinked":
      return {
        ...common,
        subject: `${content.provider} no longer signs in to your account`,
        lead: `The account ${content.identity} at ${content.provider} was removed: it no longer signs in to yours. Sessions begun with it have ended.`,
        closing: "If this wasn't you: end all sessions, sign in another way, and add it again.",
      };
    case "address-changed":
      return content.side === "old"
        ? {
            ...common,
            subject: "The e-mail address of your account was changed",
            lead: `Your account's address is now ${content.to}. From now on its mails go there, and none come here.`,
            closing: "If this wasn't you: end all sessions now, then ask the operator of this portal for help. Whoever changed it may be signed in as you.",
          }
        : {
            ...common,
            subject: "This is your account's e-mail address now",
            lead: `Your account's address was changed from ${content.from} to this one. From now on its mails come here.`,
            closing: "If this wasn't you: end all sessions, and ask the operator of this portal for help.",
          };
  }
}
