/** Two machines on one key are told; one machine, however it moves, is not. The peers are simulated as WireGuard behaves. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detectSharing, extendTrail, MAX_TRAIL, networkOf, type Sighting, TRAIL_MS } from "@/lib/core/shared-config";
import { type Machine, simulate } from "@/lib/core/testing/simulated-peers";

const HOME = "203.0.113.7";
const PHONE = "198.51.100.20";
const OFFICE = "192.0.2.44";
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What the portal would say, report by report. @returns seconds until it says so; null: never */
function toldAfter(sightings: readonly Sighting[], since = 0, reportEveryMs = 5 * SECOND): number | null {
  let trail: Sighting[] = [];
  const last = sightings.at(-1)?.at ?? 0;
  for (let at = reportEveryMs; at < last + reportEveryMs; at += reportEveryMs) {
    trail = extendTrail(trail, sightings.filter((sighting) => sighting.at > at - reportEveryMs && sighting.at <= at));
    expect(trail.length).toBeLessThanOrEqual(MAX_TRAIL);
    if (detectSharing(trail)) return (at - since) / SECOND;
  }
  return null;
}

/** One machine that is at each place from the given second on. */
const one = (places: [second: number, network: string][], rest: Partial<Machine> = {}): Machine[] => [
  { sendEveryMs: 2 * SECOND, keepaliveMs: 25 * SECOND, from: 0, networkAt: (at) => places.findLast(([second]) => second * SECOND <= at)?.[1] ?? null, ...rest },
];
const toAndFro = (a: string, b: string, everySeconds: number, times: number): [number, string][] => Array.from({ length: times }, (_, i) => [i * everySeconds, i % 2 === 0 ? a : b]);

const LEGITIMATE: [what: string, machines: Machine[]][] = [
  ["stays at home and works", one([[0, HOME]])],
  ["stays at home, idle", one([[0, HOME]], { sendEveryMs: null })],
  ["goes from home to the office, once", one([[0, HOME], [100, OFFICE]])],
  ["home → phone → home, once", one([[0, HOME], [60, PHONE], [120, HOME]])],
  ["home → phone → home within twenty seconds", one([[0, HOME], [30, PHONE], [50, HOME]])],
  ["home → phone → home, with a gap of 20 s without any network each time", one([[0, HOME], [30, "none"], [50, PHONE], [90, "none"], [110, HOME]])],
  ["home → phone → home → phone over ten minutes", one(toAndFro(HOME, PHONE, 150, 4))],
  ["a train: another address every twenty seconds", one(Array.from({ length: 30 }, (_, i) => [i * 20, `198.51.100.${i}`]))],
  ["a train with a hole in the net before every cell", one(Array.from({ length: 30 }, (_, i) => [i * 20, i % 2 === 0 ? `198.51.100.${i}` : "none"]))],
  ["the edge of Wi-Fi: to and fro every 20 s for five minutes, with one session", one(toAndFro(HOME, PHONE, 20, 15))],
  ["the edge of Wi-Fi, idle", one(toAndFro(HOME, PHONE, 20, 15), { sendEveryMs: null })],
  ["two lines, packet by packet", one(toAndFro(HOME, OFFICE, 1, 600))],
  ["two lines, packet by packet, idle", one(toAndFro(HOME, OFFICE, 25, 24), { sendEveryMs: null })],
  ["two lines that take over from each other every minute, a new session each time", one(toAndFro(HOME, OFFICE, 60, 10), { restartOnMove: true })],
  ["carrier NAT that gives one of four addresses for each new flow", one(Array.from({ length: 40 }, (_, i) => [i * 15, `100.64.0.${(i * 7) % 4}`]))],
  ["carrier NAT, idle, with a mapping that lasts shorter than the keepalive", one(Array.from({ length: 24 }, (_, i) => [i * 25, `100.64.0.${(i * 5) % 3}`]), { sendEveryMs: null })],
  ["IPv6 and IPv4 in turns at each of six restarts in ten minutes", one(toAndFro(networkOf("[2001:db8:1:2::9]:1"), HOME, 100, 6), { restartOnMove: true })],
  ["restarted eight times in two minutes, in one place", one(Array.from({ length: 8 }, (_, i) => [i * 15, HOME]), { restartEveryMs: 15 * SECOND })],
  ["restarted while it moves home → phone → home", one([[0, HOME], [40, PHONE], [80, HOME]], { restartEveryMs: 20 * SECOND })],
  ["a bad line: 20 s without an answer every minute", one(Array.from({ length: 20 }, (_, i) => [i * 30, i % 3 === 2 ? "none" : HOME]))],
  ["a laptop that sleeps for ten minutes and wakes somewhere else", one([[0, HOME], [60, "none"], [660, OFFICE]])],
  ["the file moved to another machine, the first one switched off", [...one([[0, HOME], [60, "none"]]), ...one([[61, OFFICE]], { from: 61 * SECOND })]],
];

