/** The demo's data: a plan, a gateway, and a subscription with its instance, owned by the subscriber. Safe to run again. */
import { findIdentity, insertUserWithIdentity, setOperator, setProvedAddress } from "@/lib/db/accounts";
import { openDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { findGatewayByName, findOwnedSubscription, insertMembership, upsertPlan } from "@/lib/db/provisioning";
import type { StorePorts } from "@/lib/ports";
import { systemPorts } from "@/lib/runtime";
import { addGateway } from "@/lib/usecases/add-gateway";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { provisionInstance } from "@/lib/usecases/provision-instance";

export interface SeedAccount {
  /** The provider's `sub`. */
  subject: string;
  email: string;
  name: string;
}

export interface SeedInput {
  databaseUrl: string;
  /** The OpenID provider whose accounts these are. */
  issuer: string;
  subscriber: SeedAccount;
  operator: SeedAccount;
  /** A member of the subscriber's subscription, when given. */
  colleague?: SeedAccount;
  /** Owns a subscription of their own, when given: on the same gateway, with the same subnet. */
  neighbour?: SeedAccount | null;
  gateway: { name: string; endpointHost: string };
}

export interface Seeded {
  /** null when the gateway has enrolled already. */
  enrolToken: string | null;
  subscriptionId: string;
  instanceId: string;
  /** null without a neighbour. */
  neighbourInstanceId: string | null;
  gatewayId: string;
}

const SUBNET = "10.77.0.0/24";

export async function seedDemo(input: SeedInput): Promise<Seeded> {
  await migrate(input.databaseUrl);
  const db = openDatabase(input.databaseUrl, 2);
  try {
    const ports: StorePorts = { ...systemPorts(), db };
    const subscriberId = await ensureAccount(ports, input.issuer, input.subscriber);
    const operatorId = await ensureAccount(ports, input.issuer, input.operator);
    await setOperator(db.read, operatorId, true);
    await upsertPlan(db.read, { id: ports.newId(), code: "team", name: "Team", maxClients: null, terms: { price: 4900, trialDays: 14, instanceSize: "2 vCPU, 4 GB" }, now: ports.clock.now() });

    const known = await findGatewayByName(db.read, input.gateway.name);
    const added = known?.enrolled ? { gatewayId: known.id, enrolToken: null } : await addGateway(ports, input.gateway);

    const first = !(await findOwnedSubscription(db.read, subscriberId));
    const { subscriptionId, instanceId } = await ensureSubscription(ports, { ownerId: subscriberId, name: "Acme Storage", instanceName: "Atlas", gatewayId: added.gatewayId });
    if (first && input.colleague) {
      const colleagueId = await ensureAccount(ports, input.issuer, input.colleague);
      await insertMembership(db.read, { subscriptionId, userId: colleagueId, role: "member", now: ports.clock.now() });
    }
    const neighbourId = input.neighbour ? await ensureAccount(ports, input.issuer, input.neighbour) : null;
    const neighbours = neighbourId === null ? null : await ensureSubscription(ports, { ownerId: neighbourId, name: "Globex Archive", instanceName: "Borealis", gatewayId: added.gatewayId });
    return { enrolToken: added.enrolToken, subscriptionId, instanceId, neighbourInstanceId: neighbours?.instanceId ?? null, gatewayId: added.gatewayId };
  } finally {
    await db.close();
  }
}

async function ensureSubscription(ports: StorePorts, wish: { ownerId: string; name: string; instanceName: string; gatewayId: string }): Promise<{ subscriptionId: string; instanceId: string }> {
  const owned = await findOwnedSubscription(ports.db.read, wish.ownerId);
  const subscriptionId = owned?.id ?? (await createSubscription(ports, { name: wish.name, planCode: "team", ownerId: wish.ownerId })).subscriptionId;
  const instanceId = owned?.instanceId ?? (await provisionInstance(ports, { subscriptionId, gatewayId: wish.gatewayId, name: wish.instanceName, subnetV4: SUBNET })).instanceId;
  return { subscriptionId, instanceId };
}

async function ensureAccount(ports: StorePorts, issuer: string, account: SeedAccount): Promise<string> {
  return ports.db.transaction(async (tx) => {
    const known = await findIdentity(tx, issuer, account.subject);
    if (known) return known.userId;
    const userId = ports.newId();
    const now = ports.clock.now();
    await insertUserWithIdentity(tx, { id: userId, name: account.name, identityId: ports.newId(), provider: issuer, subject: account.subject, identityEmail: account.email, now });
    await setProvedAddress(tx, userId, account.email);
    return userId;
  });
}
