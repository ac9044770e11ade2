/** "Provision now": a customer sets up the instance that their subscription pays for, on a network of their choice. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { suggestSubnets } from "@/lib/core/common-subnets";
import { PortcullisError } from "@/lib/core/errors";
import { clientCapacity, contains, parseSubnetV4, type SubnetV4 } from "@/lib/core/subnet";
import { isInGoodStanding } from "@/lib/core/vocabulary";
import { listOpenGateways, lockSubscriptionWithInstance } from "@/lib/db/provisioning";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { OFFLINE_AFTER_SECONDS } from "@/lib/protocol/limits";
import { parseName } from "@/lib/usecases/operator-input";
import { placeInstance } from "@/lib/usecases/provision-instance";
import { requireAccess } from "@/lib/usecases/subscription-access";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { SubnetOffer, SubscriptionView } from "@/lib/usecases/views";

const OFFERED = 3;

/** A host's IP addresses; none when it isn't known. */
export type AddressesOf = (host: string) => Promise<string[]>;

/** A gateway that said nothing since gets no instance. */
export const heardSince = (ports: Pick<Ports, "clock">): Date => new Date(ports.clock.now().getTime() - OFFLINE_AFTER_SECONDS * 1_000);

/** Networks to choose from: any other may be typed. */
export const offerSubnets = (ports: Pick<Ports, "randomBytes">): SubnetOffer[] =>
  suggestSubnets(OFFERED, ports.randomBytes).map((subnetV4) => ({ subnetV4, capacity: clientCapacity(subnetV4) }));

export interface ProvisionOwnInput {
  subscriptionId: string;
  name: string;
  subnetV4: string;
}

/**
 * @throws not_found, forbidden, two_factor_required; subscription_inactive; instance_exists; bad_request for what is no name or no private
 *   network; subnet_unusable for one that holds the gateway's or the portal's address; no_gateway_free
 */
export async function provisionOwnInstance(ports: Ports, actor: Actor, input: ProvisionOwnInput, addressesOf: AddressesOf): Promise<SubscriptionView> {
  const { subscriptionId } = input;
  requireProvisionable(await requireAccess(ports.db.read, actor, subscriptionId, "instance.provision"));
  const wish = { name: parseName(input.name, "instance"), subnetV4: parseSubnetV4(input.subnetV4) };
  const [gateway] = await listOpenGateways(ports.db.read, heardSince(ports), 1);
  if (!gateway) throw noGateway();
  await refuseCutOff(ports, wish.subnetV4, gateway, addressesOf);
  await ports.db.transaction(async (tx) => {
    // Locked first: of two who ask at once, the second finds the instance of the first.
    const locked = await lockSubscriptionWithInstance(tx, subscriptionId);
    const access = await requireAccess(tx, actor, subscriptionId, "instance.provision");
    requireProvisionable(access);
    if (!locked || locked.instanceId !== null) throw exists();
    const placed = await placeInstance(ports, tx, { ...wish, subscriptionId: access.id, gatewayId: gateway.id, mtu: null, dns: [], publicKey: null, actor: auditActor(actor), sourceAddress: actor.source.address });
    if (placed === null) throw noGateway();
  });
  return viewSubscription(ports, actor, { subscriptionId });
}

function requireProvisionable(access: SubscriptionAccess): void {
  if (!isInGoodStanding(access.billingState)) {
    throw new PortcullisError("subscription_inactive", "This subscription is not active, so nothing can be set up in it. Its owner can bring it back.");
  }
  if (access.instance) throw exists();
}

/** A tunnel to a network that holds the way to its own gateway would carry itself; one that holds the portal would hide it. */
export async function refuseCutOff(ports: Pick<Ports, "config">, subnet: SubnetV4, gateway: { endpointHost: string }, addressesOf: AddressesOf): Promise<void> {
  const held = [
    { whose: "the gateway's", addresses: await addressesOf(gateway.endpointHost) },
    { whose: "this portal's", addresses: await addressesOf(ports.config.url.hostname.replace(/^\[|\]$/g, "")) },
  ];
  for (const { whose, addresses } of held) {
    const inside = addresses.find((address) => contains(subnet, address));
    if (inside === undefined) continue;
    throw new PortcullisError("subnet_unusable", `${subnet} holds ${whose} own address (${inside}): machines that connect would lose it. Choose another network.`, { field: "subnetV4" });
  }
}

const exists = (): PortcullisError => new PortcullisError("instance_exists", "This subscription has its instance already. Reload the page to see it.");
const noGateway = (): PortcullisError => new PortcullisError("no_gateway_free", "No gateway has room at the moment. Nothing was set up; try again in a few minutes, or ask the operator.");
