/** The API for clients that are prepared for colleagues, and for who adds one. */
import type { EnrolmentOfferView, EnrolmentView } from "@/lib/usecases/enrolments-view";
import type { ClientChallengeView, IssuedClientView, StepUpView } from "@/lib/usecases/views";
import { send } from "./api";
import type { Proof } from "./step-up";

const of = (subscriptionId: string): string => `/api/v1/subscriptions/${encodeURIComponent(subscriptionId)}/enrolments`;
const one = (subscriptionId: string, id: string): string => `${of(subscriptionId)}/${encodeURIComponent(id)}`;

export interface Preparation {
  email: string;
  nickname: string;
  /** ISO 8601; null: no end, or as late as it may be. */
  expiresAt: string | null;
}

export const enrolmentApi = {
  list: (subscriptionId: string) => send<{ items: EnrolmentView[] }>("GET", of(subscriptionId)),
  askPreparation: (subscriptionId: string, wish: Preparation) => send<StepUpView>("POST", `${of(subscriptionId)}/challenge`, { body: wish }),
  prepare: (subscriptionId: string, wish: Preparation, proof: Proof) => send<void>("POST", of(subscriptionId), { body: { ...wish, proof } }),
  resend: (subscriptionId: string, id: string) => send<void>("POST", `${one(subscriptionId, id)}/resend`, { body: {} }),
  withdraw: (subscriptionId: string, id: string) => send<void>("DELETE", one(subscriptionId, id), { body: {} }),

  look: (token: string) => send<EnrolmentOfferView>("POST", "/api/v1/enrolments/look", { body: { token } }),
  ask: (token: string) => send<ClientChallengeView>("POST", "/api/v1/enrolments/challenge", { body: { token } }),
  enrol: (request: { token: string; publicKey: string; sealedPresharedKey: string | null; proof: Proof }) => send<IssuedClientView>("POST", "/api/v1/enrolments", { body: request }),
};
