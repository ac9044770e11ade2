/** Two tenants with somebody in every standing, made once for the tests of who may do what. */
import type { StackDescription } from "@/e2e/stack/description";
import { inboxAt } from "@/e2e/stack/fixtures";
import { type AddedClient, addClient, askForCode } from "./clients";
import { makePerson, openStranger, type Person, type PortalApi } from "./people";
import type { Store } from "./store";
import type { Ids, Who } from "./surface";
import { joinAs, makeTenant, type Tenant } from "./tenants";

export interface World {
  tenant: Tenant;
  foreign: Tenant;
  people: Record<Exclude<Who, "nobody">, Person>;
  apis: Record<Who, PortalApi>;
  /** The member's. */
  client: AddedClient;
  /** Of the foreign tenant's owner. */
  foreignClient: AddedClient;
  /** Waits for the foreign tenant's approval. */
  foreignSystemId: string;
  ids: Ids;
  /** Texts that only people of the tenant may ever see. */
  marks: string[];
}

/** Went through the marked client, and through no other. */
const MARKED_BYTES = "7318049526117";

export async function makeWorld(stack: StackDescription, store: Store): Promise<World> {
  const inbox = inboxAt(stack.mailboxUrl);
  const tenant = await makeTenant(stack, store, { name: "Marked Orchard", instanceName: "Markedinstance", subnetV4: "10.94.1.0/24" });
  // The same subnet, on the same gateway.
  const foreign = await makeTenant(stack, store, { name: "Foreign Works", instanceName: "Foreigninstance", subnetV4: "10.94.1.0/24" });
  const [admin, member, colleague] = [await joinAs(stack, store, tenant, "admin"), await joinAs(stack, store, tenant, "member"), await joinAs(stack, store, tenant, "member")];
  const operator = await makePerson(stack, store, { role: "operator" });
  await store.sql("UPDATE users SET is_operator = true WHERE id = $1", [operator.userId]);
  const unproved = await makePerson(stack, store, { role: "unproved", emailVerified: false });
  const nobody = await openStranger(stack);
  const client = await addClient(inbox, member, tenant, "Marked laptop");
  const foreignClient = await addClient(inbox, foreign.owner, foreign, "Foreign laptop");
  const [systemId, foreignSystemId] = [await addWaitingSystem(store, tenant, "marked-nas"), await addWaitingSystem(store, foreign, "foreign-nas")];
  await store.sql(
    `INSERT INTO enrolments (id, subscription_id, user_id, prepared_by_id, nickname, token_hash, last_sent_at, created_at, expires_at)
     VALUES (gen_random_uuid(), $1, $2, $3, 'Marked phone', sha256('marked'), now(), now(), now() + interval '1 day')`,
    [tenant.subscriptionId, member.userId, tenant.owner.userId],
  );
  const { challenge } = await askForCode(inbox, member, tenant, "Asked for");
  const people = { owner: tenant.owner, admin, member, colleague, operator, outsider: foreign.owner, unproved };
  // A day that is over: what the gateway counts comes to others.
  await store.sql("INSERT INTO client_traffic_days VALUES ($1, (now() AT TIME ZONE 'UTC')::date - 5, $2, 0)", [client.client.id, MARKED_BYTES]);
  return {
    tenant,
    foreign,
    people,
    apis: { ...apisOf(people), nobody },
    client,
    foreignClient,
    foreignSystemId,
    ids: { subscriptionId: tenant.subscriptionId, clientId: client.client.id, challengeId: challenge.challengeId, systemId },
    marks: ["Marked Orchard", "Markedinstance", "Marked laptop", client.client.publicKey, member.email, MARKED_BYTES, "marked-nas", "Marked phone"],
  };
}

async function addWaitingSystem(store: Store, { subscriptionId }: Tenant, hostName: string): Promise<string> {
  const id = store.newId();
  await store.sql("INSERT INTO systems (id, subscription_id, public_key, host_name, asked_at, expires_at) VALUES ($1, $2, sha256(convert_to($3, 'UTF8')), $3, now(), now() + interval '1 day')", [id, subscriptionId, hostName]);
  return id;
}

function apisOf(people: World["people"]): Record<Exclude<Who, "nobody">, PortalApi> {
  const { owner, admin, member, colleague, operator, outsider, unproved } = people;
  return { owner: owner.api, admin: admin.api, member: member.api, colleague: colleague.api, operator: operator.api, outsider: outsider.api, unproved: unproved.api };
}
