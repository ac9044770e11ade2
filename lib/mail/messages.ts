import type { CodeDigits } from "@/lib/core/step-up-code";
import type { BillingState } from "@/lib/core/vocabulary";

/** What changed about a person's factors. */
export type FactorNotice =
  | { template: "factor-added"; factor: "authenticator app" | "passkey"; name: string }
  /** last: no second factor is left. */
  | { template: "factor-removed"; factor: "authenticator app" | "passkey"; name: string; last: boolean }
  | { template: "recovery-codes-replaced" }
  | { template: "recovery-code-used"; left: number };

/** What happened with the ways to sign in. identity: the address or name that the provider gave. */
export type SignInNotice =
  | { template: "new-browser"; method: "provider" | "password" | "passkey" }
  | { template: "password-reset" }
  /** had: the account had a password before. */
  | { template: "password-set"; had: boolean }
  | { template: "identity-linked"; provider: string; identity: string }
  | { template: "identity-unlinked"; provider: string; identity: string }
  /** side: which of the two addresses the mail goes to. */
  | { template: "address-changed"; from: string; to: string; side: "old" | "new" };

export type Notice = FactorNotice | SignInNotice;

/** What each notice about the account says besides: where it came from, and where to go if it wasn't its owner. */
export interface Noticed {
  browser: string;
  sourceAddress: string;
  at: string;
  securityUrl: string;
  /** Id of the link that ends all sessions; what the link carries is made when the mail is sent. */
  endSessionsLink: string;
}

interface AskedFrom {
  browser: string;
  sourceAddress: string;
}

/** About signing in. */
export type SignInMail =
  | ({ template: "sign-in-code"; attemptId: string; purpose: "sign_in" | "register" | "reset"; expiresAt: string } & AskedFrom)
  | ({ template: "already-registered" | "no-account" | "no-password" | "deactivated"; signInUrl: string } & AskedFrom);

export type ServerAct = "unlock" | "reset-2fa" | "end-sessions" | "grant-operator" | "revoke-operator";

/** What was done to an account by others, or for good. */
export type AccountMail =
  | { template: "account-deactivated" | "account-reactivated"; byEmail: string; at: string }
  /** clients: how many were revoked with it. */
  | ({ template: "account-deleted"; clients: number; at: string } & AskedFrom)
  /** By somebody at the portal's server. securityUrl is null where the command didn't know the portal's address. */
  | { template: "server-act"; act: ServerAct; at: string; securityUrl: string | null };

/** What happened, or will, with a client. expiresAt null: without an end. */
export type ClientMail =
  | { template: "client-issued"; nickname: string; instanceName: string; byEmail: string; browser: string; sourceAddress: string; at: string; expiresAt: string | null; clientUrl: string }
  | { template: "client-revoked" | "client-suspended" | "client-resumed"; nickname: string; instanceName: string; byEmail: string; byOperator: boolean; at: string; clientUrl: string }
  | { template: "client-extended"; nickname: string; instanceName: string; byEmail: string; expiresAt: string | null; at: string; clientUrl: string }
  /** handoverEndsAt: the old key works no longer; null: it doesn't any more. */
  | { template: "client-rekeyed"; nickname: string; instanceName: string; byEmail: string; browser: string; sourceAddress: string; handoverEndsAt: string | null; at: string; clientUrl: string }
  /** days: until the end, as the reminder counts. */
  | { template: "client-ending"; nickname: string; instanceName: string; days: number; expiresAt: string; clientUrl: string }
  | { template: "client-expired"; nickname: string; instanceName: string; expiresAt: string; clientUrl: string };

/** Cuts that a gateway is late with. nicknames: of the first few; count: of all. agentless: its host fetches its clients, and hasn't; absent: it has an agent. */
export type GatewayMail =
  | { template: "cut-overdue"; subscriptionName: string; nicknames: string[]; count: number; since: string; gatewayName: string; gatewayLastSeenAt: string | null; agentless?: boolean; url: string }
  | { template: "cut-confirmed-late"; subscriptionName: string; nicknames: string[]; count: number; since: string; at: string; url: string }
  /** Somebody showed a credential that was replaced before. */
  | { template: "gateway-old-credential"; gatewayName: string; sourceAddress: string; at: string; url: string }
  | { template: "gateway-overdue"; gatewayName: string; gatewayLastSeenAt: string | null; failure: string | null; agentless?: boolean; count: number; since: string; url: string };

/** An instance that went. byEmail null: the portal did it by itself. clients: all that it had; own: of them, the recipient's. */
export type InstanceMail =
  | { template: "instance-taken-down"; instanceName: string; subscriptionName: string; byEmail: string | null; byOperator: boolean; clients: number; own: number; at: string; url: string }
  | { template: "instance-moved"; instanceName: string; subscriptionName: string; byEmail: string; byOperator: boolean; gatewayName: string; clients: number; own: number; at: string; url: string };

