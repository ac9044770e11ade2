import type { Actor } from "@/lib/auth/actor";
import { notFound } from "@/lib/core/errors";
import { findSystem, listSystemRows } from "@/lib/db/systems";
import type { Ports } from "@/lib/ports";
import { requireNotedAccess } from "@/lib/usecases/note-operator-view";
import { requireId } from "@/lib/usecases/subscription-access";
import type { SystemView } from "@/lib/usecases/system-views";
import { systemViews } from "./present";

/** More than a subscription ever has; those that wait and those that are in come first. */
const MOST = 500;

/** @throws not_found, forbidden, two_factor_required */
export async function listSystems(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<{ items: SystemView[] }> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "system.read");
  return { items: await systemViews(ports, ports.db.read, actor, access, await listSystemRows(ports.db.read, access.id, ports.clock.now(), MOST)) };
}

/** @throws not_found, forbidden, two_factor_required */
export async function viewSystem(ports: Ports, actor: Actor, input: { subscriptionId: string; systemId: string }): Promise<SystemView> {
  const systemId = requireId(input.systemId);
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "system.read");
  const row = await findSystem(ports.db.read, access.id, systemId);
  if (!row) throw notFound();
  const [view] = await systemViews(ports, ports.db.read, actor, access, [row]);
  if (!view) throw notFound();
  return view;
}
