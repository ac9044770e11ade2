/** Takes an instance down: its clients are revoked with it, for good, in one revision. It is finished when the gateway confirms it. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import type { AuditActor } from "@/lib/core/audit-chain";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { lockInstanceWithClients, markTakenDown, type LeavingClient, type LockedInstance } from "@/lib/db/instances";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { lockSubscription } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { requireAccess } from "@/lib/usecases/subscription-access";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { SubscriptionView } from "@/lib/usecases/views";
import { reviseInstanceGone } from "./instance-device";

/** Taking down what is gone changes nothing and answers the same. @throws not_found, forbidden, two_factor_required */
export async function takeDownOwnInstance(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<SubscriptionView> {
  const { id } = await requireAccess(ports.db.read, actor, input.subscriptionId, "instance.remove");
  await ports.db.transaction(async (tx) => {
    await lockSubscription(tx, id);
    const access = await requireAccess(tx, actor, id, "instance.remove");
    await takeDownInstance(ports, tx, {
      subscriptionId: id,
      subscriptionName: access.name,
      by: { userId: actor.userId, email: actor.email, audit: auditActor(actor, access.standing === "operator") },
      requestedAt: actor.requestedAt,
      sourceAddress: actor.source.address,
    });
  });
  return viewSubscription(ports, actor, { subscriptionId: id });
}

export interface TakeDown {
  subscriptionId: string;
  subscriptionName: string;
  /** userId and email are null where the portal does it by itself. */
  by: { userId: string | null; email: string | null; audit: AuditActor };
  requestedAt: Date;
  sourceAddress: string | null;
}

/** For a subscription whose row is locked. @returns whether there was an instance */
export async function takeDownInstance(ports: Ports, tx: Tx, input: TakeDown): Promise<boolean> {
  const { subscriptionId, by, requestedAt } = input;
  const now = ports.clock.now();
  const found = await lockInstanceWithClients(tx, subscriptionId);
  if (found === null) return false;
  const { instance, clients } = found;
  const { revision } = await reviseInstanceGone(tx, instance, { requestedAt, now });
  await markTakenDown(tx, instance.id, revision, by.userId, now);
  await tell(ports, tx, input, instance, clients, now);
  const event = { chain: subscriptionId, at: now, actor: by.audit, sourceAddress: input.sourceAddress };
  await appendAudit(tx, [
    { ...event, action: "instance.taken_down", subject: { kind: "instance", id: instance.id }, data: { name: instance.name, clients: clients.length, requestedAt: iso(requestedAt), revision: Number(revision) } },
    ...clients.map((client): NewAuditEvent => ({
      ...event,
      action: "client.revoked",
      subject: { kind: "client", id: client.id },
      data: { nickname: client.nickname, publicKey: client.publicKey, requestedAt: iso(requestedAt), revision: Number(revision) },
    })),
  ]);
  return true;
}

/** Who answers for the subscription, and whose machines lose their access: one mail each. */
async function tell(ports: Ports, tx: Tx, { subscriptionId, subscriptionName, by }: TakeDown, instance: LockedInstance, clients: LeavingClient[], now: Date): Promise<void> {
  const recipients = new Set([...(await managersOf(tx, subscriptionId)), ...clients.flatMap(({ mailTo }) => mailTo ?? [])]);
  for (const recipient of [...recipients].sort()) {
    await queueMail(tx, {
      id: ports.newId(),
      recipient,
      now,
      content: {
        template: "instance-taken-down",
        instanceName: instance.name,
        subscriptionName,
        byEmail: by.email,
        byOperator: by.audit.operator,
        clients: clients.length,
        own: clients.filter(({ mailTo }) => mailTo === recipient).length,
        at: iso(now),
        url: new URL(`/subscriptions/${subscriptionId}`, ports.config.url).href,
      },
    });
  }
}

export const noInstance = (): PortcullisError => new PortcullisError("instance_not_ready", "This subscription has no instance. Provision one first.");
