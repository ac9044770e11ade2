/** A gateway with its subscriptions and instances, as the operator's command line makes them. */
import { randomBytes } from "node:crypto";
import { makePeople, type Person } from "@/bench/parts/people";
import type { Portal } from "@/bench/parts/portal";
import { generateKeyPair } from "@/lib/core/keys";
import { insertMembership, upsertPlan } from "@/lib/db/provisioning";
import { fromBits, toHex } from "@/lib/protocol/digest";
import { addGateway } from "@/lib/usecases/add-gateway";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { acknowledgeRevision } from "@/lib/usecases/gateway-ack";
import { enrolGatewayAgent } from "@/lib/usecases/gateway-enrol";
import { provisionInstance } from "@/lib/usecases/provision-instance";

export interface Tenant {
  subscriptionId: string;
  instanceId: string;
  /** The first one owns the subscription; the others are its admins. */
  people: Person[];
}

export const newGateway = (portal: Portal, name: string): Promise<{ gatewayId: string; enrolToken: string }> => addGateway(portal.ports, { name, endpointHost: "192.0.2.1" });

/** A subscription with people and a /16 on the gateway. */
export async function newTenant(portal: Portal, gatewayId: string, number: number, peopleCount: number): Promise<Tenant> {
  const { ports } = portal;
  const now = ports.clock.now();
  await upsertPlan(ports.db.read, { id: ports.newId(), code: "bench", name: "Bench", maxClients: null, now });
  const people = await makePeople(portal, peopleCount);
  const [owner, ...others] = people;
  if (!owner) throw new Error("A subscription has at least its owner.");
  const { subscriptionId } = await createSubscription(ports, { name: `Tenant ${number}`, planCode: "bench", ownerId: owner.userId });
  for (const { userId } of others) await insertMembership(ports.db.read, { subscriptionId, userId, role: "admin", now });
  const { instanceId } = await provisionInstance(ports, { subscriptionId, gatewayId, name: `Atlas ${number}`, subnetV4: `10.${number}.0.0/16` });
  return { subscriptionId, instanceId, people };
}

/** Enrols the gateway and confirms its instances, as its agent would: for measurements in which no device takes part. */
export async function confirmWithoutAgent(portal: Portal, gateway: { gatewayId: string; enrolToken: string }, tenants: readonly Tenant[]): Promise<void> {
  const { ports, sql } = portal;
  const key = () => generateKeyPair((length) => new Uint8Array(randomBytes(length))).publicKey;
  const credential = `pcg_${randomBytes(32).toString("base64url")}`;
  const identity = await enrolGatewayAgent(
    ports,
    { token: gateway.enrolToken, credential, protocol: 1, agentVersion: "bench", boxPublicKey: key(), wireguard: { implementation: "kernel", toolsVersion: "" } },
    null,
  );
  const { rows } = await sql.query<{ revision: string; digest: string }>("SELECT revision, wanted_digest::text AS digest FROM gateways WHERE id = $1", [gateway.gatewayId]);
  const [wanted] = rows;
  if (!wanted) throw new Error("The gateway is gone.");
  const { inSync } = await acknowledgeRevision(
    ports,
    { id: identity.gatewayId, name: identity.name },
    {
      revision: Number(wanted.revision), digest: toHex(fromBits(wanted.digest)), receivedMsAgo: 0, appliedMsAgo: 0, failures: [],
      instances: tenants.map(({ instanceId }) => ({ instanceId, publicKey: key() })),
    },
    null,
  );
  if (!inSync) throw new Error("The portal did not take the acknowledgement.");
}
