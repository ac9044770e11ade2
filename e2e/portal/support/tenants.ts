/** Subscriptions with people in every role and an instance that a real gateway confirmed. */
import { expect } from "@playwright/test";
import type { Role } from "@/lib/core/vocabulary";
import { insertMembership, upsertPlan } from "@/lib/db/provisioning";
import { createSubscription } from "@/lib/usecases/create-subscription";
import { provisionInstance } from "@/lib/usecases/provision-instance";
import type { StackDescription } from "@/e2e/stack/description";
import { makePerson, type Person } from "./people";
import type { Store } from "./store";

export interface Tenant {
  subscriptionId: string;
  name: string;
  instanceId: string;
  instanceName: string;
  owner: Person;
  /** Path of its API, and of its pages. */
  apiPath: string;
  pagePath: string;
}

export interface TenantOptions {
  name?: string;
  instanceName?: string;
  subnetV4?: string;
  /** The stack's own when absent. */
  gatewayId?: string;
  dns?: string[];
  mtu?: number;
  maxClients?: number;
  /** false: its gateway is away and won't confirm it. */
  confirmed?: boolean;
}

export async function makeTenant(stack: StackDescription, store: Store, options: TenantOptions = {}): Promise<Tenant> {
  const { name = "Orchard Labs", instanceName = "Orchid", subnetV4 = "10.90.0.0/24", maxClients, confirmed = true } = options;
  const owner = await makePerson(stack, store, { role: "owner" });
  const planCode = maxClients === undefined ? "team" : `small-${store.newId().slice(0, 8)}`;
  if (maxClients !== undefined) await upsertPlan(store.db.read, { id: store.newId(), code: planCode, name: "Small", maxClients, now: store.clock.now() });
  const { subscriptionId } = await createSubscription(store, { name, planCode, ownerId: owner.userId });
  const gatewayId = options.gatewayId ?? (await gatewayOf(store, stack.instance.id));
  const { instanceId } = await provisionInstance(store, { subscriptionId, gatewayId, name: instanceName, subnetV4, dns: options.dns, mtu: options.mtu });
  if (confirmed) await untilReady(store, instanceId);
  return { subscriptionId, name, instanceId, instanceName, owner, apiPath: `/api/v1/subscriptions/${subscriptionId}`, pagePath: `/subscriptions/${subscriptionId}` };
}

async function untilReady(store: Store, instanceId: string): Promise<void> {
  const status = async () => (await store.sql<{ status: string }>("SELECT status FROM instances WHERE id = $1", [instanceId]))[0]?.status;
  await expect.poll(status, { intervals: [20], timeout: 60_000, message: "the gateway confirms the instance" }).toBe("ready");
}

/** Somebody new, who is a member of the subscription in this role. */
export async function joinAs(stack: StackDescription, store: Store, { subscriptionId }: Pick<Tenant, "subscriptionId">, role: Role): Promise<Person> {
  const person = await makePerson(stack, store, { role });
  await insertMembership(store.db.read, { subscriptionId, userId: person.userId, role, now: store.clock.now() });
  return person;
}

async function gatewayOf(store: Store, instanceId: string): Promise<string> {
  const [row] = await store.sql<{ gateway_id: string }>("SELECT gateway_id FROM instances WHERE id = $1", [instanceId]);
  if (!row) throw new Error("The stack's instance has no gateway.");
  return row.gateway_id;
}
