/** The audit log: whole after a busy hour, and whoever alters a row of it is found. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyChain } from "@/lib/core/audit-chain";
import { appendAudit, listChains, readAudit, readAuditForward, type NewAuditEvent } from "@/lib/db/audit";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { addMember, makeTenant, prepareIssue, wrongCodeOf, type Tenant } from "@/lib/testing/tenancy";
import { issueClient } from "@/lib/usecases/issue-client";
import { revokeClient } from "@/lib/usecases/revoke-client";
import { viewSubscription } from "@/lib/usecases/view-subscription";

let kit: Kit;
let tenants: Tenant[];

beforeAll(async () => {
  kit = await openKit();
  const first = await makeTenant(kit);
  tenants = [first, await makeTenant(kit, { name: "globex", gateway: first.gateway })];
  await busyRun();
});
afterAll(() => kit.close());

/** Issues, wrong codes, revocations, looks and confirmations, many at once, on chains that they share. */
async function busyRun(): Promise<void> {
  const olga = await operator(kit);
  const work: (() => Promise<unknown>)[] = [];
  for (const tenant of tenants) {
    const admin = await addMember(kit, tenant, "admin");
    for (let i = 0; i < 10; i += 1) {
      const prepared = await prepareIssue(kit, admin, tenant.subscriptionId, `machine ${i}`);
      work.push(async () => {
        await issueClient(kit.ports, admin, prepared.input, { ...prepared.proof, code: wrongCodeOf(kit, prepared.proof) }).catch(() => undefined);
        const { client } = await prepared.issue();
        if (i % 2 === 0) await revokeClient(kit.ports, tenant.owner, { subscriptionId: tenant.subscriptionId, clientId: client.id });
        await viewSubscription(kit.ports, olga, { subscriptionId: tenant.subscriptionId });
        await tenant.gateway.sync();
      });
    }
  }
  await Promise.all(work.map((run) => run()));
  await tenants[0]!.gateway.sync();
}

async function verdictOf(chain: string) {
  const head = (await listChains(kit.ports.db.read)).find(({ id }) => id === chain);
  return verifyChain(await readAuditForward(kit.ports.db.read, chain, 10_000, 0), { expected: { count: head!.seq, head: head!.headHash } });
}

test("after a busy run every chain is whole and ends at its noted head", async () => {
  const chains = await listChains(kit.ports.db.read);
  expect(chains.length).toBeGreaterThan(5);
  for (const { id, seq } of chains) expect(await verdictOf(id)).toMatchObject({ ok: true, count: seq });
  const [events] = await kit.sql("SELECT count(*)::int AS all, (SELECT count(*)::int FROM audit_events WHERE action = 'client.cut') AS cut, (SELECT count(*)::int FROM access_clients WHERE state = 'revoked') AS revoked FROM audit_events");
  expect(events?.all).toBeGreaterThan(60);
  expect(events?.cut).toBe(events?.revoked);
});

test("pages in either direction hold every event once, in order", async () => {
  const chain = tenants[0]!.subscriptionId;
  const all = await readAuditForward(kit.ports.db.read, chain, 10_000, 0);
  const backward = [];
  for (let before: number | null = null; ; before = backward.at(-1)!.seq) {
    const page: typeof all = await readAudit(kit.ports.db.read, chain, 7, before);
    backward.push(...page);
    if (page.length < 7) break;
  }
  expect(backward.toReversed()).toEqual(all);
});

test("several events of several chains in one transaction keep their order in each", async () => {
  const [one, other] = tenants.map(({ subscriptionId }) => subscriptionId) as [string, string];
  const event = (chain: string, n: number): NewAuditEvent => ({ chain, at: kit.clock.now(), action: "profile.changed", actor: { kind: "portal", id: null, label: "portal", operator: false }, subject: null, sourceAddress: null, data: { n, text: 'ü "quoted" \\ \u2028', nested: { b: [1, null, true], a: {} } } });
  await kit.ports.db.transaction((tx) => appendAudit(tx, [event(other, 1), event(one, 2), event(other, 3), event(one, 4)]));
  for (const [chain, expected] of [[one, [4, 2]], [other, [3, 1]]] as const) {
    expect((await readAudit(kit.ports.db.read, chain, 2, null)).map(({ data }) => data.n)).toEqual(expected);
    expect(await verdictOf(chain)).toMatchObject({ ok: true });
  }
});

