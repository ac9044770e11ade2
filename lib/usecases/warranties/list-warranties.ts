import type { Actor } from "@/lib/auth/actor";
import { coverageOf, dayOf } from "@/lib/core/warranty";
import { listOffersTo, listWarranties, type WarrantyRecordRow } from "@/lib/db/warranties";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { DeviceView, WarrantiesView } from "@/lib/usecases/warranty-views";

export const deviceView = ({ serial, model, startsOn, endsOn }: WarrantyRecordRow, now: Date): DeviceView => ({ serial, model, startsOn, endsOn, ...coverageOf({ startsOn, endsOn }, dayOf(now)) });

/** The actor's devices, and those that others offer to hand over to them. */
export async function listOwnWarranties(ports: Ports, actor: Actor): Promise<WarrantiesView> {
  const now = ports.clock.now();
  const [own, offers] = await Promise.all([listWarranties(ports.db.read, actor.userId, now), listOffersTo(ports.db.read, actor.email, now)]);
  return {
    items: own.map((row) => ({
      ...deviceView(row, now),
      id: row.id,
      registeredAt: iso(row.registeredAt),
      offer: row.offer && { recipient: row.offer.recipient, expiresAt: iso(row.offer.expiresAt) },
    })),
    offers: offers.map((row) => ({ ...deviceView(row, now), id: row.offerId, fromEmail: row.fromEmail ?? "a deleted account", expiresAt: iso(row.expiresAt) })),
  };
}
