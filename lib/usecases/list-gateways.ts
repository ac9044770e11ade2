import type { Actor } from "@/lib/auth/actor";
import { listGatewayRows } from "@/lib/db/gateways";
import { isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { presenceOf } from "./present";
import { requireOperator } from "./search-clients";
import type { GatewayView, Page } from "./views";

/** Every gateway and how far it is behind. @throws forbidden */
export async function listGateways(ports: Ports, actor: Actor): Promise<Page<GatewayView>> {
  requireOperator(actor);
  const now = ports.clock.now();
  const rows = await listGatewayRows(ports.db.read);
  return {
    items: rows.map((row) => ({
      // One without an agent may have many instances, each with a list of its own.
      ...presenceOf({ ...row, fetchedAt: row.lastSeenAt, fetchedRevision: null }, now),
      id: row.id,
      endpointHost: row.endpointHost,
      enrolled: row.enrolledAt !== null,
      agentVersion: row.agentVersion,
      protocolVersion: row.protocolVersion,
      credentialMadeAt: isoOrNull(row.credentialMadeAt),
      rotating: row.rotationAskedAt !== null,
      cutOffAt: isoOrNull(row.cutOffAt),
      implementation: row.implementation,
      revision: row.revision,
      acknowledgedRevision: row.acknowledgedRevision,
      instances: row.instances,
      peers: row.peers,
      inSync: row.inSync && row.acknowledgedRevision === row.revision,
      failure: row.failure,
      pendingCuts: row.pendingCuts,
      pendingSince: isoOrNull(row.pendingSince),
    })),
    nextCursor: null,
  };
}
