import type { Actor } from "@/lib/auth/actor";
import { findInstanceChange } from "@/lib/db/provisioning";
import type { Ports } from "@/lib/ports";
import { requireNotedAccess } from "./note-operator-view";
import { subscriptionView } from "./present";
import type { SubscriptionView } from "./views";

/** @throws not_found */
export async function viewSubscription(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<SubscriptionView> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "subscription.read");
  const { instance } = access;
  const setup = instance && instance.status !== "ready" ? await findInstanceChange(ports.db.read, instance.id) : null;
  return subscriptionView(access, actor, ports.clock.now(), setup);
}
