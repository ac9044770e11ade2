/**
 * What pages and the REST API show. Plain JSON: instants are ISO 8601 strings in UTC, keys are standard base64,
 * sizes are bytes, durations are milliseconds.
 */
import type { Standing, StepUpFactor } from "@/lib/core/policy";
import type { BillingState, ClientState, InstanceStatus, SharedConfigPolicy } from "@/lib/core/vocabulary";
import type { BillingView } from "./billing-views";

export type { Standing };

export interface SubscriptionView {
  id: string;
  name: string;
  planName: string;
  billingState: BillingState;
  billing: BillingView;
  standing: Standing;
  /** Members must show two factors. */
  twoFactorRequired: boolean;
  /** What happens to a client whose config two machines use: people are told, or it is suspended as well. */
  sharedConfigPolicy: SharedConfigPolicy;
  /** Members sign in again after so many days, or their clients are off until they do; null: never asked to. */
  signInDays: number | null;
  /** The reader has not: their clients here are off until they do. withProvider: it takes the provider's word. null: all is well. */
  lapsed: { since: string; withProvider: boolean } | null;
  /** This session has to show a second factor first (/security/two-factor); until then there is no instance to see here. */
  locked: boolean;
  instance: InstanceView | null;
  /** The instance that was here before: taken down, or moved away from a gateway that has not confirmed it yet. null: there was none, or there is another and its gateway confirmed. */
  leaving: { name: string; enforcement: EnforcementView; gateway: GatewayPresence } | null;
  /** Clients of people that are not revoked: each has its address. */
  liveClients: number;
  /** Systems that were approved and not removed: each has its address too. */
  liveSystems: number;
  /** null: unlimited. */
  maxClients: number | null;
  /** Days that a client has at a time, by the plan and the subscription's own limit; null: any, also without an end. */
  maxClientDays: number | null;
  /** The subscription's own limits, besides the plan's; null: none. */
  limits: { clientsPerMember: number | null; clientDays: number | null };
  /** The reader's own clients that are not revoked; null where they are not limited, or weren't counted. */
  ownClients: number | null;
  /** null: unlimited. */
  maxSystems: number | null;
  /** What systems join with, for who may show it; null also when it was not asked for yet. */
  apiKey: { ending: string; createdAt: string } | null;
  may: { addClient: boolean; prepareClient: boolean; revokeAnyClient: boolean; readActivity: boolean; setPolicy: boolean; provision: boolean; moveInstance: boolean; removeInstance: boolean; useApiKey: boolean; readSystems: boolean; approveSystems: boolean; removeSystems: boolean; cancel: boolean; keep: boolean; redeem: boolean; pay: boolean; connectDirectory: boolean };
}

export interface InstanceView {
  id: string;
  name: string;
  status: InstanceStatus;
  subnetV4: string;
  subnetV6: string;
  tunnelAddressV4: string;
  tunnelAddressV6: string;
  /** Where the instance's own login page is, reachable through the tunnel only. */
  url: string;
  /** host:port, IPv6 hosts in brackets; null until the gateway confirmed the instance. */
  endpoint: string | null;
  publicKey: string | null;
  /** Addresses that clients can have. */
  capacity: number;
  gateway: GatewayPresence;
  /** How far setting it up has come; null once it is up. */
  setup: EnforcementView | null;
  /** Whether clients reach one another. enforcement: of the latest change to the instance itself, this one or its setup; null where it wasn't looked up. */
  peersReach: { on: boolean; enforcement: EnforcementView | null };
}

/** A gateway to move an instance to. */
export interface GatewayChoice {
  id: string;
  name: string;
  endpointHost: string;
}

export interface GatewayOffer {
  instanceName: string;
  /** Those with most room first. */
  gateways: GatewayChoice[];
}

/** A network to choose for an instance. */
export interface SubnetOffer {
  subnetV4: string;
  /** Addresses that clients can have. */
  capacity: number;
}

export interface GatewayPresence {
  name: string;
  online: boolean;
  lastSeenAt: string | null;
  /** null: it has an agent, which confirms. Else nothing is ever confirmed: when the host last fetched its list of peers, and of which revision. */
  fetched: { at: string | null; revision: number | null } | null;
}

/** Where the latest change to a client stands between the database and the device. */
export interface EnforcementView {
  /** pending: not picked up · delivered: the gateway has it, and where it has no agent that is all that is ever known · confirmed: read back from the device. */
  status: "pending" | "delivered" | "confirmed";
  requestedAt: string;
  committedAt: string;
  deliveredAt: string | null;
  appliedAt: string | null;
  acknowledgedAt: string | null;
  /** From the request's arrival at the portal to the gateway's confirmation; null until confirmed. */
  tookMs: number | null;
}

