import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Backoff } from "@/agent/backoff";
import { Bell } from "@/agent/bell";
import { Mutex, mapLimited } from "@/agent/mutex";
import { type KnownTime, PortalClock } from "@/agent/portal-clock";

describe("backoff", () => {
  test("doubles up to its bound, and starts again after a success", () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1_000 }, () => 1);
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(backoff.calm).toBe(false);
    backoff.reset();
    expect(backoff.calm).toBe(true);
    expect(backoff.next()).toBe(100);
  });

  test("spreads gateways over half of each step", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(100), (random, failures) => {
        const backoff = new Backoff({ firstMs: 200, maxMs: 15_000 }, () => random);
        for (let i = 0; i < failures; i += 1) backoff.next();
        const step = Math.min(15_000, 200 * 2 ** failures);
        const wait = backoff.next();
        expect(wait).toBeGreaterThanOrEqual(step / 2);
        expect(wait).toBeLessThanOrEqual(step);
      }),
    );
  });
});

describe("the portal's time", () => {
  const local = new Date("2026-11-22T12:00:00.700Z");

  test("is the gateway's own until the portal says otherwise, and by more than its header can tell", () => {
    const clock = new PortalClock({ now: () => local });
    expect(clock.now()).toEqual(local);
    clock.observe(new Date("2026-11-22T12:00:00.000Z"));
    expect(clock.now()).toEqual(local);
    clock.observe(new Date("2026-11-22T11:50:00.000Z"));
    expect(clock.now()).toEqual(new Date("2026-11-22T11:50:00.000Z"));
    clock.observe(new Date("2026-11-22T12:00:02.000Z"));
    expect(clock.now()).toEqual(local);
  });
});

