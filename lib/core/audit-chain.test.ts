import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuditEvent, CHAIN_START, GENESIS_HASH, type RecordedEvent, eventHash, verifyChain } from "@/lib/core/audit-chain";

const CHAIN = "0190b0de-0000-7000-8000-00000000000a";
const uuid = fc.uuid();
const actor = fc.record({ kind: fc.constantFrom("user" as const, "gateway" as const, "portal" as const), id: fc.option(uuid), label: fc.string(), operator: fc.boolean() });
const unplaced = fc.record({
  at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }).map((date) => date.toISOString()),
  action: fc.constantFrom("client.issued", "client.revoked", "gateway.enrolled"),
  actor,
  subject: fc.option(fc.record({ kind: fc.constant("client"), id: uuid })),
  sourceAddress: fc.option(fc.ipV4()),
  data: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)), { maxKeys: 3, noNullPrototype: true }),
});
type Unplaced = Omit<AuditEvent, "chain" | "seq">;

function record(events: readonly Unplaced[], chain = CHAIN): RecordedEvent[] {
  let previous = GENESIS_HASH;
  return events.map((event, i) => {
    const placed = { ...event, chain, seq: i + 1 };
    previous = eventHash(previous, placed);
    return { ...placed, hash: previous };
  });
}

const chain = fc.array(unplaced, { minLength: 2, maxLength: 8 }).map((events) => record(events));
const headOf = (events: readonly RecordedEvent[]): { count: number; head: string } => ({ count: events.length, head: events.at(-1)?.hash ?? GENESIS_HASH });

/** One way to alter each field. */
const ALTERATIONS: readonly ((event: RecordedEvent) => Partial<RecordedEvent>)[] = [
  (event) => ({ at: event.at.replace(/.Z$/, (end) => (end === "0Z" ? "1Z" : "0Z")) }),
  (event) => ({ action: `${event.action}.` }),
  (event) => ({ actor: { ...event.actor, label: `${event.actor.label}x` } }),
  (event) => ({ actor: { ...event.actor, operator: !event.actor.operator } }),
  (event) => ({ actor: { ...event.actor, id: event.actor.id === null ? CHAIN : null } }),
  (event) => ({ actor: { ...event.actor, kind: event.actor.kind === "user" ? "portal" : "user" } }),
  (event) => ({ subject: event.subject === null ? { kind: "client", id: CHAIN } : null }),
  (event) => ({ sourceAddress: event.sourceAddress === null ? "192.0.2.1" : null }),
  (event) => ({ data: { ...event.data, added: 1 } }),
  (event) => ({ seq: event.seq + 1 }),
  () => ({ chain: "0190b0de-0000-7000-8000-00000000000b" }),
  (event) => ({ hash: (event.hash.startsWith("0") ? "1" : "0") + event.hash.slice(1) }),
];

