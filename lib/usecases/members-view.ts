/** What the pages about members get. */
import type { InvitedRole } from "@/lib/core/members";
import type { Role } from "@/lib/core/vocabulary";
import type { ClientView } from "./views";

export interface MemberView {
  userId: string;
  email: string;
  name: string;
  role: Role;
  since: string;
  me: boolean;
  /** An operator turned the account off. */
  deactivated: boolean;
  /** The company's directory turned them off here: no part in the subscription, and their clients are off. */
  suspended: boolean;
  /** Their clients are off until they sign in again. */
  lapsed: boolean;
  /** Not revoked; null: not the reader's to know. */
  clients: number | null;
  may: { remove: boolean; promote: boolean; demote: boolean; offerOwnership: boolean };
}

export interface InvitationView {
  id: string;
  email: string;
  role: InvitedRole;
  invitedByEmail: string;
  createdAt: string;
  expiresAt: string;
  lastSentAt: string;
}

export interface MembersView {
  subscription: { id: string; name: string };
  /** Owners first. A plain member sees whom to ask, and themselves. */
  items: MemberView[];
  /** Those that stand; none for who may not invite. */
  invitations: InvitationView[];
  /** What the reader may invite to. */
  invitable: InvitedRole[];
  /** The subscription is offered to another member. mine: to the reader, who may take it. */
  ownershipOffer: { id: string; fromEmail: string; toEmail: string; expiresAt: string; mine: boolean } | null;
  /** What the subscription, or its plan, allows of each member's clients; null: any. */
  limits: { clientsPerMember: number | null; clientDays: number | null };
  may: { leave: boolean; withdrawOwnership: boolean; prepareClient: boolean };
}

/** A company's directory that says who is in the subscription. token null: none is connected. */
export interface DirectoryView {
  /** To be typed in there. */
  url: string;
  token: { ending: string; createdAt: string; lastUsedAt: string | null; madeByEmail: string | null } | null;
}

/** The token, which no other answer shows. */
export interface MadeDirectoryView extends DirectoryView {
  made: string;
}

/** Who was removed or demoted, and their clients, which are cut. */
export interface MemberCutView {
  email: string;
  /** The first fifty; none for who left by themselves. */
  clients: ClientView[];
  /** Of all that were cut. */
  count: number;
}

/** What an invitation is about, for who holds its link. */
export interface InvitationOfferView {
  subscriptionName: string;
  role: InvitedRole;
  invitedByEmail: string;
  /** Masked. */
  sentTo: string;
  /** It was made to the reader's address. */
  forYou: boolean;
  expiresAt: string;
}
