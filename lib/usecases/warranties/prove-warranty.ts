import type { Actor } from "@/lib/auth/actor";
import { notFound } from "@/lib/core/errors";
import { dayOf } from "@/lib/core/warranty";
import { findOwnWarranty } from "@/lib/db/warranties";
import { warrantyProof } from "@/lib/pdf/warranty-proof";
import type { Ports } from "@/lib/ports";
import { requireId } from "@/lib/usecases/subscription-access";

/** A page to print that says what is covered, until when, and whose it is. @throws not_found */
export async function proveWarranty(ports: Ports, actor: Actor, input: { warrantyId: string }): Promise<{ fileName: string; pdf: Uint8Array<ArrayBuffer> }> {
  const warranty = await findOwnWarranty(ports.db.read, actor.userId, requireId(input.warrantyId));
  if (!warranty) throw notFound();
  const now = ports.clock.now();
  const pdf = await warrantyProof({ ...warranty, registeredOn: dayOf(warranty.registeredAt), owner: actor.email, portal: new URL(ports.config.url).host, issuedAt: now });
  return { fileName: `warranty-${warranty.serial.replace(/[^A-Z0-9-]/g, "_")}.pdf`, pdf };
}
