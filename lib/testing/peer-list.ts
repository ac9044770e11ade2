/** A subscription whose instance is on a host without an agent, as the operator's command line makes it. */
import type { Actor } from "@/lib/auth/actor";
import { generateKeyPair } from "@/lib/core/keys";
import { upsertPlan } from "@/lib/db/provisioning";
import { addAgentlessGateway } from "@/lib/usecases/add-gateway";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { makeListCredential } from "@/lib/usecases/make-list-credential";
import { provisionInstance } from "@/lib/usecases/provision-instance";
import type { Kit } from "./kit";
import { person } from "./people";

export interface ListedTenant {
  subscriptionId: string;
  instanceId: string;
  gatewayId: string;
  gatewayName: string;
  owner: Actor;
  /** Base64. */
  publicKey: string;
  /** "pcl_" and 43 characters. */
  credential: string;
}

/** One that has no instance yet. */
export async function emptySubscription(kit: Kit): Promise<{ subscriptionId: string; owner: Actor }> {
  const { ports } = kit;
  const tag = ports.newId().slice(0, 8);
  const owner = await person(kit, `owner-${tag}@nas.test`);
  await upsertPlan(ports.db.read, { id: ports.newId(), code: tag, name: "Team", maxClients: null, now: ports.clock.now() });
  return { owner, ...(await createSubscription(ports, { name: "nas", planCode: tag, ownerId: owner.userId })) };
}

interface ListedOptions {
  /** Of the interface, in base64; one that nobody has by default. */
  publicKey?: string;
  /** A host of its own by default. */
  host?: Pick<ListedTenant, "gatewayId" | "gatewayName">;
}

export async function listedInstance(kit: Kit, { publicKey = generateKeyPair(kit.ports.randomBytes).publicKey, host }: ListedOptions = {}): Promise<ListedTenant> {
  const { ports } = kit;
  const { subscriptionId, owner } = await emptySubscription(kit);
  const gatewayName = host?.gatewayName ?? `nas-${ports.newId().slice(0, 8)}`;
  const gatewayId = host?.gatewayId ?? (await addAgentlessGateway(ports, { name: gatewayName, endpointHost: "nas.test" })).gatewayId;
  const { instanceId } = await provisionInstance(ports, { subscriptionId, gatewayId, name: "NAS", subnetV4: "10.77.0.0/24", publicKey });
  const { credential } = await makeListCredential(ports, instanceId);
  return { subscriptionId, instanceId, gatewayId, gatewayName, owner, publicKey, credential };
}
