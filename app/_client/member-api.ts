/** The API for a subscription's members, and for who was asked to be one. */
import type { InvitedRole } from "@/lib/core/members";
import type { DirectoryView, InvitationOfferView, MadeDirectoryView, MemberCutView, MembersView } from "@/lib/usecases/members-view";
import type { StepUpView } from "@/lib/usecases/views";
import { send } from "./api";
import type { Proof } from "./step-up";

const of = (subscriptionId: string): string => `/api/v1/subscriptions/${encodeURIComponent(subscriptionId)}`;
const member = (subscriptionId: string, userId: string): string => `${of(subscriptionId)}/members/${encodeURIComponent(userId)}`;
const invitation = (subscriptionId: string, id: string): string => `${of(subscriptionId)}/invitations/${encodeURIComponent(id)}`;

export interface Invite {
  email: string;
  role: InvitedRole;
}

export const memberApi = {
  list: (subscriptionId: string) => send<MembersView>("GET", `${of(subscriptionId)}/members`),

  /** Of oneself: leaves. */
  remove: (subscriptionId: string, userId: string) => send<MemberCutView>("DELETE", member(subscriptionId, userId), { body: {} }),
  demote: (subscriptionId: string, userId: string) => send<MemberCutView>("POST", `${member(subscriptionId, userId)}/demotion`, { body: {} }),
  askPromotion: (subscriptionId: string, userId: string) => send<StepUpView>("POST", `${member(subscriptionId, userId)}/promotion/challenge`, { body: {} }),
  promote: (subscriptionId: string, userId: string, proof: Proof) => send<void>("POST", `${member(subscriptionId, userId)}/promotion`, { body: { proof } }),

  askInvitation: (subscriptionId: string, invite: Invite) => send<StepUpView>("POST", `${of(subscriptionId)}/invitations/challenge`, { body: invite }),
  invite: (subscriptionId: string, invite: Invite, proof: Proof) => send<void>("POST", `${of(subscriptionId)}/invitations`, { body: { ...invite, proof } }),
  resend: (subscriptionId: string, id: string) => send<void>("POST", `${invitation(subscriptionId, id)}/resend`, { body: {} }),
  withdraw: (subscriptionId: string, id: string) => send<void>("DELETE", invitation(subscriptionId, id), { body: {} }),

  askOffer: (subscriptionId: string, userId: string) => send<StepUpView>("POST", `${of(subscriptionId)}/ownership/challenge`, { body: { userId } }),
  offer: (subscriptionId: string, userId: string, proof: Proof) => send<void>("POST", `${of(subscriptionId)}/ownership`, { body: { userId, proof } }),
  withdrawOffer: (subscriptionId: string) => send<void>("DELETE", `${of(subscriptionId)}/ownership`, { body: {} }),
  askOwnership: (subscriptionId: string) => send<StepUpView>("POST", `${of(subscriptionId)}/ownership/acceptance/challenge`, { body: {} }),
  takeOwnership: (subscriptionId: string, proof: Proof) => send<void>("POST", `${of(subscriptionId)}/ownership/acceptance`, { body: { proof } }),

  askDirectoryToken: (subscriptionId: string) => send<StepUpView>("POST", `${of(subscriptionId)}/directory/token/challenge`, { body: {} }),
  makeDirectoryToken: (subscriptionId: string, proof: Proof) => send<MadeDirectoryView>("POST", `${of(subscriptionId)}/directory/token`, { body: { proof } }),
  disconnectDirectory: (subscriptionId: string) => send<DirectoryView>("DELETE", `${of(subscriptionId)}/directory/token`, { body: {} }),

  look: (token: string) => send<InvitationOfferView>("POST", "/api/v1/invitations/look", { body: { token } }),
  accept: (token: string) => send<{ subscriptionId: string }>("POST", "/api/v1/invitations/accept", { body: { token } }),
};
