/** Taking away: one transaction, final, the same answer however often it is asked for. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, makeTenant, prepareIssue, type Tenant } from "@/lib/testing/tenancy";
import { revokeClient } from "@/lib/usecases/revoke-client";

let kit: Kit;
let acme: Tenant;

beforeAll(async () => {
  kit = await openKit();
  acme = await makeTenant(kit);
});
afterAll(() => kit.close());

const facts = async (): Promise<{ revision: string; mails: number; events: number; changes: number; live: number; resting: number }> => {
  const [row] = await kit.sql(
    `SELECT (SELECT revision FROM gateways WHERE id = $1) AS revision, (SELECT count(*)::int FROM outbox_mails) AS mails,
            (SELECT count(*)::int FROM audit_events WHERE chain_id = $2) AS events, (SELECT count(*)::int FROM gateway_changes WHERE gateway_id = $1) AS changes,
            (SELECT live_clients FROM instances WHERE id = $3) AS live, (SELECT count(*)::int FROM released_addresses WHERE instance_id = $3) AS resting`,
    [acme.gateway.id, acme.subscriptionId, acme.instanceId],
  );
  return row as Awaited<ReturnType<typeof facts>>;
};

test("writes the state, the revision, the event, the released address and the owner's mail together", async () => {
  const ada = await addMember(kit, acme, "member", "ada@acme.test");
  const { id: clientId } = await addClient(kit, ada, acme.subscriptionId, "laptop");
  const before = await facts();
  const view = await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId });
  expect(view).toMatchObject({ state: "revoked", revokedByEmail: acme.owner.email, mayRevoke: false, enforcement: { status: "pending", acknowledgedAt: null, tookMs: null } });
  expect(await facts()).toEqual({
    revision: String(Number(before.revision) + 1),
    mails: before.mails + 1,
    events: before.events + 1,
    changes: before.changes + 1,
    live: before.live - 1,
    resting: before.resting + 1,
  });
  expect(await kit.sql("SELECT payload FROM outbox_mails WHERE recipient = 'ada@acme.test' AND template = 'client-revoked'")).toMatchObject([
    { payload: { nickname: "laptop", byEmail: acme.owner.email, byOperator: false } },
  ]);
});

test("by an operator, says so to the owner and in the customer's log", async () => {
  const { id: clientId } = await addClient(kit, acme.owner, acme.subscriptionId, "phone");
  const olga = await operator(kit);
  await revokeClient(kit.ports, olga, { subscriptionId: acme.subscriptionId, clientId });
  expect(await kit.sql("SELECT payload->'byOperator' AS by FROM outbox_mails WHERE template = 'client-revoked' AND payload->>'nickname' = 'phone'")).toEqual([{ by: true }]);
  expect(await kit.sql("SELECT actor_operator, actor_label, source_address FROM audit_events WHERE action = 'client.revoked' AND subject_id = $1", [clientId])).toEqual([
    { actor_operator: true, actor_label: olga.email, source_address: "192.0.2.10" },
  ]);
});

test("a second revocation changes nothing and answers the same", async () => {
  const { id: clientId } = await addClient(kit, acme.owner, acme.subscriptionId, "tablet");
  const first = await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId });
  kit.clock.advance(1000);
  const before = await snapshotOf(kit);
  const second = await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId });
  expect(second).toEqual(first);
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
});

test("thirty people who press the button at once revoke it once", async () => {
  const { id: clientId } = await addClient(kit, acme.owner, acme.subscriptionId, "server");
  const before = await facts();
  const views = await Promise.all(Array.from({ length: 30 }, () => revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId })));
  expect(new Set(views.map(({ state }) => state))).toEqual(new Set(["revoked"]));
  const after = await facts();
  expect(Number(after.revision) - Number(before.revision)).toBe(1);
  expect(after.mails - before.mails).toBe(1);
  expect(after.events - before.events).toBe(1);
});

test("thirty clients revoked at once are all revoked, one revision each, and the gateway's digest is that of what is left", async () => {
  const tenant = await makeTenant(kit, { gateway: acme.gateway, name: "globex" });
  const owners = [tenant.owner, await addMember(kit, tenant, "admin")];
  const clients = [];
  for (const actor of owners) for (let i = 0; i < 15; i += 1) clients.push(await addClient(kit, actor, tenant.subscriptionId, `machine ${i}`));
  const before = await facts();
  await Promise.all(clients.map(({ id }) => revokeClient(kit.ports, tenant.owner, { subscriptionId: tenant.subscriptionId, clientId: id })));
  expect(Number((await facts()).revision) - Number(before.revision)).toBe(30);
  const state = await tenant.gateway.fetch();
  expect(state.instances.find(({ instanceId }) => instanceId === tenant.instanceId)?.peers).toEqual([]);
  expect(await tenant.gateway.acknowledge(state)).toEqual({ acknowledgedRevision: state.revision, inSync: true });
});

describe("all or nothing: whatever part of it fails, nothing of it is left", () => {
  /** Makes the next write to the table fail, as a full disk or a killed server would. */
  async function whileWritesFail(table: string, work: () => Promise<void>): Promise<void> {
    await kit.sql("CREATE OR REPLACE FUNCTION fail_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left'; END $$");
    await kit.sql(`CREATE TRIGGER fails BEFORE INSERT OR UPDATE OR DELETE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION fail_now()`);
    try {
      await work();
    } finally {
      await kit.sql(`DROP TRIGGER fails ON ${table}`);
    }
  }

  test.each(["access_clients", "gateways", "gateway_changes", "instances", "released_addresses", "outbox_mails", "audit_events", "audit_chains"])("revoking, with %s failing", async (table) => {
    const { id: clientId } = await addClient(kit, acme.owner, acme.subscriptionId, "machine");
    const before = await snapshotOf(kit);
    await whileWritesFail(table, async () => {
      await expect(revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId })).rejects.toThrow(/no space left/);
    });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect(await revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId })).toMatchObject({ state: "revoked" });
  });

  test.each(["step_up_challenges", "access_clients", "gateways", "gateway_changes", "instances", "outbox_mails", "audit_events", "audit_chains"])("issuing, with %s failing", async (table) => {
    const { issue } = await prepareIssue(kit, acme.owner, acme.subscriptionId, "machine");
    const before = await snapshotOf(kit);
    await whileWritesFail(table, async () => {
      await expect(issue()).rejects.toThrow(/no space left/);
    });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect((await issue()).client.state).toBe("active");
  });
});
