/** One client of one subscription, as far as the actor's role reaches it: for the use cases that change it. */
import type { Actor } from "@/lib/auth/actor";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { can, type SubscriptionPermission } from "@/lib/core/policy";
import { isInGoodStanding } from "@/lib/core/vocabulary";
import type { Tx } from "@/lib/db/client";
import { findClient, lockClient, type LockedClient } from "@/lib/db/clients";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { clientView } from "./present";
import { requireAccess, requireId } from "./subscription-access";
import type { ClientView } from "./views";

export interface ClientInput {
  subscriptionId: string;
  clientId: string;
}

/**
 * A member is not told of colleagues' clients: those are not found, like any that isn't there. The client's row stays locked, and the membership as it is, until the transaction ends.
 *
 * @throws not_found, also for a colleague's client where the role reaches own ones alone; forbidden
 */
export async function lockReachable(tx: Tx, actor: Actor, input: ClientInput, permission: SubscriptionPermission): Promise<{ access: SubscriptionAccess; client: LockedClient }> {
  const clientId = requireId(input.clientId);
  const access = await requireAccess(tx, actor, input.subscriptionId, permission, true);
  const client = await lockClient(tx, access.id, clientId);
  // A system is no person's client, and has ways of its own.
  if (!client || client.ownerId === null || !can(access.standing, permission, client.ownerId === actor.userId)) throw notFound();
  return { access, client };
}

/** Access is given back only where a subscription is in good standing. @throws subscription_inactive */
export function requireActive(access: SubscriptionAccess): void {
  if (isInGoodStanding(access.billingState)) return;
  throw new PortcullisError("subscription_inactive", "This subscription is not active, so access can't be given back. Its owner can bring it back.");
}

export const clientUrl = (ports: Pick<Ports, "config">, client: Pick<LockedClient, "id" | "subscriptionId">): string =>
  new URL(`/subscriptions/${client.subscriptionId}/clients/${client.id}`, ports.config.url).href;

/** What the page shows after the change was committed. */
export async function viewAfter(ports: Ports, actor: Actor, access: SubscriptionAccess, input: ClientInput): Promise<ClientView> {
  const row = await findClient(ports.db.read, access.id, input.clientId, null);
  if (!row) throw notFound();
  return clientView(row, actor, access.standing, ports.clock.now());
}
