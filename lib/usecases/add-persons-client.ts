/** What issuing a client and enrolling one that was prepared have in common: the address, the gateway's revision, the row, the mail and the event. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, type SpentProof } from "@/lib/auth/step-up";
import type { PublicKey } from "@/lib/core/keys";
import type { Nickname } from "@/lib/core/nickname";
import type { SealedKey } from "@/lib/core/sealed-key";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { insertClient } from "@/lib/db/clients";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { clientUrl } from "./client-access";
import { keyInUse, takePeer } from "./peer";
import { requireOpenable, type ReadyInstance } from "./subscription-access";

export interface PersonsClient {
  access: SubscriptionAccess;
  instance: ReadyInstance;
  nickname: Nickname;
  publicKey: PublicKey;
  sealedPresharedKey: SealedKey | null;
  /** As it is allowed. */
  expiresAt: Date | null;
  /** Who had prepared it; null: it is the actor's own idea. */
  prepared: { byEmail: string | null } | null;
}

/** @returns the client's id. @throws sealed_key_invalid, public_key_invalid, plan_limit_reached, member_limit_reached, subnet_full, public_key_in_use */
export async function addPersonsClient(ports: Ports, tx: Tx, actor: Actor, proof: SpentProof<"client.issue" | "client.enrol">, client: PersonsClient): Promise<string> {
  const { access, instance, nickname, publicKey, sealedPresharedKey, expiresAt, prepared } = client;
  const now = ports.clock.now();
  requireOpenable(instance, sealedPresharedKey);
  const clientId = ports.newId();
  const { hostIndex, address, revision } = await takePeer(tx, { access, instance, clientId, publicKey, hasPresharedKey: sealedPresharedKey !== null, ownerId: actor.userId, requestedAt: actor.requestedAt, now });
  const inserted = await insertClient(tx, proof, {
    id: clientId,
    subscriptionId: access.id,
    instanceId: instance.id,
    ownerId: actor.userId,
    systemId: null,
    nickname,
    publicKey,
    sealedPresharedKey,
    hostIndex,
    addressV4: address.v4,
    addressV6: address.v6,
    gatewayId: instance.gateway.id,
    revision,
    createdAt: now,
    expiresAt,
  });
  if (!inserted) throw keyInUse();
  await queueMail(tx, {
    id: ports.newId(),
    recipient: actor.email,
    now,
    content: {
      template: "client-issued",
      nickname,
      instanceName: instance.name,
      byEmail: actor.email,
      browser: actor.source.browser,
      sourceAddress: actor.source.address ?? "unknown",
      at: iso(now),
      expiresAt: isoOrNull(expiresAt),
      clientUrl: clientUrl(ports, { id: clientId, subscriptionId: access.id }),
    },
  });
  const data = { nickname, publicKey, addressV4: address.v4, addressV6: address.v6, expiresAt: isoOrNull(expiresAt), revision: Number(revision), proof: FACTOR_WORDS[proof.factor] };
  await appendAudit(tx, [
    {
      chain: access.id,
      at: now,
      action: prepared ? "client.enrolled" : "client.issued",
      actor: auditActor(actor),
      subject: { kind: "client", id: clientId },
      sourceAddress: actor.source.address,
      data: prepared ? { ...data, preparedBy: prepared.byEmail } : data,
    },
  ]);
  return clientId;
}
