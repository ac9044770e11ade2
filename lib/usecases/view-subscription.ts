import type { Actor } from "@/lib/auth/actor";
import { countClientsOfOwner } from "@/lib/db/clients";
import { findLeavingInstance } from "@/lib/db/instances";
import { findInstanceChange } from "@/lib/db/provisioning";
import type { Ports } from "@/lib/ports";
import { requireNotedAccess } from "./note-operator-view";
import { subscriptionView } from "./present";
import type { SubscriptionView } from "./views";

/** @throws not_found */
export async function viewSubscription(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<SubscriptionView> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "subscription.read");
  const { instance, limits } = access;
  const [change, leaving, ownClients] = await Promise.all([
    instance ? findInstanceChange(ports.db.read, instance.id) : null,
    findLeavingInstance(ports.db.read, access.id),
    limits.clientsPerMember === null || access.standing === "operator" ? null : countClientsOfOwner(ports.db.read, access.id, actor.userId),
  ]);
  return subscriptionView(access, actor, ports.clock.now(), { change, leaving, ownClients, cards: ports.cards !== undefined });
}
