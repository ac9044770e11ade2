/** Mails about signing in: codes, and answers to who asks for an account. Each says what to do if it wasn't its reader. */
import type { SignInMail } from "./messages";
import { when, type Parts } from "./parts";

const SUBJECTS = {
  sign_in: "is your code to sign in",
  register: "is your code to make your account",
  reset: "is your code to choose a new password",
} as const;

const LEADS = {
  sign_in: "Type this code to finish signing in. Your password was right.",
  register: "Type this code to make your account.",
  reset: "Type this code to choose a new password.",
} as const;

const CLOSINGS = {
  sign_in: "If this wasn't you, someone knows your password: choose a new one now. Without this code they get no further; don't share it.",
  register: "If you didn't ask for an account, ignore this mail: without the code none is made.",
  reset: "If you didn't ask for this, ignore this mail: your password stays as it is, and nothing happens without the code. Don't share it.",
} as const;

/** @param attemptCode the digits of a sign-in, registration or reset under way; made here and now, stored nowhere */
export function signInMail(content: SignInMail, attemptCode: (attemptId: string, purpose: "sign_in" | "register" | "reset") => string): Parts {
  const from = { label: "Asked for from", value: `${content.browser}, address ${content.sourceAddress}` };
  switch (content.template) {
    case "sign-in-code": {
      const code = attemptCode(content.attemptId, content.purpose);
      return {
        subject: `${code} ${SUBJECTS[content.purpose]}`,
        lead: LEADS[content.purpose],
        code,
        details: [from, { label: "Good until", value: when(content.expiresAt) }],
        closing: CLOSINGS[content.purpose],
      };
    }
    case "already-registered":
      return {
        subject: "You already have an account",
        lead: "Someone asked to make an account with your address. You have one: sign in the way you did before. If you forgot your password, ask for a new one there.",
        details: [from],
        closing: "If this wasn't you, ignore this mail: nothing was changed, and who asked wasn't told.",
        links: [{ label: "Sign in", url: content.signInUrl }],
      };
    case "no-account":
      return {
        subject: "There is no account with your address",
        lead: "Someone asked for a new password for an account with your address. There is none here. You may have used another address.",
        details: [from],
        closing: "If this wasn't you, ignore this mail: nothing was changed, and who asked wasn't told.",
        links: [{ label: "Sign in, or make an account", url: content.signInUrl }],
      };
    case "no-password":
      return {
        subject: "Your account has no password",
        lead: "Someone asked for a new password for your account. It has none: you sign in through your identity provider or with a passkey. Once signed in, you can set a password on the security page.",
        details: [from],
        closing: "If this wasn't you, ignore this mail: nothing was changed, and who asked wasn't told.",
        links: [{ label: "Sign in", url: content.signInUrl }],
      };
    case "deactivated":
      return {
        subject: "Your account is deactivated",
        lead: "Someone asked for a new password for your account. It is deactivated: ask the operator of this portal to turn it back on.",
        details: [from],
        closing: "If this wasn't you, ignore this mail: nothing was changed, and who asked wasn't told.",
        links: [{ label: "The portal", url: content.signInUrl }],
      };
  }
}
