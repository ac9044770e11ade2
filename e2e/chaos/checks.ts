/** What must be so at the end, whatever was killed when. Each check says what is wrong; nothing: all is well. */
import type { KnownClient, Workload } from "@/e2e/chaos/workload";
import { pause, type ChaosWorld } from "@/e2e/chaos/world";
import { run } from "@/agent/device/command";
import { parsePeer } from "@/agent/device/dump";
import { CHAIN_START, verifyChain } from "@/lib/core/audit-chain";
import { listChains, readAuditForward } from "@/lib/db/audit";
import { readFullState } from "@/lib/db/gateway-state";

const SETTLES_WITHIN_MS = 180_000;

/** Until the gateway has confirmed, by digest, that it holds all it should. @returns milliseconds */
export async function untilConverged({ portal, gatewayId }: ChaosWorld): Promise<number> {
  return waited("the gateway holds what it should", async () => {
    const { rows } = await portal.sql.query<{ same: boolean }>(
      "SELECT p.in_sync AND p.acknowledged_revision = g.revision AND p.observed_digest = g.wanted_digest AS same FROM gateways g JOIN gateway_presence p ON p.gateway_id = g.id WHERE g.id = $1",
      [gatewayId],
    );
    return rows[0]?.same === true;
  });
}

/**
 * Until the outbox is empty. What waits for its next try is tried now, and what a killed process had taken is let go after ten seconds in
 * place of a minute: waiting would show nothing more. @returns milliseconds
 */
export async function untilMailed({ portal }: ChaosWorld): Promise<number> {
  return waited("every mail is sent", async () => {
    const { rows } = await portal.sql.query<{ left: number }>(
      "WITH hurried AS (UPDATE outbox_mails SET due_at = now() WHERE sent_at IS NULL AND abandoned_at IS NULL AND due_at > now() AND (due_at > now() + interval '61 s' OR due_at < now() + interval '50 s') RETURNING 1) SELECT count(*)::int AS left FROM outbox_mails WHERE sent_at IS NULL AND abandoned_at IS NULL",
    );
    return rows[0]?.left === 0;
  });
}

async function waited(what: string, done: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await done())) {
    if (performance.now() - began > SETTLES_WITHIN_MS) throw new Error(`After ${SETTLES_WITHIN_MS / 1000} s it is still not so that ${what}.`);
    await pause(50);
  }
  return performance.now() - began;
}

export interface Mails {
  queued: number;
  sentOnce: number;
  sentTwiceOrMore: number;
}

export async function findings(world: ChaosWorld, workload: Workload): Promise<{ problems: string[]; mails: Mails; auditEvents: number }> {
  const audit = await auditProblems(world, workload);
  const mails = await mailProblems(world);
  const problems = [...workload.refused.map((text) => `refused: ${text}`), ...(await deviceProblems(world)), ...(await rowProblems(world, workload.clients)), ...(await addressProblems(world)), ...audit.problems, ...mails.problems];
  return { problems, mails: mails.mails, auditEvents: audit.events };
}

/** Device = database, peer by peer. */
async function deviceProblems({ portal, gatewayId, interfaceName }: ChaosWorld): Promise<string[]> {
  const { instances } = await readFullState(portal.ports.db, gatewayId, new Date());
  const wanted = new Map(instances.flatMap(({ peers }) => peers).map(({ publicKey, allowedIps }) => [publicKey, allowedIps.toSorted().join()]));
  const [, ...lines] = (await run("wg", ["show", interfaceName, "dump"])).trimEnd().split("\n");
  const peers = lines.map(parsePeer);
  const held = new Map(peers.map(({ publicKey, allowedIps }) => [publicKey, allowedIps.toSorted().join()]));
  return [
    ...[...wanted].flatMap(([key, ips]) => (held.get(key) === ips ? [] : [`device: ${key} is to have "${ips}" and has ${held.has(key) ? `"${held.get(key)}"` : "no peer"}`])),
    ...[...held.keys()].flatMap((key) => (wanted.has(key) ? [] : [`device: nobody wants ${key}`])),
  ];
}

