import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Choice, REST_MS, chooseHostIndex } from "@/lib/core/allocation";
import { FIRST_CLIENT_HOST_INDEX } from "@/lib/core/subnet";

/** An instance's indexes as the database keeps them, driven by the rule under test. */
class Pool {
  nextFresh = FIRST_CLIENT_HOST_INDEX;
  now = 0;
  readonly live: number[] = [];
  readonly released: { hostIndex: number; releasedAt: Date }[] = [];

  constructor(readonly capacity: number) {}

  allocate(): Choice {
    const { nextFresh, capacity, now } = this;
    const choice = chooseHostIndex({ nextFresh, capacity, oldestReleased: this.released[0] ?? null, now: new Date(now) });
    if (choice.kind === "fresh") this.nextFresh += 1;
    if (choice.kind === "reused") this.released.shift();
    if (choice.kind !== "full") this.live.push(choice.hostIndex);
    return choice;
  }

  release(position: number): void {
    const [hostIndex] = this.live.splice(position % Math.max(this.live.length, 1), 1);
    if (hostIndex !== undefined) this.released.push({ hostIndex, releasedAt: new Date(this.now) });
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "allocate" as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("release" as const), position: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 1000, REST_MS / 2, REST_MS - 1, REST_MS) }) },
);

describe("allocation, over any sequence of adding, releasing and waiting", () => {
  test("never gives one index to two live clients, honours the rest of a day, and is full only when nothing is left", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 13 }), fc.array(step, { maxLength: 150 }), (capacity, steps) => {
        const pool = new Pool(capacity);
        const lastReleased = new Map<number, number>();
        for (const taken of steps) {
          if (taken.kind === "wait") pool.now += taken.ms;
          if (taken.kind === "release") {
            pool.release(taken.position);
            const latest = pool.released.at(-1);
            if (latest) lastReleased.set(latest.hostIndex, latest.releasedAt.getTime());
          }
          if (taken.kind === "allocate") {
            const choice = pool.allocate();
            if (choice.kind === "full") {
              const resting = [...lastReleased].filter(([hostIndex, at]) => !pool.live.includes(hostIndex) && pool.now - at < REST_MS);
              expect(pool.live.length + resting.length).toBe(capacity);
              const earliest = resting.length > 0 ? new Date(Math.min(...resting.map(([, at]) => at)) + REST_MS) : null;
              expect(choice.availableAt).toEqual(earliest);
            } else {
              expect(choice.hostIndex).toBeGreaterThanOrEqual(FIRST_CLIENT_HOST_INDEX);
              expect(choice.hostIndex).toBeLessThanOrEqual(capacity + 1);
              const releasedAt = lastReleased.get(choice.hostIndex);
              expect(choice.kind).toBe(releasedAt === undefined ? "fresh" : "reused");
              if (releasedAt !== undefined) expect(pool.now - releasedAt).toBeGreaterThanOrEqual(REST_MS);
            }
          }
          expect(new Set(pool.live).size).toBe(pool.live.length);
        }
      }),
    );
  });

  test("gives each of a /24's 253 addresses once, then says that it is full", () => {
    const pool = new Pool(253);
    const given = Array.from({ length: 253 }, () => pool.allocate());
    expect(given.map((choice) => choice.kind === "fresh" && choice.hostIndex)).toEqual(Array.from({ length: 253 }, (_, i) => i + 2));
    expect(pool.allocate()).toEqual({ kind: "full", availableAt: null });
  });

  test("prefers what was never used, then what rested longest, and not one millisecond early", () => {
    const pool = new Pool(5);
    pool.allocate();
    pool.release(0);
    pool.now = 2 * REST_MS;
    expect(pool.allocate()).toEqual({ kind: "fresh", hostIndex: 3 });
    pool.release(0);
    while (pool.nextFresh < 7) pool.allocate();
    expect(pool.allocate()).toEqual({ kind: "reused", hostIndex: 2 });
    pool.now = 3 * REST_MS - 1;
    expect(pool.allocate()).toEqual({ kind: "full", availableAt: new Date(3 * REST_MS) });
    pool.now = 3 * REST_MS;
    expect(pool.allocate()).toEqual({ kind: "reused", hostIndex: 3 });
  });
});
