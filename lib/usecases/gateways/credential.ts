/** Replacing a gateway's credential, and ending it at once. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { tokenHashOf } from "@/lib/auth/tokens";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import { askRotation, cutOff, handInCredential, subscriptionsOn } from "@/lib/db/gateway-credentials";
import type { Ports } from "@/lib/ports";
import type { CredentialRequest, CredentialResponse } from "@/lib/protocol/messages";
import type { AuthenticatedGateway } from "@/lib/usecases/gateways/authenticate";
import { requireOperator } from "@/lib/usecases/search-clients";
import { requireId } from "@/lib/usecases/subscription-access";

/**
 * From a gateway: it takes over at its first use. Handed in again, it is the same. The one that was replaced hands in none, not even while
 * it counts: who has a copy of it would have the gateway for good.
 *
 * @throws bad_request for one that is, or was, a credential, and for who doesn't hold the one in use
 */
export async function takeNextCredential(ports: Ports, gateway: Pick<AuthenticatedGateway, "id" | "credentialHash">, { credential }: CredentialRequest): Promise<CredentialResponse> {
  const taken = await ports.db.transaction((tx) => handInCredential(tx, gateway.id, gateway.credentialHash, tokenHashOf(credential)));
  if (!taken) throw new PortcullisError("bad_request", "This credential is in use already, or was, or the one that it was handed in with was replaced. Make another one, and hand it in with the one in use.");
  return {};
}

/** The agent makes another credential within half a minute. @throws forbidden, not_found for a gateway without one */
export async function rotateGatewayCredential(ports: Ports, actor: Actor, input: { gatewayId: string }): Promise<void> {
  requireOperator(actor);
  const id = requireId(input.gatewayId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const gateway = await askRotation(tx, id, now);
    if (!gateway) throw notFound();
    await appendAudit(tx, [{ chain: id, at: now, action: "gateway.rotation_asked", actor: auditActor(actor, true), subject: { kind: "gateway", id }, sourceAddress: actor.source.address, data: { name: gateway.name } }]);
  });
}

/**
 * From now on nothing that the gateway says counts, and it is told nothing. What its host holds, it holds: its tunnels stay up until
 * somebody stops them there, or in front of it. Doing it twice changes nothing.
 *
 * @throws forbidden, not_found for a gateway without a credential
 */
export async function cutOffGateway(ports: Ports, actor: Actor, input: { gatewayId: string }): Promise<void> {
  requireOperator(actor);
  const id = requireId(input.gatewayId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const gateway = await cutOff(tx, id, now);
    if (!gateway) throw notFound();
    const event = { at: now, action: "gateway.cut_off" as const, actor: auditActor(actor, true), subject: { kind: "gateway", id }, sourceAddress: actor.source.address };
    const instances = await subscriptionsOn(tx, id);
    await appendAudit(tx, [
      { ...event, chain: id, data: { name: gateway.name, instances: instances.length } },
      ...instances.map(({ subscriptionId, name }): NewAuditEvent => ({ ...event, chain: subscriptionId, data: { name: gateway.name, instance: name } })),
    ]);
  });
}
