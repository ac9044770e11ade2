/** Writing and reading the audit log: one hash chain per subscription, and one per user for what belongs to no subscription. */
import type { AuditAction } from "@/lib/core/audit-actions";
import { eventHash, type AuditEvent } from "@/lib/core/audit-chain";
import type { Tx } from "./client";
import type { Prisma } from "./generated/client";
import { fromHex, toHex } from "./values";

/** An event as a use case states it; its place in the chain is found when it is written. */
export type NewAuditEvent = Omit<AuditEvent, "seq" | "at" | "action"> & { at: Date; action: AuditAction };

const NO_HEAD = "00".repeat(32);

/**
 * Appends events in their order. Locks the chains' heads until the transaction ends, so call it last: lock order is
 * in docs/architecture.md, and this is its end.
 */
export async function appendAudit(tx: Tx, events: NewAuditEvent[]): Promise<void> {
  const chains = [...new Set(events.map((event) => event.chain))].sort();
  for (const chain of chains) await appendToChain(tx, chain, events.filter((event) => event.chain === chain));
}

async function appendToChain(tx: Tx, chain: string, events: NewAuditEvent[]): Promise<void> {
  // The update changes nothing: it takes the row's lock whether or not the row was there.
  const [head] = await tx.$queryRaw<{ seq: bigint; head_hash: Uint8Array }[]>`
    INSERT INTO audit_chains AS chain (id, seq, head_hash) VALUES (${chain}::uuid, 0, ${fromHex(NO_HEAD)})
    ON CONFLICT (id) DO UPDATE SET seq = chain.seq RETURNING seq, head_hash`;
  if (!head) throw new Error("The audit chain's head was not returned.");
  let seq = Number(head.seq);
  let hash = toHex(head.head_hash);
  const rows = events.map((event) => {
    seq += 1;
    const complete: AuditEvent = { ...event, seq, at: event.at.toISOString() };
    hash = eventHash(hash, complete);
    const { at, action, actor, subject, sourceAddress, data } = complete;
    return {
      seq, at, action, actor_kind: actor.kind, actor_id: actor.id, actor_label: actor.label, actor_operator: actor.operator,
      subject_kind: subject?.kind ?? null, subject_id: subject?.id ?? null, source_address: sourceAddress, data, hash,
    };
  });
  // One text for any number of events: it stays prepared.
  await tx.$executeRaw`
    WITH events AS (
      INSERT INTO audit_events (chain_id, seq, at, action, actor_kind, actor_id, actor_label, actor_operator, subject_kind, subject_id, source_address, data, hash)
      SELECT ${chain}::uuid, seq, at, action, actor_kind, actor_id, actor_label, actor_operator, subject_kind, subject_id, source_address, data, decode(hash, 'hex')
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS event (
        seq bigint, at timestamptz, action text, actor_kind actor_kind, actor_id uuid, actor_label text, actor_operator boolean,
        subject_kind text, subject_id uuid, source_address text, data jsonb, hash text))
    UPDATE audit_chains SET seq = ${seq}, head_hash = ${fromHex(hash)} WHERE id = ${chain}::uuid`;
}

/** Holds these chains as they are until the transaction ends, in the order in which `appendAudit` would. */
export async function lockChains(tx: Tx, chains: string[]): Promise<void> {
  await tx.$queryRaw`SELECT id FROM audit_chains WHERE id = ANY(${chains}::uuid[]) ORDER BY id FOR UPDATE`;
}

export type StoredAuditEvent = AuditEvent & { hash: string };

const fromRow = (row: Prisma.AuditEventGetPayload<object>): StoredAuditEvent => ({
  chain: row.chainId,
  seq: Number(row.seq),
  at: row.at.toISOString(),
  action: row.action,
  actor: { kind: row.actorKind, id: row.actorId, label: row.actorLabel, operator: row.actorOperator },
  subject: row.subjectKind !== null && row.subjectId !== null ? { kind: row.subjectKind, id: row.subjectId } : null,
  sourceAddress: row.sourceAddress,
  data: row.data as AuditEvent["data"],
  hash: toHex(row.hash),
});

/** Newest first, below `beforeSeq`. */
export async function readAudit(tx: Tx, chain: string, limit: number, beforeSeq: number | null): Promise<StoredAuditEvent[]> {
  const rows = await tx.auditEvent.findMany({
    where: { chainId: chain, ...(beforeSeq === null ? {} : { seq: { lt: beforeSeq } }) },
    orderBy: { seq: "desc" },
    take: limit,
  });
  return rows.map(fromRow);
}

/** Oldest first, above `afterSeq`: for the verifier and the export. */
export async function readAuditForward(tx: Tx, chain: string, limit: number, afterSeq: number): Promise<StoredAuditEvent[]> {
  const rows = await tx.auditEvent.findMany({ where: { chainId: chain, seq: { gt: afterSeq } }, orderBy: { seq: "asc" }, take: limit });
  return rows.map(fromRow);
}

export async function listChains(tx: Tx): Promise<{ id: string; seq: number; headHash: string }[]> {
  const rows = await tx.auditChain.findMany({ orderBy: { id: "asc" } });
  return rows.map((row) => ({ id: row.id, seq: Number(row.seq), headHash: toHex(row.headHash) }));
}

/** Which of these chains already hold a look by this operator since then. */
export async function chainsViewedSince(tx: Tx, operatorId: string, chains: string[], since: Date): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ chain_id: string }[]>`
    SELECT DISTINCT chain_id FROM audit_events
    WHERE action = 'operator.viewed' AND actor_id = ${operatorId}::uuid AND chain_id = ANY(${chains}::uuid[]) AND at > ${since}`;
  return new Set(rows.map((row) => row.chain_id));
}