test("a transaction that is rolled back leaves no gap", async () => {
  const chain = tenants[0]!.subscriptionId;
  const before = await readAudit(kit.ports.db.read, chain, 1, null);
  await expect(
    kit.ports.db.transaction(async (tx) => {
      await appendAudit(tx, [{ chain, at: kit.clock.now(), action: "profile.changed", actor: { kind: "portal", id: null, label: "portal", operator: false }, subject: null, sourceAddress: null, data: {} }]);
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await readAudit(kit.ports.db.read, chain, 1, null)).toEqual(before);
  expect(await verdictOf(chain)).toMatchObject({ ok: true });
});

describe("whoever gets past the triggers and alters the log is found:", () => {
  /** Does what the triggers forbid, looks, and puts everything back. */
  async function tamper(statement: string, values: unknown[]): Promise<Awaited<ReturnType<typeof verdictOf>>> {
    await kit.sql("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM audit_events");
    await kit.sql("ALTER TABLE audit_events DISABLE TRIGGER USER");
    try {
      await kit.sql(statement, values);
      return await verdictOf(tenants[1]!.subscriptionId);
    } finally {
      await kit.sql("DELETE FROM audit_events");
      await kit.sql("INSERT INTO audit_events SELECT * FROM kept");
      await kit.sql("ALTER TABLE audit_events ENABLE TRIGGER USER");
    }
  }

  const where = "WHERE chain_id = $1 AND seq = 3";
  test.each([
    ["time", `UPDATE audit_events SET at = at + interval '1 millisecond' ${where}`],
    ["action", `UPDATE audit_events SET action = 'nothing' ${where}`],
    ["actor's kind", `UPDATE audit_events SET actor_kind = 'portal' ${where}`],
    ["actor", `UPDATE audit_events SET actor_id = gen_random_uuid() ${where}`],
    ["actor's label", `UPDATE audit_events SET actor_label = 'somebody else' ${where}`],
    ["operator's mark", `UPDATE audit_events SET actor_operator = NOT actor_operator ${where}`],
    ["subject's kind", `UPDATE audit_events SET subject_kind = 'thing', subject_id = COALESCE(subject_id, gen_random_uuid()) ${where}`],
    ["subject", `UPDATE audit_events SET subject_kind = COALESCE(subject_kind, 'client'), subject_id = gen_random_uuid() ${where}`],
    ["source address", `UPDATE audit_events SET source_address = '203.0.113.99' ${where}`],
    ["data", `UPDATE audit_events SET data = data || '{"x": 1}' ${where}`],
    ["hash", `UPDATE audit_events SET hash = decode(repeat('ab', 32), 'hex') ${where}`],
    ["absence", `DELETE FROM audit_events ${where}`],
  ])("the %s of an event", async (_, statement) => {
    expect(await tamper(statement, [tenants[1]!.subscriptionId])).toMatchObject({ ok: false, atSeq: 3 });
  });

  test("the last event cut off", async () => {
    const [{ seq }] = (await kit.sql<{ seq: number }>("SELECT seq::int FROM audit_chains WHERE id = $1", [tenants[1]!.subscriptionId])) as [{ seq: number }];
    expect(await tamper("DELETE FROM audit_events WHERE chain_id = $1 AND seq = (SELECT max(seq) FROM audit_events WHERE chain_id = $1)", [tenants[1]!.subscriptionId])).toMatchObject({ ok: false, atSeq: seq });
  });

  test("two events that changed places", async () => {
    expect(
      await tamper("UPDATE audit_events a SET at = b.at, action = b.action, data = b.data, hash = b.hash FROM audit_events b WHERE a.chain_id = $1 AND b.chain_id = $1 AND a.seq IN (2, 3) AND b.seq = 5 - a.seq", [tenants[1]!.subscriptionId]),
    ).toMatchObject({ ok: false, atSeq: 2 });
  });
});