describe("nothing is said of a machine that", () => {
  test.each(LEGITIMATE)("%s", (_, machines) => {
    for (let phase = 0; phase < 4; phase += 1) expect(toldAfter(simulate(machines, { forMs: 8 * MINUTE, sampleMs: SECOND / 2, phaseMs: phase * 137 }))).toBeNull();
  });

  test("goes to any place at any time, without coming back to two of them within a minute", () => {
    const journey = fc.array(fc.record({ staysSeconds: fc.integer({ min: 1, max: 90 }), network: fc.integer({ min: 0, max: 200 }), restarts: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(journey, fc.integer({ min: 0, max: 999 }), (legs, phaseMs) => {
        let second = 0;
        // Each place is left for good.
        const places = legs.map(({ staysSeconds, network }, i): [number, string] => [(second += staysSeconds), `10.${i}.0.${network}`]);
        const machines = one([[0, HOME], ...places], { restartOnMove: legs.some(({ restarts }) => restarts) });
        expect(toldAfter(simulate(machines, { forMs: (second + 30) * SECOND, sampleMs: SECOND / 2, phaseMs }))).toBeNull();
      }),
      { numRuns: 50 },
    );
  });
});

/** A second machine comes after five minutes. */
const JOIN = 5 * MINUTE;
const second = (network: string, rest: Partial<Machine> = {}): Machine[] => one([[0, network]], { from: JOIN, ...rest });

const SHARING: [what: string, machines: Machine[], withinSeconds: number][] = [
  ["both work", [...one([[0, HOME]]), ...second(OFFICE)], 60],
  ["both send all the time", [...one([[0, HOME]], { sendEveryMs: 50 }), ...second(OFFICE, { sendEveryMs: 70 })], 60],
  ["one sends much, one little", [...one([[0, HOME]], { sendEveryMs: 900 }), ...second(OFFICE, { sendEveryMs: 4 * SECOND })], 60],
  ["neither has keepalives", [...one([[0, HOME]], { keepaliveMs: null }), ...second(OFFICE, { keepaliveMs: null })], 60],
  ["one is on IPv6, one on IPv4", [...one([[0, networkOf("[2001:db8:7::1]:1")]]), ...second(OFFICE)], 60],
  ["three machines", [...one([[0, HOME]]), ...second(OFFICE), ...second(PHONE, { from: JOIN + 3 * SECOND })], 60],
  ["one of them moves about meanwhile", [...one([[0, HOME]]), ...one([[0, OFFICE], [320, PHONE]], { from: JOIN })], 60],
  ["both idle, with keepalives every 25 s", [...one([[0, HOME]], { sendEveryMs: null }), ...second(OFFICE, { sendEveryMs: null, from: JOIN + 8 * SECOND })], 170],
];

describe("two machines on one key are told when", () => {
  test.each(SHARING)("%s", (_, machines, withinSeconds) => {
    for (let phase = 0; phase < 10; phase += 1) {
      const told = toldAfter(simulate(machines, { forMs: JOIN + 4 * MINUTE, sampleMs: SECOND / 2, phaseMs: phase * 137 }), JOIN);
      expect(told).not.toBeNull();
      expect(told).toBeGreaterThan(0);
      expect(told).toBeLessThanOrEqual(withinSeconds);
    }
  });

  test("both send, at whatever pace and from whenever on", () => {
    const pace = fc.integer({ min: 300, max: 1_500 });
    fc.assert(
      fc.property(pace, pace, fc.integer({ min: 0, max: 120_000 }), (a, b, late) => {
        const machines = [...one([[0, HOME]], { sendEveryMs: a }), ...second(OFFICE, { sendEveryMs: b, from: JOIN + late })];
        const told = toldAfter(simulate(machines, { forMs: JOIN + late + 2 * MINUTE, sampleMs: SECOND / 2, phaseMs: a % 1_000 }), JOIN + late);
        expect(told).not.toBeNull();
        expect(told).toBeLessThanOrEqual(60);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a trail", () => {
  test("stays bounded, in order, and keeps what came just before its time", () => {
    const sighting = fc.record({ at: fc.integer({ min: 0, max: 600_000 }), network: fc.constantFrom(HOME, PHONE, OFFICE), handshakeAt: fc.option(fc.integer({ min: 0, max: 600_000 })) });
    fc.assert(
      fc.property(fc.array(sighting, { maxLength: 300 }), fc.array(sighting, { maxLength: 300 }), (before, later) => {
        const trail = extendTrail(extendTrail([], before), later);
        expect(trail.length).toBeLessThanOrEqual(MAX_TRAIL);
        expect(trail.map(({ at }) => at)).toEqual(trail.map(({ at }) => at).sort((a, b) => a - b));
        const since = (trail.at(-1)?.at ?? 0) - TRAIL_MS;
        expect(trail.filter(({ at }) => at < since).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test.each([
  ["192.0.2.7:51820", "192.0.2.7"],
  ["[2001:db8:0:1::9]:51820", "2001:db8:0:1::/64"],
  ["[2001:db8::9]:1", "2001:db8:0:0::/64"],
  ["[fe80::1%eth0]:51820", "fe80:0:0:0::/64"],
  ["[2001:db8:1:2:3:4:5:6]:51820", "2001:db8:1:2::/64"],
  ["[::ffff:192.0.2.1]:51820", "0:0:0:0::/64"],
])("the network of %s is %s", (endpoint, network) => expect(networkOf(endpoint)).toBe(network));
