/** What went through a client during the last day and the last month, for those who may see the client. */
import type { Actor } from "@/lib/auth/actor";
import { notFound } from "@/lib/core/errors";
import { DAY_MS, everyUnit, HOUR_MS, keptSince, shownSince, type Traffic } from "@/lib/core/traffic";
import { findClient } from "@/lib/db/clients";
import { readTraffic, rollUpTraffic } from "@/lib/db/sightings";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { requireNotedAccess } from "./note-operator-view";
import { ownerScope, requireId } from "./subscription-access";
import type { TrafficPoint, TrafficView } from "./traffic-view";

/** @throws not_found */
export async function viewTraffic(ports: Ports, actor: Actor, input: { subscriptionId: string; clientId: string }): Promise<TrafficView> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "client.read");
  const client = await findClient(ports.db.read, access.id, requireId(input.clientId), ownerScope(access, actor, "client.read"));
  if (!client) throw notFound();
  const now = ports.clock.now();
  const since = shownSince(now);
  const { hours, days } = await readTraffic(ports.db.read, client.id, since);
  return { hours: everyUnit(hours, since.hour, now, HOUR_MS).map(pointOf), days: everyUnit(days, since.day, now, DAY_MS).map(pointOf) };
}

/** What the gateway sent, the machine downloaded. */
export const pointOf = ({ at, receivedBytes, sentBytes }: Traffic): TrafficPoint => ({ at: iso(at), downloadedBytes: sentBytes, uploadedBytes: receivedBytes });

/** Keeps what is stored of each client bounded: at most 72 hours and 31 days. */
export const rollUpOldTraffic = (ports: Ports): Promise<void> => rollUpTraffic(ports.db.read, keptSince(ports.clock.now()));
