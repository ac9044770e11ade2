import type { Actor } from "@/lib/auth/actor";
import { notFound } from "@/lib/core/errors";
import { findClient } from "@/lib/db/clients";
import type { Ports } from "@/lib/ports";
import { requireNotedAccess } from "./note-operator-view";
import { clientView } from "./present";
import { ownerScope, requireId } from "./subscription-access";
import type { ClientView } from "./views";

/** @throws not_found: also for a client of another subscription, and for a member's colleague's */
export async function viewClient(ports: Ports, actor: Actor, input: { subscriptionId: string; clientId: string }): Promise<ClientView> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "client.read");
  const row = await findClient(ports.db.read, access.id, requireId(input.clientId), ownerScope(access, actor, "client.read"));
  if (!row) throw notFound();
  return clientView(row, actor, access.standing, ports.clock.now());
}
