/** A gateway spends its one-time token and makes itself known. */
import { tokenHashOf } from "@/lib/auth/tokens";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { forgetSealedKeys, setWantedDigest } from "@/lib/db/gateway-credentials";
import { readWhole } from "@/lib/db/gateway-state";
import { enrolGateway, noteAgent } from "@/lib/db/gateways";
import type { Ports } from "@/lib/ports";
import { bitsOf, digestOf, elementsOf } from "@/lib/protocol/digest";
import type { EnrolRequest, EnrolResponse } from "@/lib/protocol/messages";
import { PROTOCOL_VERSION } from "@/lib/protocol/version";

/** @returns again: the same agent asked with the same token before. @throws enrolment_refused */
export async function enrolGatewayAgent(ports: Ports, request: EnrolRequest, sourceAddress: string | null): Promise<EnrolResponse & { again: boolean }> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const gateway = await enrolGateway(tx, { tokenHash: tokenHashOf(request.token), credentialHash: tokenHashOf(request.credential), boxPublicKey: request.boxPublicKey, now });
    if (!gateway) throw new PortcullisError("enrolment_refused", "This enrolment token is unknown, spent or expired. Ask an operator for a new one.");
    await noteAgent(tx, gateway.id, { now, agentVersion: request.agentVersion, protocolVersion: request.protocol, implementation: request.wireguard.implementation });
    if (!gateway.again) {
      if (gateway.boxKeyChanged) await renewWhatWasSealed(tx, gateway.id, now);
      await appendAudit(tx, [
        {
          chain: gateway.id,
          at: now,
          action: "gateway.enrolled",
          actor: { kind: "gateway", id: gateway.id, label: `gateway ${gateway.name}`, operator: false },
          subject: { kind: "gateway", id: gateway.id },
          sourceAddress,
          data: { agentVersion: request.agentVersion, implementation: request.wireguard.implementation, boxPublicKey: request.boxPublicKey },
        },
      ]);
    }
    return { gatewayId: gateway.id, name: gateway.name, protocol: Math.min(request.protocol, PROTOCOL_VERSION), again: gateway.again };
  });
}

/**
 * A gateway that was cut off, and is enrolled anew on another host, has other keys: preshared keys that were sealed to the old one open nowhere, and every
 * machine needs a new file. For a new gateway there is nothing to do.
 */
async function renewWhatWasSealed(tx: Tx, gatewayId: string, now: Date): Promise<void> {
  if ((await forgetSealedKeys(tx, gatewayId, now)) === 0) return;
  const { instances } = await readWhole(tx, gatewayId);
  await setWantedDigest(tx, gatewayId, bitsOf(digestOf(instances.flatMap((instance) => [...elementsOf(instance)]))));
}
