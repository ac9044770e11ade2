/**
 * The audit log's hash chain: each event's hash covers the event and the hash before it, so that whoever alters, drops
 * or reorders one would have to rewrite all that follow, and the exported head would no longer match.
 */
import { createHash } from "node:crypto";
import { type JsonObject, canonicalJson } from "@/lib/core/canonical-json";

export interface AuditActor {
  kind: "user" | "gateway" | "portal";
  id: string | null;
  /** As people know it: an address, a gateway's name. */
  label: string;
  /** True when an operator acted, as such, on a customer's subscription. */
  operator: boolean;
}

export interface AuditEvent {
  /** UUID of the chain: one for each subscription, one for the portal itself. */
  chain: string;
  /** 1, 2, 3 … within the chain. */
  seq: number;
  /** ISO 8601 in UTC, milliseconds. */
  at: string;
  action: string;
  actor: AuditActor;
  subject: { kind: string; id: string } | null;
  sourceAddress: string | null;
  data: JsonObject;
}

export interface RecordedEvent extends AuditEvent {
  /** Lower-case hex SHA-256. */
  hash: string;
}

/** The hash before the first event. */
export const GENESIS_HASH = "0".repeat(64);

/**
 * Lower-case hex SHA-256 over "portcullis audit v1", the previous hash and the event's canonical JSON, each on its own line.
 * @throws TypeError when the event's data isn't canonical JSON; RangeError when the previous hash is none.
 */
export function eventHash(previousHash: string, event: AuditEvent): string {
  if (!/^[0-9a-f]{64}$/.test(previousHash)) throw new RangeError("The previous hash is 64 lower-case hex digits.");
  return createHash("sha256")
    .update(`portcullis audit v1\n${previousHash}\n${canonicalJson(hashed(event))}`)
    .digest("hex");
}

/** How far a chain has been followed; `head` of the last result, to go on with the next page. */
export interface ChainPosition {
  /** null before the first event. */
  chain: string | null;
  /** Events so far, which is the last one's `seq`. */
  count: number;
  head: string;
}

export const CHAIN_START: ChainPosition = { chain: null, count: 0, head: GENESIS_HASH };

export type ChainVerdict =
  | ({ ok: true } & ChainPosition)
  | { ok: false; atSeq: number; reason: string };

/**
 * Follows a chain in the order given, which must be that of `seq`.
 * @param options.from where the page before ended; the start of the chain by default.
 * @param options.expected the head noted elsewhere (the chain's row, an export): without it, events cut off the end
 * leave no trace. Give it with the last page.
 */
export function verifyChain(
  events: Iterable<RecordedEvent>,
  options: { from?: ChainPosition; expected?: { count: number; head: string } } = {},
): ChainVerdict {
  let position = options.from ?? CHAIN_START;
  for (const event of events) {
    const seq = position.count + 1;
    const reason = flaw(position, seq, event);
    if (reason !== null) return { ok: false, atSeq: seq, reason };
    position = { chain: event.chain, count: seq, head: event.hash };
  }
  const { expected } = options;
  if (expected && (expected.count !== position.count || expected.head !== position.head)) {
    const atSeq = Math.min(expected.count, position.count) + (expected.count === position.count ? 0 : 1);
    return { ok: false, atSeq, reason: `The chain ends at event ${position.count}, and not with the head that was noted at ${expected.count}.` };
  }
  return { ok: true, ...position };
}

function flaw(position: ChainPosition, seq: number, event: RecordedEvent): string | null {
  if (position.chain !== null && event.chain !== position.chain) return "This event belongs to another chain.";
  if (event.seq !== seq) return `Event ${seq} is missing: ${event.seq} stands in its place.`;
  let hash: string;
  try {
    hash = eventHash(position.head, event);
  } catch (error) {
    return error instanceof TypeError ? "This event holds what no portal writes." : "The event before has no valid hash.";
  }
  return hash === event.hash ? null : "This event or the one before was altered: the hash doesn't match.";
}

/** The hashed fields by name: whatever else a row carries (its hash, its id) stays out. */
function hashed({ chain, seq, at, action, actor, subject, sourceAddress, data }: AuditEvent): JsonObject {
  return {
    chain,
    seq,
    at,
    action,
    actor: { kind: actor.kind, id: actor.id, label: actor.label, operator: actor.operator },
    subject: subject === null ? null : { kind: subject.kind, id: subject.id },
    sourceAddress,
    data,
  };
}