/** Every act that was answered is there. */
async function rowProblems({ portal }: ChaosWorld, clients: KnownClient[]): Promise<string[]> {
  const { rows } = await portal.sql.query<{ id: string; state: string; key: string; next: string | null }>(
    "SELECT id, state, encode(public_key, 'base64') AS key, encode(next_public_key, 'base64') AS next FROM access_clients",
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const problems = clients.flatMap((client) => {
    const row = byId.get(client.id);
    if (!row) return [`lost: ${client.id} was issued and is not there`];
    const same = row.state === client.state && row.key === client.publicKey && row.next === client.waitingKey;
    return same ? [] : [`lost: ${client.id} was answered as ${client.state} and is ${row.state}${row.key === client.publicKey && row.next === client.waitingKey ? "" : ", with other keys"}`];
  });
  if (rows.length !== clients.length) problems.push(`half done: ${rows.length} clients, of which ${clients.length} were answered`);
  return problems;
}

async function addressProblems({ portal }: ChaosWorld): Promise<string[]> {
  const { rows } = await portal.sql.query<{ address: string }>("SELECT address_v4::text AS address FROM access_clients WHERE state <> 'revoked' GROUP BY instance_id, address_v4 HAVING count(*) > 1");
  return rows.map(({ address }) => `address: ${address} is given twice`);
}

const EVENTS = { issue: "client.issued", revoke: "client.revoked", suspend: "client.suspended", resume: "client.resumed", rekey: "client.rekeyed" } as const;

/** Every chain is whole, and has each act once. */
async function auditProblems({ portal }: ChaosWorld, { done, clients }: Workload): Promise<{ problems: string[]; events: number }> {
  const problems: string[] = [];
  let events = 0;
  for (const chain of await listChains(portal.ports.db.read)) {
    const all = await readAuditForward(portal.ports.db.read, chain.id, 1_000_000, 0);
    events += all.length;
    const verdict = verifyChain(all, { from: CHAIN_START, expected: { count: chain.seq, head: chain.headHash } });
    if (!verdict.ok) problems.push(`audit: chain ${chain.id} is broken at ${verdict.atSeq}: ${verdict.reason}`);
  }
  const { rows } = await portal.sql.query<{ action: string; count: number }>("SELECT action, count(*)::int AS count FROM audit_events GROUP BY action");
  const counts = new Map(rows.map(({ action, count }) => [action, count]));
  for (const [act, action] of Object.entries(EVENTS) as [keyof typeof EVENTS, string][]) {
    if ((counts.get(action) ?? 0) !== done[act]) problems.push(`audit: ${done[act]} times ${act}, and ${counts.get(action) ?? 0} events ${action}`);
  }
  const { rows: uncut } = await portal.sql.query<{ count: number }>("SELECT count(*)::int AS count FROM access_clients c JOIN gateway_changes ch ON ch.gateway_id = c.gateway_id AND ch.revision = c.revision WHERE c.state <> 'active' AND ch.acknowledged_at IS NULL");
  if (uncut[0]?.count) problems.push(`proof: ${uncut[0].count} of ${clients.length} clients are cut and not confirmed`);
  return { problems, events };
}

/** Once or, when a process was killed between sending and noting it, more often; never not at all. */
async function mailProblems({ portal, mail }: ChaosWorld): Promise<{ problems: string[]; mails: Mails }> {
  const { rows } = await portal.sql.query<{ id: string; template: string; abandoned: boolean }>("SELECT id, template, abandoned_at IS NOT NULL AS abandoned FROM outbox_mails");
  const timesOf = (id: string): number => mail.received.get(`<${id}@${portal.config.url.hostname}>`) ?? 0;
  // A code that ran out while the mail server was away is not worth sending.
  const missing = rows.filter(({ id, template, abandoned }) => timesOf(id) === 0 && !(abandoned && template === "step-up-code"));
  const sent = rows.map(({ id }) => timesOf(id));
  return {
    problems: missing.map(({ id, template }) => `mail: ${template} ${id} never went out`),
    mails: { queued: rows.length, sentOnce: sent.filter((times) => times === 1).length, sentTwiceOrMore: sent.filter((times) => times > 1).length },
  };
}
