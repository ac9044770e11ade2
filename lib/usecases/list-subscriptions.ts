import type { Actor } from "@/lib/auth/actor";
import { listMemberSubscriptions } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { subscriptionView } from "./present";
import type { SubscriptionView } from "./views";

/** The subscriptions that the actor is a member of. An operator finds the others by search. */
export async function listSubscriptions(ports: Ports, actor: Actor): Promise<SubscriptionView[]> {
  const rows = await listMemberSubscriptions(ports.db.read, actor.userId);
  return rows.map((access) => subscriptionView(access, actor, ports.clock.now(), { cards: ports.cards !== undefined }));
}