export interface ClientView {
  id: string;
  nickname: string;
  ownerEmail: string;
  mine: boolean;
  publicKey: string;
  addressV4: string;
  addressV6: string;
  state: ClientState;
  /** Off the device whatever happened to the client itself: the subscription gives no access, or its owner's membership doesn't. */
  held: boolean;
  /** Of the two, the membership: its owner has to sign in again, or was turned off by the company's directory. null: it isn't that. */
  heldForOwner: "sign-in" | "directory" | null;
  hasPresharedKey: boolean;
  createdAt: string;
  /** null: no end. */
  expiresAt: string | null;
  suspendedAt: string | null;
  /** null: not suspended, or by the portal itself. */
  suspendedByEmail: string | null;
  revokedAt: string | null;
  revokedByEmail: string | null;
  /** Of the latest change to this client, whatever it was. */
  enforcement: EnforcementView;
  /** As the gateway sees it: received is what the machine uploaded. Bytes since the peer was made, and bytes a second between the latest two reports; 0 when nothing was reported lately. */
  device: { online: boolean; lastHandshakeAt: string | null; receivedBytes: number; sentBytes: number; receivedPerSecond: number; sentPerSecond: number; endpoint: string | null };
  gateway: GatewayPresence;
  /** A new key waits to take over; null: none does. */
  keyHandover: { since: string; endsAt: string } | null;
  /** Two machines were seen on its config, since the key was last replaced; null: they weren't. networks: the two, none where the portal keeps no addresses. */
  shared: { detectedAt: string; lastAt: string; networks: string[] } | null;
  /** The instance moved to another gateway: the machine's file doesn't fit it, until the key is replaced. */
  needsNewFile: boolean;
  mayReplaceKey: boolean;
  mayRevoke: boolean;
  maySuspend: boolean;
  mayResume: boolean;
  /** Choose an earlier end; takes no proof. */
  mayShorten: boolean;
  /** Choose a later end, or none; takes a proof. */
  mayExtend: boolean;
}

export interface Page<T> {
  items: T[];
  /** Opaque; pass back as `cursor`. null: no more. */
  nextCursor: string | null;
}

export interface ActivityView {
  id: string;
  at: string;
  action: string;
  /** "ada@example.com", "gateway fra-1" or "portal". */
  actor: string;
  actorIsOperator: boolean;
  /** One plain sentence. */
  summary: string;
  sourceAddress: string | null;
  /** Hex SHA-256 of this event, chained to the one before. */
  hash: string;
}

/** What an operator finds by nickname, email, public key or address. */
export interface FoundClientView extends ClientView {
  subscription: { id: string; name: string };
}

export interface GatewayView extends GatewayPresence {
  id: string;
  endpointHost: string;
  enrolled: boolean;
  agentVersion: string | null;
  /** Of the gateway protocol, that it and the portal go by; of one that isn't understood, the highest that it speaks, 0: none. */
  protocolVersion: number | null;
  /** When its credential was made known; null without one. */
  credentialMadeAt: string | null;
  /** An operator asked for another credential, and the agent hasn't made it yet. */
  rotating: boolean;
  /** When an operator ended its credential; null: nobody did, or it was enrolled anew. */
  cutOffAt: string | null;
  implementation: string | null;
  revision: number;
  acknowledgedRevision: number;
  instances: number;
  peers: number;
  inSync: boolean;
  /** What the agent could not do, in its words; null when nothing failed. */
  failure: string | null;
  /** Cuts that it has not confirmed yet, and since when; null: none. */
  pendingCuts: number;
  pendingSince: string | null;
}

/** A proof that is asked for, for one act. */
export interface StepUpView {
  challengeId: string;
  expiresAt: string;
  triesLeft: number;
  /** What can prove it, strongest first. "mail" alone, or first: the code is on its way. Otherwise it is mailed when asked for. */
  factors: StepUpFactor[];
  /** Masked, like "a•••@example.com"; null: no code was mailed. */
  sentTo: string | null;
  resendAfterSeconds: number;
  /** What is approved, to follow "to", like: add the client “laptop” to Atlas. */
  act: string;
  details: { label: string; value: string }[];
}

