/** Asks a gateway for a subscription's instance: a subnet, an interface, a port. It is ready once the gateway confirms it. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { INSTANCE_HOST_INDEX, addressAt, parseSubnetV4, ulaFromRandom } from "@/lib/core/subnet";
import { appendAudit } from "@/lib/db/audit";
import { takeRevision } from "@/lib/db/gateway-changes";
import { freeListenPort, insertInstance, lockSubscriptionWithInstance } from "@/lib/db/provisioning";
import type { StorePorts } from "@/lib/ports";
import { elementHash } from "@/lib/protocol/digest";
import { parseDnsServers, parseMtu, parseName } from "./operator-input";

const FIRST_LISTEN_PORT = 51820;

export interface ProvisionInput {
  subscriptionId: string;
  gatewayId: string;
  name: string;
  subnetV4: string;
  mtu?: number | null;
  dns?: string[];
}

/** @throws bad_request for a subnet, name, MTU or DNS server that can't be one, a gateway that is missing, or a subscription that is missing or has its instance */
export async function provisionInstance(ports: StorePorts, input: ProvisionInput): Promise<{ instanceId: string }> {
  const subnetV4 = parseSubnetV4(input.subnetV4);
  const name = parseName(input.name, "instance");
  const mtu = parseMtu(input.mtu ?? null);
  const dns = parseDnsServers(input.dns ?? []);
  const subnetV6 = ulaFromRandom(ports.randomBytes(5));
  const address = addressAt(subnetV4, subnetV6, INSTANCE_HOST_INDEX);
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const subscription = isId(input.subscriptionId) && (await lockSubscriptionWithInstance(tx, input.subscriptionId));
    if (!subscription || subscription.instanceId !== null) throw new PortcullisError("bad_request", "There is no such subscription, or it has its instance already.");
    const instanceId = ports.newId();
    const listenPort = isId(input.gatewayId) ? await freeListenPort(tx, input.gatewayId, FIRST_LISTEN_PORT) : null;
    if (listenPort === null) throw new PortcullisError("bad_request", "There is no such gateway, or it has no UDP port left.", { field: "gateway" });
    await insertInstance(tx, {
      id: instanceId,
      subscriptionId: subscription.id,
      gatewayId: input.gatewayId,
      name,
      subnetV4,
      subnetV6,
      tunnelAddressV4: address.v4,
      tunnelAddressV6: address.v6,
      interfaceName: `pc-${Buffer.from(ports.randomBytes(4)).toString("hex")}`,
      listenPort,
      mtu,
      dns,
      now,
    });
    await takeRevision(tx, {
      gatewayId: input.gatewayId,
      instanceId,
      subscriptionId: subscription.id,
      clientId: null,
      toggled: elementHash({ kind: "instance", instanceId, listenPort, addresses: [`${address.v4}/${subnetV4.split("/")[1]}`, `${address.v6}/64`] }),
      requestedAt: now,
      committedAt: now,
    });
    await appendAudit(tx, [
      { chain: subscription.id, at: now, action: "instance.provisioned", actor: PORTAL_ACTOR, subject: { kind: "instance", id: instanceId }, sourceAddress: null, data: { name, subnetV4, subnetV6, listenPort } },
    ]);
    return { instanceId };
  });
}
