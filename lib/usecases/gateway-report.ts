/** What a gateway saw on its devices since it last said so. */
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { digestMatches, notePresence, notifySubscriptions } from "@/lib/db/gateway-changes";
import { findOwnInstances, type GatewayIdentity } from "@/lib/db/gateways";
import { noteSightings } from "@/lib/db/sightings";
import type { Ports } from "@/lib/ports";
import type { Repair, ReportRequest, ReportResponse } from "@/lib/protocol/messages";
import { actOnSharing, followMoves } from "./note-sharing";
import { promoteSeenKeys } from "./replace-key";

export async function takeReport(ports: Ports, gateway: GatewayIdentity, report: ReportRequest, sourceAddress: string | null): Promise<ReportResponse> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const inSync = (await digestMatches(tx, gateway.id, report.revision, new Uint8Array(Buffer.from(report.digest, "hex")))) === true;
    await notePresence(tx, gateway.id, { now, about: { revision: report.revision, inSync } });
    const findings = await followMoves(ports, tx, gateway, report, now);
    await promoteSeenKeys(ports, tx, gateway, report.peers);
    await actOnSharing(ports, tx, findings, now);
    await noteDrift(ports, tx, gateway, report.repairs, sourceAddress);
    // Where addresses aren't kept, they don't even get into the database.
    const peers = ports.config.endpointDays === 0 ? report.peers.map((peer) => ({ ...peer, endpoint: null })) : report.peers;
    const subscriptions = await noteSightings(tx, gateway.id, peers, now);
    await notifySubscriptions(tx, subscriptions.map((subscriptionId) => ({ subscriptionId, clientId: null })));
    return { inSync };
  });
}

/** Somebody changed the device by hand, or it broke, and the agent put it right: a line in the customer's log. Other gateways' instances are passed over. */
async function noteDrift(ports: Ports, tx: Tx, gateway: GatewayIdentity, repairs: Repair[], sourceAddress: string | null): Promise<void> {
  if (repairs.length === 0) return;
  const instances = await findOwnInstances(tx, gateway.id, repairs.map(({ instanceId }) => instanceId));
  await appendAudit(
    tx,
    repairs.flatMap(({ instanceId, added, updated, removed }) => {
      const instance = instances.get(instanceId);
      if (!instance) return [];
      return [
        {
          chain: instance.subscriptionId,
          at: ports.clock.now(),
          action: "instance.drift",
          actor: { kind: "gateway" as const, id: gateway.id, label: `gateway ${gateway.name}`, operator: false },
          subject: { kind: "instance", id: instanceId },
          sourceAddress,
          data: { name: instance.name, added, updated, removed },
        },
      ];
    }),
  );
}
