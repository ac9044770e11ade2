/** What a subscription does with a client whose config two machines use: suspend it, or tell people and no more. */
import type { Actor } from "@/lib/auth/actor";
import type { PresentedProof } from "@/lib/auth/step-up";
import type { SharedConfigPolicy } from "@/lib/core/vocabulary";
import { suspendShared, warnOfShared } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { relaxPolicy, requestRelaxation, tightenPolicy, type Policy } from "./policy-change";
import { subscriptionView } from "./present";
import type { StepUpView, SubscriptionView } from "./views";

const SHARED_CONFIG: Policy = {
  relaxed: { sharedConfig: "warn" },
  act: (subscription) => `no longer suspend clients whose config two machines use in ${subscription}`,
  meaning: "Owners and admins are told, and both machines keep their access.",
  events: { tightened: "policy.shared_config_suspend", relaxed: "policy.shared_config_warn" },
  tighten: suspendShared,
  relax: warnOfShared,
};

/** Asks for the proof that no longer suspending takes. @throws not_found, forbidden, two_factor_required, step_up_too_many */
export const requestSharedConfigRelaxation = (ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<StepUpView> => requestRelaxation(ports, actor, SHARED_CONFIG, input.subscriptionId);

/** @param proof for "warn" alone. @throws not_found, forbidden, two_factor_required, bad_request without a proof, step_up_* */
export async function setSharedConfigPolicy(ports: Ports, actor: Actor, input: { subscriptionId: string; sharedConfig: SharedConfigPolicy }, proof: PresentedProof | null): Promise<SubscriptionView> {
  const { subscriptionId, sharedConfig } = input;
  const access = sharedConfig === "suspend" ? await tightenPolicy(ports, actor, SHARED_CONFIG, subscriptionId) : await relaxPolicy(ports, actor, SHARED_CONFIG, subscriptionId, proof);
  return subscriptionView({ ...access, sharedConfigPolicy: sharedConfig }, actor, ports.clock.now(), { cards: ports.cards !== undefined });
}