export interface MailedChallengeView {
  /** Masked. */
  sentTo: string;
  expiresAt: string;
  resendAfterSeconds: number;
}

/** An authenticator app that waits for its first code. The secret is shown here and never again. */
export interface NewTotpView {
  deviceId: string;
  /** Base32, for typing. */
  secret: string;
  /** otpauth: address, for the QR code. */
  uri: string;
  digits: number;
  periodSeconds: number;
}

export interface AddedFactorView {
  id: string;
  /** Ten, with the first second factor; shown once. null: the person has codes. */
  recoveryCodes: string[] | null;
  /** This is the only second factor: a lost phone would lock the person out. */
  suggestBackup: boolean;
  /** What to tell besides, like how wrong the phone's clock is. */
  hint: string | null;
}

export interface RemovedFactorView {
  id: string;
  /** No second factor is left. */
  last: boolean;
  /** What that means, in words; null when one is left. */
  meaning: string | null;
}

/** Answer to a step-up request for "add a client". */
export interface ClientChallengeView extends StepUpView {
  /** The gateway's box public key: seal the preshared key to it. null: its host has no agent, so go without one. */
  sealTo: string | null;
}

/** All that the browser needs, besides the two keys it made, to render the file. */
export interface IssuedClientView {
  client: ClientView;
  configuration: ClientConfiguration;
}

export interface ClientConfiguration {
  /** With prefix length: "10.8.0.2/32", "fd…/128". */
  addresses: string[];
  dns: string[];
  mtu: number | null;
  serverPublicKey: string;
  /** host:port. */
  endpoint: string;
  allowedIps: string[];
  persistentKeepaliveSeconds: number;
  /** 1–15 characters of [a-zA-Z0-9_=+.-], without ".conf". */
  fileName: string;
}

/** A provider's account that signs this person in. */
export interface IdentityView {
  id: string;
  provider: string;
  /** The operator's name for the provider; its id when it is no longer set up. */
  providerName: string;
  icon: string | null;
  /** The address the provider last told; null when it told none. */
  email: string | null;
  createdAt: string;
  lastUsedAt: string;
}

/** An authenticator app or a passkey. */
export interface FactorView {
  id: string;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
}

export interface SessionView {
  id: string;
  /** The one that asks. */
  current: boolean;
  /** Like "Firefox on Linux". */
  browser: string;
  address: string | null;
  createdAt: string;
  lastSeenAt: string;
  method: "provider" | "password" | "passkey";
  /** For method provider. */
  providerName: string | null;
  /** Who saw two factors: the provider, or the portal; null: one factor. */
  twoFactor: "provider" | "portal" | null;
}

/** Everything about who can sign in as this person, and who is. */
export interface SecurityView {
  email: string;
  identities: IdentityView[];
  /** Providers that could be added. */
  linkable: { id: string; name: string; icon: string | null }[];
  totp: FactorView[];
  passkeys: FactorView[];
  recoveryCodesLeft: number;
  hasPassword: boolean;
  /** The operator offers sign-in with a password at all. */
  passwordLogin: boolean;
  /** Most recently seen first; the current one before all. */
  sessions: SessionView[];
  /** Newest first, at most 20. */
  events: ActivityView[];
}

export interface AccountView {
  email: string;
  name: string;
  /** BCP 47. */
  locale: string;
  /** IANA. */
  timeZone: string;
  createdAt: string;
  /** What deleting the account would do, and what stands in its way. */
  deletion: { clients: number; /** Subscriptions without another owner: handed over or closed first. */ soleOwnerOf: { id: string; name: string }[] };
}

/** Answer to asking for a change of address: proof for the act, and a code at the new address. */
export interface AddressChangeView {
  stepUp: StepUpView;
  newAddress: MailedChallengeView & { challengeId: string };
}

/** A person, as an operator sees them. */
export interface UserView {
  id: string;
  email: string | null;
  name: string;
  isOperator: boolean;
  createdAt: string;
  lastSeenAt: string | null;
  deactivatedAt: string | null;
  subscriptions: { id: string; name: string; role: string }[];
  factors: { totp: number; passkeys: number; password: boolean; identities: number };
  sessions: number;
  /** Not revoked. A deactivated person's stay as they are. */
  clients: number;
}

/** Guessing that was stopped: what is slowed, and until when. */
export interface BlockView {
  /** Opaque; names the block when it is lifted. */
  key: string;
  /** What is slowed, in words, like: sign-in to ada@example.com from strangers. */
  what: string;
  tries: number;
  until: string;
}