/** About systems that join an instance, and the key they join with. */
export type SystemMail =
  | { template: "api-key-rotated"; instanceName: string; subscriptionName: string; byEmail: string; at: string; url: string }
  | { template: "system-asks"; name: string; serial: string | null; version: string | null; publicKey: string; sourceAddress: string; instanceName: string; subscriptionName: string; expiresAt: string; url: string }
  | { template: "system-approved" | "system-removed"; name: string; publicKey: string; instanceName: string; subscriptionName: string; byEmail: string; byOperator: boolean; at: string; url: string };

/** About a subscription's billing. until: when the state ends by itself; null: it doesn't. byEmail null: the portal, as a time was over. */
export type BillingMail =
  | { template: "billing-ending"; subscriptionName: string; state: BillingState; next: BillingState; days: number; until: string; url: string }
  | { template: "billing-changed"; subscriptionName: string; from: BillingState; to: BillingState; until: string | null; cancelsAtEnd: boolean; byEmail: string | null; byOperator: boolean; /** Left out of mails of before there were cards. */ byCard?: boolean; at: string; url: string };

/** Two machines on one client's key. networks: the two, none where the portal keeps no addresses; replaceUrl: for its owner alone. */
export interface SharedConfigMail {
  template: "config-shared";
  nickname: string;
  instanceName: string;
  subscriptionName: string;
  ownerEmail: string;
  networks: string[];
  from: string;
  until: string;
  suspended: boolean;
  clientUrl: string;
  replaceUrl: string | null;
}

/** About a device. endsOn: a day. */
export type WarrantyMail =
  | { template: "warranty-ending"; model: string; serial: string; endsOn: string; url: string }
  | { template: "warranty-offered"; model: string; serial: string; fromEmail: string; expiresAt: string; url: string }
  | { template: "warranty-transferred"; model: string; serial: string; toEmail: string; at: string; url: string };

/** About who is in a subscription. invitationLink: id of what the link carries, which is made when the mail is sent. clients: how many were revoked with it. */
export type MemberMail =
  | { template: "member-invited"; subscriptionName: string; role: string; fromEmail: string; expiresAt: string; invitationLink: string }
  | { template: "member-joined"; subscriptionName: string; memberEmail: string; role: string; at: string; url: string }
  | { template: "member-removed" | "member-demoted" | "member-left"; subscriptionName: string; memberEmail: string; byEmail: string; byOperator: boolean; clients: number; at: string; url: string }
  | { template: "member-promoted"; subscriptionName: string; byEmail: string; at: string; url: string }
  /** The membership takes the machines off the device, or will. withProvider: what counts is the provider's word. */
  | { template: "sign-in-due"; subscriptionName: string; days: number; dueAt: string; every: number; clients: number; withProvider: boolean; url: string }
  | { template: "sign-in-lapsed"; subscriptionName: string; every: number; clients: number; withProvider: boolean; at: string; url: string }
  | { template: "member-suspended" | "member-reactivated"; subscriptionName: string; clients: number; at: string; url: string }
  | { template: "directory-token-made"; subscriptionName: string; byEmail: string; replaced: boolean; at: string; url: string }
  | { template: "sign-in-returned"; subscriptionName: string; clients: number; at: string; url: string }
  | { template: "ownership-offered"; subscriptionName: string; fromEmail: string; expiresAt: string; url: string }
  | { template: "ownership-taken"; subscriptionName: string; toEmail: string; at: string; url: string };

/** About a client that was prepared for a colleague. endsAt: of the client's access, as asked for. enrolmentLink: id of what the link carries, which is made when the mail is sent. */
export type EnrolmentMail =
  | { template: "client-prepared"; nickname: string; subscriptionName: string; fromEmail: string; endsAt: string | null; expiresAt: string; enrolmentLink: string }
  | { template: "client-enrolled"; nickname: string; instanceName: string; memberEmail: string; at: string; clientUrl: string };

/** What the portal mails about: each template with the facts it needs. Plain JSON, kept in the outbox until sent; never a code or a key. */
export type MailContent =
  | {
      template: "step-up-code";
      challengeId: string;
      /** Of the code. */
      digits: CodeDigits;
      /** One sentence's object: 'add the client "Sam's laptop" to Atlas'. */
      act: string;
      details: { label: string; value: string }[];
      browser: string;
      sourceAddress: string;
      expiresAt: string;
    }
  | ClientMail
  | EnrolmentMail
  | SharedConfigMail
  | GatewayMail
  | InstanceMail
  | SystemMail
  | BillingMail
  | WarrantyMail
  | MemberMail
  | (Notice & Noticed)
  | SignInMail
  | AccountMail;
