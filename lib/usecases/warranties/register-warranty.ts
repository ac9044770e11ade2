import { auditActor, type Actor } from "@/lib/auth/actor";
import { forgiveTries, takeTry, type Try } from "@/lib/auth/limits";
import { PortcullisError } from "@/lib/core/errors";
import { parseSerial } from "@/lib/core/warranty";
import { appendAudit } from "@/lib/db/audit";
import { isOwnSerial, registerWarranty } from "@/lib/db/warranties";
import type { Ports } from "@/lib/ports";
import type { DeviceView } from "@/lib/usecases/warranty-views";
import { deviceView } from "./list-warranties";

/**
 * Makes a device the actor's own. A serial number that nobody imported and one that somebody else registered get the same answer, and
 * tries are counted: who guesses learns nothing of which devices there are.
 *
 * @throws warranty_serial_invalid, warranty_unavailable, too_many_tries
 */
export async function registerDevice(ports: Ports, actor: Actor, input: { serial: string }): Promise<DeviceView> {
  const serial = parseSerial(input.serial);
  const attempt: Try = { kind: "serial", account: actor.email, source: actor.source.address, knownBrowser: false };
  await takeTry(ports, attempt);
  const now = ports.clock.now();
  const device = await ports.db.transaction(async (tx) => {
    const registered = await registerWarranty(tx, serial, actor.userId, now);
    if (!registered) {
      if (await isOwnSerial(tx, serial, actor.userId)) throw new PortcullisError("warranty_unavailable", "You have registered this device already: it is in your list.", { field: "serial" });
      throw new PortcullisError("warranty_unavailable", "No device with this serial number waits to be registered. Compare it with the label. If somebody else has registered it, ask them to transfer it to you; if it is new, its record may not be here yet.", { field: "serial" });
    }
    await appendAudit(tx, [
      { chain: actor.userId, at: now, action: "warranty.registered", actor: auditActor(actor), subject: { kind: "warranty", id: registered.id }, sourceAddress: actor.source.address, data: { model: registered.model, serial } },
    ]);
    return registered;
  });
  await forgiveTries(ports, attempt);
  return deviceView(device, now);
}
