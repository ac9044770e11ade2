/** A system that was let in: its name, and its end. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { PortcullisError } from "@/lib/core/errors";
import { parseNickname } from "@/lib/core/nickname";
import { appendAudit } from "@/lib/db/audit";
import { lockSystemPeer, type LockedClient } from "@/lib/db/clients";
import type { Tx } from "@/lib/db/client";
import { notifySubscriptions } from "@/lib/db/gateway-changes";
import { renamePeer, type SystemRow } from "@/lib/db/systems";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { cutPeer } from "@/lib/usecases/peer";
import type { SystemView } from "@/lib/usecases/system-views";
import { lockReachableSystem, tellManagers, type SystemInput } from "./decide";
import { viewSystem } from "./view-systems";

/** @throws system_decided when it was never let in */
async function requirePeer(tx: Tx, system: SystemRow): Promise<LockedClient> {
  const peer = await lockSystemPeer(tx, system.subscriptionId, system.id);
  if (!peer) throw new PortcullisError("system_decided", "This system was not approved, so there is nothing to change about it.");
  return peer;
}

/** @throws nickname_invalid, not_found, forbidden, two_factor_required, system_decided, client_final when it was removed */
export async function renameSystem(ports: Ports, actor: Actor, input: SystemInput & { name: string }): Promise<SystemView> {
  const name = parseNickname(input.name);
  await ports.db.transaction(async (tx) => {
    const { access, system } = await lockReachableSystem(tx, actor, input, "system.approve");
    const peer = await requirePeer(tx, system);
    if (peer.state === "revoked") throw new PortcullisError("client_final", "This system was removed, which is final.");
    if (peer.nickname === name) return;
    await renamePeer(tx, peer.id, name);
    await notifySubscriptions(tx, [{ subscriptionId: access.id, clientId: peer.id }]);
    await appendAudit(tx, [
      { chain: access.id, at: ports.clock.now(), action: "system.renamed", actor: auditActor(actor), subject: { kind: "system", id: system.id }, sourceAddress: actor.source.address, data: { from: peer.nickname, name } },
    ]);
  });
  return viewSystem(ports, actor, input);
}

/** Final, as revoking a client is, and finished when the gateway confirms it. Removing what is removed answers the same. @throws not_found, forbidden, two_factor_required, system_decided */
export async function removeSystem(ports: Ports, actor: Actor, input: SystemInput): Promise<SystemView> {
  await ports.db.transaction(async (tx) => {
    const { access, system } = await lockReachableSystem(tx, actor, input, "system.remove");
    const peer = await requirePeer(tx, system);
    if (peer.state === "revoked") return;
    const now = ports.clock.now();
    const revision = await cutPeer(tx, peer, { userId: actor.userId, requestedAt: actor.requestedAt, now });
    await tellManagers(ports, tx, actor, access, { template: "system-removed", system, name: peer.nickname, instanceName: peer.instanceName, now });
    await appendAudit(tx, [
      {
        chain: access.id,
        at: now,
        action: "system.removed",
        actor: auditActor(actor, access.standing === "operator"),
        subject: { kind: "system", id: system.id },
        sourceAddress: actor.source.address,
        data: { name: peer.nickname, publicKey: peer.publicKey, requestedAt: iso(actor.requestedAt), revision: Number(revision) },
      },
    ]);
  });
  return viewSystem(ports, actor, input);
}
