/** Mails about what was done to an account by others, or for good. */
import type { AccountMail, ServerAct } from "./messages";
import { when, type Parts } from "./parts";

const SERVER_ACTS: Record<ServerAct, { subject: string; lead: string }> = {
  unlock: {
    subject: "Your account was unblocked",
    lead: "Somebody at the portal's server forgot the wrong tries that were counted against your account, so that you can sign in again.",
  },
  "reset-2fa": {
    subject: "Your second factors were removed",
    lead: "Somebody at the portal's server removed your authenticator apps, passkeys and recovery codes, and ended your sessions. Your password or provider and your mailbox sign you in: add a second factor again.",
  },
  "end-sessions": {
    subject: "All your sessions were ended",
    lead: "Somebody at the portal's server ended all your sessions. Sign in again where you need to.",
  },
  "grant-operator": {
    subject: "You are now an operator of the portal",
    lead: "Somebody at the portal's server made you an operator: you see all subscriptions and gateways.",
  },
  "revoke-operator": {
    subject: "You are no longer an operator of the portal",
    lead: "Somebody at the portal's server took the operator's rights from your account.",
  },
};

export function accountMail(content: AccountMail): Parts {
  const at = { label: "When", value: when(content.at) };
  switch (content.template) {
    case "account-deactivated":
      return {
        subject: "Your account was deactivated",
        lead: "An operator of the portal deactivated your account. Your sessions have ended, and you can't sign in. Clients that you added keep their access until somebody revokes them.",
        details: [{ label: "By", value: content.byEmail }, at],
        closing: "If you think that this is a mistake, ask the operator.",
      };
    case "account-reactivated":
      return {
        subject: "Your account is active again",
        lead: "An operator of the portal turned your account back on. You can sign in again.",
        details: [{ label: "By", value: content.byEmail }, at],
        closing: "If you don't expect this, tell the operator.",
      };
    case "account-deleted":
      return {
        subject: "Your account was deleted",
        lead: `Your account was deleted${content.clients === 0 ? "" : `, and ${content.clients === 1 ? "your client was" : `your ${content.clients} clients were`} revoked`}. You can make a new one with this address at any time.`,
        details: [at, { label: "From", value: `${content.browser}, address ${content.sourceAddress}` }],
        closing: "If this wasn't you: tell the operator of this portal at once. Nobody is signed in to the account any more.",
      };
    case "server-act":
      return {
        ...SERVER_ACTS[content.act],
        details: [at],
        closing: "If you didn't ask for this, tell the operator of this portal.",
        ...(content.securityUrl === null ? {} : { links: [{ label: "See what can sign in to your account", url: content.securityUrl }] }),
      };
  }
}
