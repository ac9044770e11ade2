/** Revokes a person's clients, all or those of one subscription, in the transaction at hand: each with its gateway's revision, as lib/usecases/revoke-client does one. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import type { AuditActor } from "@/lib/core/audit-chain";
import { transition } from "@/lib/core/client-state";
import { releaseAddress } from "@/lib/db/addresses";
import type { NewAuditEvent } from "@/lib/db/audit";
import { lockClientsOfOwner, markRevoked } from "@/lib/db/clients";
import type { Tx } from "@/lib/db/client";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { reviseClient } from "@/lib/usecases/client-device";

const inOrderOf = (key: "instanceId" | "gatewayId") => (one: Record<typeof key, string>, other: Record<typeof key, string>) => (one[key] < other[key] ? -1 : Number(one[key] > other[key]));

/** Who revokes them. userId null: the company's directory. */
export interface Revoker {
  userId: string | null;
  audit: AuditActor;
  requestedAt: Date;
  sourceAddress: string | null;
}

/**
 * @param whose the actor's own when left out; subscriptionId null: wherever they are
 * @returns one event a client, to be appended last, by the lock order of docs/architecture.md
 */
export async function revokeAllClients(ports: Ports, tx: Tx, actor: Actor, whose: { ownerId: string; subscriptionId: string | null; operator: boolean } = { ownerId: actor.userId, subscriptionId: null, operator: false }): Promise<NewAuditEvent[]> {
  return revokeClientsOf(ports, tx, { userId: actor.userId, audit: auditActor(actor, whose.operator), requestedAt: actor.requestedAt, sourceAddress: actor.source.address }, whose);
}

/** @returns one event a client, to be appended last */
export async function revokeClientsOf(ports: Ports, tx: Tx, by: Revoker, whose: { ownerId: string; subscriptionId: string | null }): Promise<NewAuditEvent[]> {
  const now = ports.clock.now();
  const clients = await lockClientsOfOwner(tx, whose.ownerId, whose.subscriptionId);
  for (const client of clients.toSorted(inOrderOf("instanceId"))) await releaseAddress(tx, client.instanceId, client.hostIndex, now);
  const events: NewAuditEvent[] = [];
  for (const client of clients.toSorted(inOrderOf("gatewayId"))) {
    const { state } = transition(client, "revoke");
    const revision = await reviseClient(tx, client, { to: state, requestedAt: by.requestedAt, now });
    await markRevoked(tx, client.id, revision, by.userId, now);
    events.push({
      chain: client.subscriptionId,
      at: now,
      action: "client.revoked",
      actor: by.audit,
      subject: { kind: "client", id: client.id },
      sourceAddress: by.sourceAddress,
      data: { nickname: client.nickname, publicKey: client.publicKey, requestedAt: iso(by.requestedAt), revision: Number(revision) },
    });
  }
  return events;
}
