/** Mails about a person's factors. Each says what to do if it wasn't them. */
import type { FactorNotice, Noticed } from "./messages";
import { noticeParts, type Parts } from "./parts";

export function factorNotice(content: FactorNotice & Noticed, endSessions: (linkId: string) => string): Parts {
  const common = noticeParts(content, endSessions);
  switch (content.template) {
    case "factor-added":
      return {
        ...common,
        subject: `The ${content.factor} “${content.name}” was added to your account`,
        lead: `The ${content.factor} “${content.name}” can now prove that it's you.`,
        closing: "If this wasn't you: end all sessions, remove it, and change your password. Whoever added it may be signed in as you.",
      };
    case "factor-removed":
      return {
        ...common,
        subject: `The ${content.factor} “${content.name}” was removed from your account`,
        lead: content.last
          ? `The ${content.factor} “${content.name}” was removed. It was your last second factor: your account now relies on your mailbox and your password or provider alone.`
          : `The ${content.factor} “${content.name}” no longer proves that it's you.`,
        closing: "If this wasn't you: end all sessions, change your password, and add a second factor again.",
      };
    case "recovery-codes-replaced":
      return {
        ...common,
        subject: "You have new recovery codes",
        lead: "New recovery codes were made for your account. Older ones no longer work.",
        closing: "If this wasn't you: end all sessions, and make new codes again. Whoever made these may have kept them.",
      };
    case "recovery-code-used":
      return {
        ...common,
        subject: "A recovery code of your account was used",
        lead: `One of your recovery codes was used. ${content.left === 0 ? "None is left: make new ones." : `${content.left} ${content.left === 1 ? "is" : "are"} left.`}`,
        closing: "If this wasn't you: someone has your codes. End all sessions, change your password, and make new codes.",
      };
  }
}
