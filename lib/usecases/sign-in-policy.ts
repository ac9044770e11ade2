/** How often a subscription's members have to sign in for their clients to stay connected. */
import type { Actor } from "@/lib/auth/actor";
import type { PresentedProof } from "@/lib/auth/step-up";
import { asksLess, parseSignInDays } from "@/lib/core/sign-in-again";
import { askForFewerSignIns, askForSignIns } from "@/lib/db/sign-in-again";
import type { Ports } from "@/lib/ports";
import { relaxPolicy, requestRelaxation, tightenPolicy, type Policy } from "./policy-change";
import { requireAccess } from "./subscription-access";
import { viewSubscription } from "./view-subscription";
import type { StepUpView, SubscriptionView } from "./views";

const inWords = (days: number): string => (days === 1 ? "every day" : `every ${days} days`);

/** @param days null: never */
const signInPolicy = (ports: Ports, days: number | null): Policy => ({
  relaxed: { signInDays: days === null ? "never" : String(days) },
  act: (subscription) => (days === null ? `no longer ask members of ${subscription} to sign in again` : `ask members of ${subscription} to sign in again only ${inWords(days)}`),
  meaning: days === null ? "Who is removed at the sign-in provider keeps the connections of their machines until somebody removes them here." : "Who is removed at the sign-in provider keeps the connections of their machines for that long.",
  events: { tightened: "policy.sign_in_again", relaxed: "policy.sign_in_again_relaxed" },
  data: { days },
  // Nothing can't be more than what was asked before.
  tighten: async (tx, subscriptionId) => days !== null && askForSignIns(tx, subscriptionId, days, ports.clock.now()),
  relax: (tx, proof, subscriptionId) => askForFewerSignIns(tx, proof, subscriptionId, days),
});

/** Asks for the proof that asking less takes. @throws bad_request, not_found, forbidden, two_factor_required, sign_in_again, step_up_too_many */
export const requestSignInRelaxation = (ports: Ports, actor: Actor, input: { subscriptionId: string; days: number | null }): Promise<StepUpView> =>
  requestRelaxation(ports, actor, signInPolicy(ports, parseSignInDays(input.days)), input.subscriptionId);

/** @param proof for asking less alone. @throws bad_request, also without a proof, not_found, forbidden, two_factor_required, sign_in_again, step_up_* */
export async function setSignInPolicy(ports: Ports, actor: Actor, input: { subscriptionId: string; days: number | null }, proof: PresentedProof | null): Promise<SubscriptionView> {
  const days = parseSignInDays(input.days);
  const { signInDays } = await requireAccess(ports.db.read, actor, input.subscriptionId, "subscription.policy");
  const policy = signInPolicy(ports, days);
  // A proof is for asking less, whatever somebody else has set meanwhile.
  const less = proof !== null || asksLess(days, signInDays);
  if (less) await relaxPolicy(ports, actor, policy, input.subscriptionId, proof);
  else await tightenPolicy(ports, actor, policy, input.subscriptionId);
  return viewSubscription(ports, actor, input);
}
