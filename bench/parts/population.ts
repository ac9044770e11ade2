/**
 * Clients by the thousand, written past the use cases but as they would have written them: addresses, revisions, digests,
 * proofs, mails and the audit chain all fit together, which the gateway's acknowledgement and the chain's verifier confirm.
 */
import { createHash, randomBytes } from "node:crypto";
import type { PoolClient } from "pg";
import type { Person } from "@/bench/parts/people";
import type { Portal } from "@/bench/parts/portal";
import type { Tenant } from "@/bench/parts/site";
import { eventHash } from "@/lib/core/audit-chain";
import { canonicalJson } from "@/lib/core/canonical-json";
import type { SubnetV4, SubnetV6 } from "@/lib/core/subnet";
import { addressAt } from "@/lib/core/subnet";
import { bitsOf, elementHash, fromBits, xorInto } from "@/lib/protocol/digest";

const ROWS_PER_STATEMENT = 5_000;

interface Start {
  gateway_id: string;
  revision: string;
  digest: string;
  subnet_v4: SubnetV4;
  subnet_v6: SubnetV6;
  next_host_index: number;
  seq: string;
  head_hash: string;
}

interface Made {
  id: string;
  owner: Person;
  nickname: string;
  publicKey: Buffer;
  hostIndex: number;
  v4: string;
  v6: string;
  revision: number;
  digest: string;
  challengeId: string;
  parametersHash: Buffer;
  event: { seq: number; data: string; hash: string };
  at: Date;
}

/**
 * Adds `count` clients to a tenant's instance and wakes its gateway.
 * @param sealedPresharedKeys base64, used in turn; each opens by itself at the gateway
 * @param confirmed the gateway has them already, as far as the portal knows
 */
export async function addClients(portal: Portal, tenant: Tenant, count: number, options: { sealedPresharedKeys: readonly string[]; confirmed: boolean }): Promise<void> {
  const connection = await portal.sql.connect();
  try {
    await connection.query("BEGIN");
    const start = await lockedStart(connection, tenant);
    const made = makeClients(portal, tenant, start, count);
    for (let i = 0; i < made.length; i += ROWS_PER_STATEMENT) await insert(connection, tenant, start, made.slice(i, i + ROWS_PER_STATEMENT), options);
    await moveHeads(connection, tenant, start, made, options.confirmed);
    await connection.query("COMMIT");
  } catch (error) {
    await connection.query("ROLLBACK");
    throw error;
  } finally {
    connection.release();
  }
}

async function lockedStart(connection: PoolClient, { instanceId, subscriptionId }: Tenant): Promise<Start> {
  const { rows } = await connection.query<Start>(
    `SELECT g.id AS gateway_id, g.revision, g.wanted_digest::text AS digest, i.subnet_v4::text, i.subnet_v6::text, i.next_host_index, a.seq, encode(a.head_hash, 'hex') AS head_hash
     FROM instances i JOIN gateways g ON g.id = i.gateway_id JOIN audit_chains a ON a.id = $2 WHERE i.id = $1 FOR UPDATE`,
    [instanceId, subscriptionId],
  );
  const [start] = rows;
  if (!start) throw new Error("The instance to fill is gone.");
  return start;
}

function makeClients(portal: Portal, { instanceId, subscriptionId, people }: Tenant, start: Start, count: number): Made[] {
  const digest = fromBits(start.digest);
  let headHash = start.head_hash;
  const now = Date.now();
  return Array.from({ length: count }, (_, i) => {
    const owner = people[i % people.length]!;
    const id = portal.ports.newId();
    const nickname = `Machine ${i + 1}`;
    const publicKey = randomBytes(32);
    const hostIndex = start.next_host_index + i;
    const { v4, v6 } = addressAt(start.subnet_v4, start.subnet_v6, hostIndex);
    const revision = Number(start.revision) + i + 1;
    xorInto(digest, elementHash({ kind: "peer", instanceId, publicKey: publicKey.toString("base64"), allowedIps: [`${v4}/32`, `${v6}/128`], hasPresharedKey: true }));
    const at = new Date(now - (count - i) * 1_000);
    const seq = Number(start.seq) + i + 1;
    const data = { nickname, publicKey: publicKey.toString("base64"), addressV4: v4, addressV6: v6, revision, proof: "mailed code" };
    headHash = eventHash(headHash, {
      chain: subscriptionId, seq, at: at.toISOString(), action: "client.issued", actor: { kind: "user", id: owner.userId, label: owner.email, operator: false },
      subject: { kind: "client", id }, sourceAddress: "127.0.0.1", data,
    });
    const parametersHash = createHash("sha256").update(canonicalJson({ nickname })).digest();
    return {
      id, owner, nickname, publicKey, hostIndex, v4, v6, revision, digest: bitsOf(digest), challengeId: portal.ports.newId(), parametersHash,
      event: { seq, data: JSON.stringify(data), hash: headHash }, at,
    };
  });
}

