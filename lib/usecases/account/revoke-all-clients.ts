/** Revokes a person's clients, all or those of one subscription, in the transaction at hand: each with its gateway's revision, as lib/usecases/revoke-client does one. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { transition } from "@/lib/core/client-state";
import { releaseAddress } from "@/lib/db/addresses";
import type { NewAuditEvent } from "@/lib/db/audit";
import { lockClientsOfOwner, markRevoked } from "@/lib/db/clients";
import type { Tx } from "@/lib/db/client";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { reviseClient } from "@/lib/usecases/client-device";

const by = (key: "instanceId" | "gatewayId") => (one: Record<typeof key, string>, other: Record<typeof key, string>) => (one[key] < other[key] ? -1 : Number(one[key] > other[key]));

/**
 * @param whose the actor's own when left out; subscriptionId null: wherever they are
 * @returns one event a client, to be appended last, by the lock order of docs/architecture.md
 */
export async function revokeAllClients(ports: Ports, tx: Tx, actor: Actor, whose: { ownerId: string; subscriptionId: string | null; operator: boolean } = { ownerId: actor.userId, subscriptionId: null, operator: false }): Promise<NewAuditEvent[]> {
  const now = ports.clock.now();
  const clients = await lockClientsOfOwner(tx, whose.ownerId, whose.subscriptionId);
  for (const client of clients.toSorted(by("instanceId"))) await releaseAddress(tx, client.instanceId, client.hostIndex, now);
  const events: NewAuditEvent[] = [];
  for (const client of clients.toSorted(by("gatewayId"))) {
    const { state } = transition(client, "revoke");
    const revision = await reviseClient(tx, client, { to: state, requestedAt: actor.requestedAt, now });
    await markRevoked(tx, client.id, revision, actor.userId, now);
    events.push({
      chain: client.subscriptionId,
      at: now,
      action: "client.revoked",
      actor: auditActor(actor, whose.operator),
      subject: { kind: "client", id: client.id },
      sourceAddress: actor.source.address,
      data: { nickname: client.nickname, publicKey: client.publicKey, requestedAt: iso(actor.requestedAt), revision: Number(revision) },
    });
  }
  return events;
}
