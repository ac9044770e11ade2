/** Whether the time of an answer tells if an address has an account (rule 8): measured and printed; not asserted, since a busy machine would make it lie. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestBrowser } from "@/lib/testing/browser";
import { openKit, type Kit } from "@/lib/testing/kit";

const TRIES = 200;

let kit: Kit;
const known: string[] = [];

beforeAll(async () => {
  kit = await openKit();
  for (let made = 0; made < 10; made++) {
    const email = `known-${made}@people.test`;
    await new TestBrowser(kit, `192.0.2.${made}`).makeAccount(email, "tin lantern over the weir");
    known.push(email);
  }
});
afterAll(() => kit.close());

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Two-sided p of the Mann-Whitney U test, by its normal approximation: how likely a difference like this is by chance alone. */
function mannWhitney(one: number[], other: number[]): number {
  const ranked = [...one.map((value) => ({ value, first: true })), ...other.map((value) => ({ value, first: false }))].toSorted((a, b) => a.value - b.value);
  const rankSum = ranked.reduce((sum, { first }, index) => sum + (first ? index + 1 : 0), 0);
  const u = rankSum - (one.length * (one.length + 1)) / 2;
  const mean = (one.length * other.length) / 2;
  const deviation = Math.sqrt((one.length * other.length * (one.length + other.length + 1)) / 12);
  const z = Math.abs(u - mean) / deviation;
  // Abramowitz and Stegun, 26.2.17.
  const t = 1 / (1 + 0.2316419 * z);
  const tail = (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.min(1, 2 * tail);
}

test.each(["password", "register", "reset"] as const)("the time of %s is reported for known and unknown addresses", async (endpoint) => {
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  // In turns, so that whatever else the machine does falls on both.
  for (let tried = 0; tried < TRIES; tried++) {
    const isKnown = tried % 2 === 0;
    const email = isKnown ? known[(tried / 2) % known.length]! : `unknown-${endpoint}-${((tried - 1) / 2) % known.length}@people.test`;
    const browser = new TestBrowser(kit, `10.${endpoint.length}.${tried}.1`);
    const began = performance.now();
    await (endpoint === "password" ? browser.password(email, "not this one at all").catch(() => undefined) : browser[endpoint](email));
    times[isKnown ? "known" : "unknown"].push(performance.now() - began);
  }
  const p = mannWhitney(times.known, times.unknown);
  process.stdout.write(`${endpoint}: median ${median(times.known).toFixed(2)} ms known, ${median(times.unknown).toFixed(2)} ms unknown, ${TRIES} tries, p = ${p.toFixed(3)}\n`);
  expect(times.known).toHaveLength(TRIES / 2);
});