async function insert(connection: PoolClient, tenant: Tenant, start: Start, made: Made[], options: { sealedPresharedKeys: readonly string[]; confirmed: boolean }): Promise<void> {
  const { instanceId, subscriptionId } = tenant;
  const at = made.map((client) => client.at);
  const owners = made.map(({ owner }) => owner.userId);
  const emails = made.map(({ owner }) => owner.email);
  const challenges = made.map(({ challengeId }) => challengeId);
  const sealed = made.map((_, i) => Buffer.from(options.sealedPresharedKeys[i % options.sealedPresharedKeys.length]!, "base64"));
  await connection.query(
    `INSERT INTO step_up_challenges (id, user_id, session_id, action, object_id, parameters_hash, recipient, text, last_sent_at, created_at, expires_at, used_at)
     SELECT id, user_id, session_id, 'client.issue', $1, hash, email, '{"act": "add a client", "details": []}', at, at, at + interval '10 minutes', at
     FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[], $6::text[], $7::timestamptz[]) AS t (id, user_id, session_id, hash, email, at)`,
    // Asked for long enough ago that they don't count against anyone's limit of an hour.
    [instanceId, challenges, owners, made.map(({ owner }) => owner.sessionId), made.map(({ parametersHash }) => parametersHash), emails, at.map((time) => new Date(time.getTime() - 7_200_000))],
  );
  await connection.query(
    `INSERT INTO gateway_changes (gateway_id, revision, instance_id, client_id, digest, requested_at, committed_at, delivered_at, applied_at, acknowledged_at)
     SELECT $1, revision, $2, client_id, digest::bit(256), at, at, settled, settled, settled
     FROM unnest($3::bigint[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[]) AS t (revision, client_id, digest, at, settled)`,
    [start.gateway_id, instanceId, made.map(({ revision }) => revision), made.map(({ id }) => id), made.map(({ digest }) => digest), at, at.map((time) => (options.confirmed ? time : null))],
  );
  await connection.query(
    `INSERT INTO access_clients (id, subscription_id, instance_id, owner_id, nickname, public_key, sealed_preshared_key, host_index, address_v4, address_v6, state, gateway_id, revision, challenge_id, created_at)
     SELECT id, $1, $2, owner_id, nickname, public_key, sealed, host_index, v4::inet, v6::inet, 'active', $3, revision, challenge_id, at
     FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::bytea[], $8::bytea[], $9::int[], $10::text[], $11::text[], $12::bigint[], $13::uuid[], $14::timestamptz[])
       AS t (id, owner_id, nickname, public_key, sealed, host_index, v4, v6, revision, challenge_id, at)`,
    [
      subscriptionId, instanceId, start.gateway_id, made.map(({ id }) => id), owners, made.map(({ nickname }) => nickname), made.map(({ publicKey }) => publicKey), sealed,
      made.map(({ hostIndex }) => hostIndex), made.map(({ v4 }) => v4), made.map(({ v6 }) => v6), made.map(({ revision }) => revision), challenges, at,
    ],
  );
  await connection.query(
    `INSERT INTO audit_events (chain_id, seq, at, action, actor_kind, actor_id, actor_label, actor_operator, subject_kind, subject_id, source_address, data, hash)
     SELECT $1, seq, at, 'client.issued', 'user', actor_id, label, false, 'client', client_id, '127.0.0.1', data::jsonb, decode(hash, 'hex')
     FROM unnest($2::bigint[], $3::timestamptz[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[]) AS t (seq, at, actor_id, label, client_id, data, hash)`,
    [subscriptionId, made.map(({ event }) => event.seq), at, owners, emails, made.map(({ id }) => id), made.map(({ event }) => event.data), made.map(({ event }) => event.hash)],
  );
  await connection.query(
    `INSERT INTO outbox_mails (id, template, recipient, payload, created_at, due_at, attempts, sent_at)
     SELECT gen_random_uuid(), template, email, '{}', at, at, 1, at
     FROM unnest($1::text[], $2::timestamptz[]) AS t (email, at), (VALUES ('step-up-code'), ('client-issued')) AS templates (template)`,
    [emails, at],
  );
}

async function moveHeads(connection: PoolClient, { instanceId, subscriptionId }: Tenant, start: Start, made: Made[], confirmed: boolean): Promise<void> {
  const last = made.at(-1);
  if (!last) return;
  await connection.query("UPDATE instances SET next_host_index = $2, live_clients = live_clients + $3 WHERE id = $1", [instanceId, last.hostIndex + 1, made.length]);
  await connection.query("UPDATE gateways SET revision = $2, wanted_digest = $3::bit(256) WHERE id = $1", [start.gateway_id, last.revision, last.digest]);
  await connection.query("UPDATE audit_chains SET seq = $2, head_hash = decode($3, 'hex') WHERE id = $1", [subscriptionId, last.event.seq, last.event.hash]);
  if (confirmed) await connection.query("UPDATE gateway_presence SET acknowledged_revision = $2, observed_digest = $3::bit(256) WHERE gateway_id = $1", [start.gateway_id, last.revision, last.digest]);
  await connection.query("SELECT pg_notify('portcullis', $1)", [`gateway:${start.gateway_id} `]);
}