describe("the portal's time, with the portal away", () => {
  const NOON = Date.parse("2026-11-22T12:00:00Z");
  const YEAR = 365 * 86_400_000;
  const TEN = 600_000;

  /** A host whose clock can be set, and whose uptime can't. */
  function host(known: KnownTime | null = null, localAt = NOON, { run = "one", uptime = 0 } = {}) {
    const state = { local: localAt, uptime, kept: known };
    const clock = new PortalClock({ now: () => new Date(state.local) }, { run, now: () => state.uptime }, known, (next) => (state.kept = next));
    const pass = (ms: number): void => {
      state.local += ms;
      state.uptime += ms;
    };
    return { state, clock, pass, at: () => clock.now().getTime() };
  }

  test.each([TEN, YEAR])("goes on when the host's clock is set back by %d ms", (by) => {
    const { state, clock, pass, at } = host();
    clock.observe(new Date(NOON));
    pass(1_000);
    state.local -= by;
    pass(59_000);
    expect(at()).toBe(NOON + 60_000);
  });

  test("follows the host's clock over a pause of the machine, in which no other one ran", () => {
    const { state, clock, at } = host();
    clock.observe(new Date(NOON));
    state.local += 3_600_000;
    expect(at()).toBe(NOON + 3_600_000);
  });

  test.each([-TEN, TEN, -YEAR, YEAR])("is right after a restart on a host whose clock is off by %d ms, as it was before", (off) => {
    const before = host(null, NOON + off);
    before.clock.observe(new Date(NOON));
    before.pass(30_000);
    const after = host(before.state.kept, before.state.local);
    expect(Math.abs(after.at() - (NOON + 30_000))).toBeLessThanOrEqual(2_000);
  });

  test.each([TEN, YEAR])("gives nobody their time back after a restart with the clock set back by %d ms", (by) => {
    const before = host();
    before.clock.observe(new Date(NOON));
    before.pass(3_600_000);
    before.clock.reached(new Date(NOON + 3_600_000));
    const after = host(before.state.kept, before.state.local - by);
    expect(after.at()).toBeGreaterThanOrEqual(NOON + 3_600_000);
  });

  test.each([TEN, YEAR])("goes on over a restart of the agent although the clock was set back by %d ms meanwhile", (by) => {
    const before = host();
    before.clock.observe(new Date(NOON));
    before.pass(600_000);
    const after = host(before.state.kept, before.state.local - by, { uptime: before.state.uptime + 30_000 });
    expect(after.at()).toBe(NOON + 630_000);
  });

  test.each([
    ["the machine was started anew", { run: "two", uptime: 5_000 }],
    ["it can't be told whether it was", { run: undefined, uptime: 700_000 }],
    ["its uptime went back all the same", { run: "one", uptime: 5_000 }],
  ])("where %s with its clock in 1970, goes on from what was kept last, and stands still no more", (_, machine) => {
    const before = host(null, NOON, { run: machine.run === undefined ? "unknown" : "one", uptime: 0 });
    before.clock.observe(new Date(NOON));
    for (let i = 0; i < 600; i += 1) {
      before.pass(1_000);
      before.clock.tick();
    }
    const known = { ...before.state.kept!, run: machine.run === undefined ? null : before.state.kept!.run };
    const after = host(known, 0, { run: machine.run ?? "unknown", uptime: machine.uptime });
    expect(after.at()).toBeGreaterThanOrEqual(NOON + 540_000);
    expect(after.at()).toBeLessThanOrEqual(NOON + 600_000);
    const started = after.at();
    after.pass(10_000);
    expect(after.at()).toBe(started + 10_000);
  });

  test("never goes back, and never falls behind what passed, whatever is done to the clock and however often the agent is restarted", () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 7_200_000 }) }),
      fc.record({ act: fc.constant("set" as const), ms: fc.integer({ min: -2 * YEAR, max: 2 * YEAR }) }),
      fc.record({ act: fc.constant("restart" as const), ms: fc.integer({ min: 0, max: 60_000 }) }),
    );
    fc.assert(
      fc.property(fc.constantFrom(-YEAR, -TEN, 0, TEN, YEAR), fc.array(step, { maxLength: 30 }), (off, steps) => {
        let machine = host(null, NOON + off);
        machine.clock.observe(new Date(NOON));
        let [passed, over] = [0, -Infinity];
        for (const { act, ms } of steps) {
          if (act === "set") machine.state.local += ms;
          else machine.pass(ms);
          if (act !== "set") passed += ms;
          if (act === "restart") machine = host(machine.state.kept, machine.state.local, { uptime: machine.state.uptime });
          expect(machine.at()).toBeGreaterThanOrEqual(NOON + passed);
          // Who was cut at some time stays cut, though the clock that said so is set back afterwards.
          expect(machine.at()).toBeGreaterThanOrEqual(over);
          over = machine.at();
          machine.clock.reached(new Date(over));
        }
      }),
    );
  });

  test("the portal's word counts again as soon as it is heard, whatever was known", () => {
    const { clock, at } = host({ offsetMs: YEAR, notBefore: NOON + YEAR, run: "one", uptimeMs: 0 });
    expect(at()).toBe(NOON + YEAR);
    clock.observe(new Date(NOON));
    expect(at()).toBe(NOON);
  });

  test("is kept about once a minute, and when somebody's time was over", () => {
    const { state, clock, pass } = host();
    const kept: (KnownTime | null)[] = [];
    for (let i = 0; i < 100; i += 1) {
      clock.observe(new Date(state.local));
      if (kept.at(-1) !== state.kept) kept.push(state.kept);
      pass(2_000);
    }
    expect(kept.length).toBeLessThanOrEqual(5);
    clock.reached(new Date(state.local + 1));
    expect(state.kept?.notBefore).toBe(state.local + 1);
  });
});

describe("the bell", () => {
  test("is heard by who waits, and by who comes later, once", async () => {
    const bell = new Bell();
    const never = new AbortController().signal;
    const heard = bell.heard(never);
    bell.ring();
    await heard;
    bell.ring();
    bell.ring();
    await bell.heard(never);
    const stop = new AbortController();
    const unheard = bell.heard(stop.signal);
    stop.abort(new Error("over"));
    await expect(unheard).rejects.toThrow("over");
  });
});

describe("the mutex", () => {
  test("runs one thing at a time, in order, and goes on after a failure", async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (name === "a") throw new Error("a failed");
    };
    const [a] = await Promise.allSettled([mutex.run(work("a")), mutex.run(work("b")), mutex.idle()]);
    expect(a.status).toBe("rejected");
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  test("mapLimited keeps the order of results and never has more than its limit at work", async () => {
    let atWork = 0;
    let most = 0;
    const results = await mapLimited([5, 1, 4, 2, 3], 2, async (n) => {
      atWork += 1;
      most = Math.max(most, atWork);
      for (let i = 0; i < n; i += 1) await Promise.resolve();
      atWork -= 1;
      return n * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });
});