describe("the audit chain", () => {
  test("holds as it was written, in one piece or page by page", () => {
    fc.assert(
      fc.property(chain, fc.nat(8), (events, cut) => {
        const expected = headOf(events);
        expect(verifyChain(events, { expected })).toEqual({ ok: true, chain: CHAIN, ...expected });
        const first = verifyChain(events.slice(0, cut));
        expect(first.ok && verifyChain(events.slice(cut), { from: first, expected }).ok).toBe(true);
      }),
    );
  });

  test("shows any alteration of any field of any event, at that event or the next", () => {
    fc.assert(
      fc.property(chain, fc.nat(), fc.constantFrom(...ALTERATIONS), (events, at, alteration) => {
        const i = at % events.length;
        const altered = events.with(i, { ...events[i]!, ...alteration(events[i]!) });
        const verdict = verifyChain(altered, { expected: headOf(events) });
        expect(verdict.ok).toBe(false);
        if (!verdict.ok) expect([i + 1, i + 2]).toContain(verdict.atSeq);
      }),
    );
  });

  test("shows an altered event even when its own hash is computed anew", () => {
    fc.assert(
      fc.property(chain, fc.nat(), (events, at) => {
        const i = at % events.length;
        const forged: RecordedEvent = { ...events[i]!, action: "nothing.happened" };
        forged.hash = eventHash(events[i - 1]?.hash ?? GENESIS_HASH, forged);
        expect(verifyChain(events.with(i, forged), { expected: headOf(events) }).ok).toBe(false);
      }),
    );
  });

  test("shows a removed event, be it the last: then the noted head is missing", () => {
    fc.assert(
      fc.property(chain, fc.nat(), (events, at) => {
        const i = at % events.length;
        expect(verifyChain(events.toSpliced(i, 1), { expected: headOf(events) })).toMatchObject({ ok: false, atSeq: i + 1 });
      }),
    );
  });

  test("shows a removed event when the later ones are renumbered, an inserted one, and a repeated one", () => {
    fc.assert(
      fc.property(chain, fc.nat(), unplaced, (events, at, extra) => {
        const i = at % (events.length - 1);
        const renumber = (list: readonly RecordedEvent[]): RecordedEvent[] => list.map((event, n) => ({ ...event, seq: n + 1 }));
        const inserted: RecordedEvent = { ...extra, chain: CHAIN, seq: i + 1, hash: GENESIS_HASH };
        for (const list of [events.toSpliced(i, 1), events.toSpliced(i, 0, inserted), events.toSpliced(i, 0, events[i]!)]) {
          expect(verifyChain(renumber(list)).ok).toBe(false);
        }
      }),
    );
  });

  test("shows two events that changed places", () => {
    fc.assert(
      fc.property(chain, fc.nat(), fc.nat(), (events, a, b) => {
        const [i, j] = [a % events.length, b % events.length];
        fc.pre(i !== j);
        const swapped = events.with(i, events[j]!).with(j, events[i]!);
        expect(verifyChain(swapped)).toMatchObject({ ok: false, atSeq: Math.min(i, j) + 1 });
        const renumbered = swapped.map((event, n) => ({ ...event, seq: n + 1 }));
        expect(verifyChain(renumbered).ok).toBe(false);
      }),
    );
  });

  test("shows events of another chain set in place of its own", () => {
    fc.assert(
      fc.property(fc.array(unplaced, { minLength: 2, maxLength: 5 }), (events) => {
        const [mine, theirs] = [record(events), record(events, "0190b0de-0000-7000-8000-00000000000b")];
        expect(verifyChain([mine[0]!, ...theirs.slice(1)])).toMatchObject({ ok: false, atSeq: 2 });
      }),
    );
  });

  test("is empty at the start, and says so", () => {
    expect(verifyChain([])).toEqual({ ok: true, ...CHAIN_START });
    expect(verifyChain([], { expected: { count: 1, head: "a".repeat(64) } })).toMatchObject({ ok: false, atSeq: 1 });
  });

  test("can be recomputed by a program in another language", () => {
    // Python: sha256(("portcullis audit v1\n" + previous + "\n" + json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)).encode())
    const event: AuditEvent = {
      chain: CHAIN,
      seq: 1,
      at: "2026-01-02T03:04:05.678Z",
      action: "client.issued",
      actor: { kind: "user", id: "0190b0de-0000-7000-8000-00000000000b", label: "ada@example.com", operator: false },
      subject: { kind: "client", id: "0190b0de-0000-7000-8000-00000000000c" },
      sourceAddress: "192.0.2.7",
      data: { nickname: "Ada’s laptop", hostIndex: 2 },
    };
    expect(eventHash(GENESIS_HASH, event)).toBe("d0968ac0b961f49ff2b8b139d0420a5ac2b5c06c54c48a2a77256749add0b103");
  });

  test("refuses to be extended from something that is no hash, or with data that has no one spelling", () => {
    const [event] = record([{ at: "2026-01-02T03:04:05.678Z", action: "a", actor: { kind: "portal", id: null, label: "", operator: false }, subject: null, sourceAddress: null, data: {} }]);
    expect(() => eventHash("", event!)).toThrow(RangeError);
    expect(() => eventHash(GENESIS_HASH, { ...event!, data: { seconds: 0.5 } })).toThrow(TypeError);
    expect(verifyChain([{ ...event!, data: { seconds: 0.5 } }])).toMatchObject({ ok: false, atSeq: 1 });
  });
});
