/** Asks a gateway for a subscription's instance: a subnet, an interface, a port. It is ready once the gateway confirms it; on a host without an agent, at once. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import type { AuditActor } from "@/lib/core/audit-chain";
import { PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { parsePublicKey, type PublicKey } from "@/lib/core/keys";
import { INSTANCE_HOST_INDEX, addressAt, parseSubnetV4, ulaFromRandom, type SubnetV4 } from "@/lib/core/subnet";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { takeRevision } from "@/lib/db/gateway-changes";
import { freeListenPort, insertInstance, lockSubscriptionWithInstance } from "@/lib/db/provisioning";
import type { StorePorts } from "@/lib/ports";
import { elementHash } from "@/lib/protocol/digest";
import { parseDnsServers, parseMtu, parseName } from "./operator-input";

export const FIRST_LISTEN_PORT = 51820;

export const newInterfaceName = (ports: Pick<StorePorts, "randomBytes">): string => `pc-${Buffer.from(ports.randomBytes(4)).toString("hex")}`;

export interface ProvisionInput {
  subscriptionId: string;
  gatewayId: string;
  name: string;
  subnetV4: string;
  mtu?: number | null;
  dns?: string[];
  /** Base64, where the host has no agent and only there: of the interface that was made on it. */
  publicKey?: string | null;
}

/** For operators. @throws public_key_invalid; bad_request for a subnet, name, MTU or DNS server that can't be one, a gateway that is missing, or a subscription that is missing or has its instance */
export async function provisionInstance(ports: StorePorts, input: ProvisionInput): Promise<{ instanceId: string; listenPort: number }> {
  const publicKey = input.publicKey == null ? null : parsePublicKey(input.publicKey);
  const wish = { publicKey, name: parseName(input.name, "instance"), subnetV4: parseSubnetV4(input.subnetV4), mtu: parseMtu(input.mtu ?? null), dns: parseDnsServers(input.dns ?? []) };
  return ports.db.transaction(async (tx) => {
    const subscription = isId(input.subscriptionId) && (await lockSubscriptionWithInstance(tx, input.subscriptionId));
    if (!subscription || subscription.instanceId !== null) throw new PortcullisError("bad_request", "There is no such subscription, or it has its instance already.");
    const placed = await placeInstance(ports, tx, { ...wish, subscriptionId: subscription.id, gatewayId: input.gatewayId, actor: PORTAL_ACTOR, sourceAddress: null });
    if (placed === null) throw new PortcullisError("bad_request", "There is no such gateway, or it has no UDP port left.", { field: "gateway" });
    return placed;
  });
}

export interface InstancePlace {
  subscriptionId: string;
  gatewayId: string;
  name: string;
  subnetV4: SubnetV4;
  mtu: number | null;
  dns: string[];
  /** null unless the host has no agent. */
  publicKey: PublicKey | null;
  actor: AuditActor;
  sourceAddress: string | null;
}

/**
 * Row, revision and audit event, for a subscription that is locked and has no instance.
 *
 * @returns null when there is no such gateway, or it has no UDP port left. @throws bad_request for a public key where an agent makes it, or none where there is no agent
 */
export async function placeInstance(ports: StorePorts, tx: Tx, place: InstancePlace): Promise<{ instanceId: string; listenPort: number } | null> {
  const { subscriptionId, gatewayId, name, subnetV4, publicKey } = place;
  const now = ports.clock.now();
  const free = isId(gatewayId) ? await freeListenPort(tx, gatewayId, FIRST_LISTEN_PORT) : null;
  if (free === null) return null;
  if (free.agentless !== (publicKey !== null)) {
    const message = free.agentless ? "This gateway has no agent to make the interface's key: make it on the host, and give its public key." : "The gateway's agent makes the interface's key itself; leave the public key out.";
    throw new PortcullisError("bad_request", message, { field: "publicKey" });
  }
  const listenPort = free.port;
  const instanceId = ports.newId();
  const subnetV6 = ulaFromRandom(ports.randomBytes(5));
  const address = addressAt(subnetV4, subnetV6, INSTANCE_HOST_INDEX);
  await insertInstance(tx, {
    id: instanceId,
    subscriptionId,
    gatewayId,
    name,
    subnetV4,
    subnetV6,
    tunnelAddressV4: address.v4,
    tunnelAddressV6: address.v6,
    interfaceName: newInterfaceName(ports),
    listenPort,
    mtu: place.mtu,
    dns: place.dns,
    publicKey,
    now,
  });
  await takeRevision(tx, {
    gatewayId,
    instanceId,
    subscriptionId,
    clientId: null,
    toggled: elementHash({ kind: "instance", instanceId, listenPort, addresses: [`${address.v4}/${subnetV4.split("/")[1]}`, `${address.v6}/64`] }),
    requestedAt: now,
    committedAt: now,
  });
  await appendAudit(tx, [
    {
      chain: subscriptionId,
      at: now,
      action: "instance.provisioned",
      actor: place.actor,
      subject: { kind: "instance", id: instanceId },
      sourceAddress: place.sourceAddress,
      data: { name, subnetV4, subnetV6, listenPort },
    },
  ]);
  return { instanceId, listenPort };
}
