/** What a subscription asks of its members' clients, besides what its plan does: how many each may have, and for how long at a time. What is there already stays. */
import type { Actor } from "@/lib/auth/actor";
import type { PresentedProof } from "@/lib/auth/step-up";
import { PortcullisError } from "@/lib/core/errors";
import { isTighter, type ClientLimit } from "@/lib/core/client-limits";
import { lowerLimit, raiseLimit } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { relaxPolicy, requestRelaxation, tightenPolicy, type Policy } from "./policy-change";
import { requireAccess } from "./subscription-access";
import { viewSubscription } from "./view-subscription";
import type { StepUpView, SubscriptionView } from "./views";

export interface ClientLimitInput {
  subscriptionId: string;
  limit: ClientLimit;
  /** null: no limit. */
  most: number | null;
}

const WORDS: Record<ClientLimit, { none: string; raised: (most: number) => string; meaning: string }> = {
  clientsPerMember: {
    none: "no longer limit how many clients a member may have",
    raised: (most) => `allow each member ${most} ${most === 1 ? "client" : "clients"}`,
    meaning: "Members add more clients for machines of their own.",
  },
  clientDays: {
    none: "no longer limit how long a client has access",
    raised: (most) => `allow clients ${most} ${most === 1 ? "day" : "days"} at a time`,
    meaning: "Clients that are added or extended keep their access for longer.",
  },
};

function limitPolicy({ limit, most }: ClientLimitInput): Policy {
  const { none, raised, meaning } = WORDS[limit];
  return {
    relaxed: { [limit]: most === null ? "any" : String(most) },
    act: (subscription) => `${most === null ? none : raised(most)} in ${subscription}`,
    meaning,
    events: { tightened: "policy.limit_tightened", relaxed: "policy.limit_relaxed" },
    data: { limit, most },
    tighten: async (tx, subscriptionId) => most !== null && (await lowerLimit(tx, subscriptionId, limit, most)),
    relax: (tx, proof, subscriptionId) => raiseLimit(tx, proof, subscriptionId, limit, most),
  };
}

/** Asks for the proof that a higher limit, or none, takes. @throws not_found, forbidden, two_factor_required, step_up_too_many */
export const requestLimitRelaxation = (ports: Ports, actor: Actor, input: ClientLimitInput): Promise<StepUpView> => requestRelaxation(ports, actor, limitPolicy(input), input.subscriptionId);

/** @param proof for a higher limit, or none. @throws not_found, forbidden, two_factor_required, bad_request without a proof, step_up_* */
export async function setClientLimit(ports: Ports, actor: Actor, input: ClientLimitInput, proof: PresentedProof | null): Promise<SubscriptionView> {
  const { subscriptionId, limit, most } = input;
  const policy = limitPolicy(input);
  if (proof !== null) await relaxPolicy(ports, actor, policy, subscriptionId, proof);
  else {
    await tightenPolicy(ports, actor, policy, subscriptionId);
    const { limits } = await requireAccess(ports.db.read, actor, subscriptionId, "subscription.policy");
    // It was lower than that, and is: to raise it is another thing.
    if (isTighter(limits[limit], most)) throw new PortcullisError("bad_request", "Asking for less takes a proof that it's you.", { field: "proof" });
  }
  return viewSubscription(ports, actor, { subscriptionId });
}
