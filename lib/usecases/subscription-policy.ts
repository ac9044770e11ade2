/** Whether a subscription requires two factors of its members. */
import type { Actor } from "@/lib/auth/actor";
import type { PresentedProof } from "@/lib/auth/step-up";
import { relaxTwoFactor, requireTwoFactor } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { relaxPolicy, requestRelaxation, tightenPolicy, type Policy } from "./policy-change";
import { subscriptionView } from "./present";
import type { StepUpView, SubscriptionView } from "./views";

const TWO_FACTOR: Policy = {
  relaxed: { twoFactorRequired: "no" },
  act: (subscription) => `no longer require two factors in ${subscription}`,
  meaning: "Members reach it with one factor.",
  events: { tightened: "policy.two_factor_on", relaxed: "policy.two_factor_off" },
  tighten: requireTwoFactor,
  relax: relaxTwoFactor,
};

/** Asks for the proof that no longer requiring two factors takes. @throws not_found, forbidden, two_factor_required, step_up_too_many */
export const requestPolicyRelaxation = (ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<StepUpView> => requestRelaxation(ports, actor, TWO_FACTOR, input.subscriptionId);

/** @param proof for `twoFactorRequired: false` alone. @throws not_found, forbidden, two_factor_required, bad_request without a proof, step_up_* */
export async function setPolicy(ports: Ports, actor: Actor, input: { subscriptionId: string; twoFactorRequired: boolean }, proof: PresentedProof | null): Promise<SubscriptionView> {
  const { subscriptionId, twoFactorRequired } = input;
  const access = twoFactorRequired ? await tightenPolicy(ports, actor, TWO_FACTOR, subscriptionId) : await relaxPolicy(ports, actor, TWO_FACTOR, subscriptionId, proof);
  return subscriptionView({ ...access, twoFactorRequired }, actor, ports.clock.now(), { cards: ports.cards !== undefined });
}
