/**
 * Moves an instance to another gateway, with its networks, its addresses and its clients. The gateway's key, endpoint and preshared keys
 * can't come along (each gateway makes its own, and only it can open what was sealed to it), so every machine needs a new file.
 */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { appendAudit } from "@/lib/db/audit";
import { lockGateways, lockInstanceWithClients, moveClients, moveInstance } from "@/lib/db/instances";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { freeListenPort, listOpenGateways, type OpenGateway } from "@/lib/db/provisioning";
import { lockSubscription, type SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { PEERS_REACH_SINCE } from "@/lib/protocol/version";
import { requireActive } from "@/lib/usecases/client-access";
import { requireNotedAccess } from "@/lib/usecases/note-operator-view";
import { FIRST_LISTEN_PORT, newInterfaceName } from "@/lib/usecases/provision-instance";
import { requireAccess } from "@/lib/usecases/subscription-access";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { GatewayOffer, SubscriptionView } from "@/lib/usecases/views";
import { reviseInstanceCome, reviseInstanceGone } from "./instance-device";
import { heardSince, refuseCutOff, type AddressesOf } from "./provision-own";
import { noInstance } from "./take-down";

const OFFERED = 50;

/** Gateways that the instance can move to, those with most room first. @throws not_found, forbidden, two_factor_required, instance_not_ready */
export async function offerGateways(ports: Ports, actor: Actor, input: { subscriptionId: string }): Promise<GatewayOffer> {
  const { instance } = await requireNotedAccess(ports, actor, input.subscriptionId, "instance.move");
  if (!instance) throw noInstance();
  const open = await listOpenGateways(ports.db.read, heardSince(ports), OFFERED);
  return { instanceName: instance.name, gateways: open.filter(({ id }) => id !== instance.gateway.id).map(({ id, name, endpointHost }) => ({ id, name, endpointHost })) };
}

/**
 * @throws not_found, forbidden, two_factor_required; subscription_inactive; instance_not_ready when there is none, or it is not up;
 *   gateway_unusable when that gateway isn't there, is the one it is on, or has no port left; gateway_outdated when machines reach one another and its agent doesn't know of that; subnet_unusable when the network holds its address
 */
export async function moveOwnInstance(ports: Ports, actor: Actor, input: { subscriptionId: string; gatewayId: string }, addressesOf: AddressesOf): Promise<SubscriptionView> {
  const access = await requireAccess(ports.db.read, actor, input.subscriptionId, "instance.move");
  const subscriptionId = access.id;
  requireActive(access);
  const target = await findTarget(ports, input.gatewayId);
  if (!access.instance) throw noInstance();
  await refuseCutOff(ports, access.instance.subnetV4, target, addressesOf);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    await lockSubscription(tx, subscriptionId);
    const held = await requireAccess(tx, actor, subscriptionId, "instance.move");
    requireActive(held);
    const found = await lockInstanceWithClients(tx, subscriptionId);
    if (found === null) throw noInstance();
    const { instance, clients } = found;
    if (instance.agentless) throw new PortcullisError("instance_not_ready", "This instance's host runs no agent, so nothing could take it down there. Take it down yourself, then provision it anew.");
    if (instance.gatewayId === target.id) throw noTarget();
    requirePeersReach(held, target);
    await lockGateways(tx, [instance.gatewayId, target.id]);
    const free = await freeListenPort(tx, target.id, FIRST_LISTEN_PORT);
    if (free === null || free.agentless) throw noTarget();
    const toId = ports.newId();
    const times = { requestedAt: actor.requestedAt, now };
    const { held: was } = await reviseInstanceGone(tx, instance, times);
    const peers = was.peers.map((peer) => ({ ...peer, sealedPresharedKey: null }));
    const place = { interfaceName: newInterfaceName(ports), listenPort: free.port };
    const way = { fromId: instance.id, toId, gatewayId: target.id, ...place, now };
    await moveInstance(tx, way);
    const revision = await reviseInstanceCome(tx, target.id, subscriptionId, { ...was, ...place, instanceId: toId, peers }, times);
    await moveClients(tx, way, revision);
    const recipients = new Map((await managersOf(tx, subscriptionId)).map((email) => [email, 0]));
    for (const { mailTo } of clients) if (mailTo !== null) recipients.set(mailTo, (recipients.get(mailTo) ?? 0) + 1);
    for (const [recipient, own] of [...recipients].sort()) {
      await queueMail(tx, {
        id: ports.newId(),
        recipient,
        now,
        content: {
          template: "instance-moved",
          instanceName: instance.name,
          subscriptionName: held.name,
          byEmail: actor.email,
          byOperator: held.standing === "operator",
          gatewayName: target.name,
          clients: clients.length,
          own,
          at: iso(now),
          url: new URL(`/subscriptions/${subscriptionId}`, ports.config.url).href,
        },
      });
    }
    await appendAudit(tx, [
      {
        chain: subscriptionId,
        at: now,
        action: "instance.moved",
        actor: auditActor(actor, held.standing === "operator"),
        subject: { kind: "instance", id: toId },
        sourceAddress: actor.source.address,
        data: { name: instance.name, from: instance.gatewayName, to: target.name, clients: clients.length, requestedAt: iso(actor.requestedAt), revision: Number(revision) },
      },
    ]);
  });
  return viewSubscription(ports, actor, { subscriptionId });
}

/** Where machines reach one another they must there as well: an agent that doesn't know of it would never be in sync. */
function requirePeersReach({ instance }: SubscriptionAccess, target: OpenGateway): void {
  if (!instance?.peersReach || (target.protocolVersion ?? 1) >= PEERS_REACH_SINCE) return;
  throw new PortcullisError("gateway_outdated", `The agent of ${target.name} is too old to let machines reach one another, as they do here. Its operator has to bring it up to date first; or keep machines apart, and move then.`, { field: "gatewayId" });
}

async function findTarget(ports: Ports, gatewayId: string): Promise<OpenGateway> {
  const open = isId(gatewayId) ? await listOpenGateways(ports.db.read, heardSince(ports), OFFERED) : [];
  const target = open.find(({ id }) => id === gatewayId);
  if (!target) throw noTarget();
  return target;
}

const noTarget = (): PortcullisError =>
  new PortcullisError("gateway_unusable", "The instance can't move there: that gateway isn't answering, has no room, or is the one that it is on. Nothing was changed.", { field: "gatewayId" });
