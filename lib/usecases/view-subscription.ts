import type { Actor } from "@/lib/auth/actor";
import type { Ports } from "@/lib/ports";
import { requireNotedAccess } from "./note-operator-view";
import { subscriptionView } from "./present";
import type { SubscriptionView } from "./views";

/** @throws not_found */
export async function viewSubscription(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<SubscriptionView> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "subscription.read");
  return subscriptionView(access, actor, ports.clock.now());
}
