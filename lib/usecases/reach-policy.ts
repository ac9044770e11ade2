/** Whether the machines of an instance reach one another, or each the instance alone. Done when the gateway confirms it, as with any change of its device. */
import type { Actor } from "@/lib/auth/actor";
import type { PresentedProof } from "@/lib/auth/step-up";
import { PortcullisError } from "@/lib/core/errors";
import type { Tx } from "@/lib/db/client";
import { takeRevision } from "@/lib/db/gateway-changes";
import { closeReach, openReach, type ReachableInstance } from "@/lib/db/instances";
import type { Ports } from "@/lib/ports";
import { elementHash, xor } from "@/lib/protocol/digest";
import { PEERS_REACH_SINCE } from "@/lib/protocol/version";
import { relaxPolicy, requestRelaxation, tightenPolicy, type Policy } from "./policy-change";
import { requireAccess } from "./subscription-access";
import { viewSubscription } from "./view-subscription";
import type { StepUpView, SubscriptionView } from "./views";

/** @param actor whose request it is: the way to the device is timed from its arrival */
function reachPolicy(ports: Ports, actor: Actor): Policy {
  const commit = async (tx: Tx, subscriptionId: string, instance: ReachableInstance | null): Promise<boolean> => {
    if (instance === null) return false;
    const { instanceId, listenPort, addresses } = instance;
    const element = { kind: "instance" as const, instanceId, listenPort, addresses };
    await takeRevision(tx, {
      gatewayId: instance.gatewayId,
      instanceId,
      subscriptionId,
      clientId: null,
      toggled: xor(elementHash({ ...element, peersReach: false }), elementHash({ ...element, peersReach: true })),
      requestedAt: actor.requestedAt,
      committedAt: ports.clock.now(),
    });
    return true;
  };
  return {
    relaxed: { peersReach: "on" },
    act: (subscription) => `let machines reach one another in ${subscription}`,
    meaning: "Each machine that is connected can open connections to every other one, past its own firewall's idea of outside.",
    events: { tightened: "policy.peers_apart", relaxed: "policy.peers_reach" },
    tighten: async (tx, subscriptionId) => commit(tx, subscriptionId, await closeReach(tx, subscriptionId)),
    relax: async (tx, proof, subscriptionId) => {
      // It may be on another gateway by now.
      await requireCapable(tx, actor, subscriptionId);
      return commit(tx, subscriptionId, await openReach(tx, proof, subscriptionId));
    },
  };
}

async function requireCapable(tx: Tx, actor: Actor, subscriptionId: string): Promise<void> {
  const { instance } = await requireAccess(tx, actor, subscriptionId, "subscription.policy");
  if (!instance || instance.status !== "ready") throw new PortcullisError("instance_not_ready", "The instance is not up yet. Try again once it is.");
  if (instance.gateway.agentless) throw new PortcullisError("gateway_outdated", "This instance's host runs no agent, so the portal can't say what is forwarded there.");
  if ((instance.gateway.protocolVersion ?? 1) < PEERS_REACH_SINCE) throw new PortcullisError("gateway_outdated", "The agent of this instance's gateway is too old for this. Its operator has to bring it up to date first.");
}

/** @throws not_found, forbidden, two_factor_required, instance_not_ready, gateway_outdated, step_up_too_many */
export async function requestPeersReach(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<StepUpView> {
  await requireCapable(ports.db.read, actor, input.subscriptionId);
  return requestRelaxation(ports, actor, reachPolicy(ports, actor), input.subscriptionId);
}

/** @param proof for turning it on alone. @throws what requestPeersReach throws, bad_request without a proof, step_up_* */
export async function setPeersReach(ports: Ports, actor: Actor, input: { subscriptionId: string; peersReach: boolean }, proof: PresentedProof | null): Promise<SubscriptionView> {
  const { subscriptionId, peersReach } = input;
  if (peersReach) {
    await requireCapable(ports.db.read, actor, subscriptionId);
    await relaxPolicy(ports, actor, reachPolicy(ports, actor), subscriptionId, proof);
  } else await tightenPolicy(ports, actor, reachPolicy(ports, actor), subscriptionId);
  return viewSubscription(ports, actor, { subscriptionId });
}
