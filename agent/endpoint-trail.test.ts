/** What the agent tells the portal of peers whose endpoint changes. */
import { beforeEach, describe, expect, test } from "vitest";
import { EndpointTrail, type SeenPeer } from "@/agent/endpoint-trail";
import { MAX_SIGHTINGS_PER_MOVE } from "@/lib/protocol/limits";

const KEY = "ZkSSYLnk5yowVCBfYsutR8tlooBtFr9wFG2O1r3nbjs=";
const HOME = "203.0.113.9:61820";
const PHONE = "198.51.100.20:40112";
const WALL = new Date(1_000_000);
const at = (endpoint: string | null, latestHandshake = 990): SeenPeer[] => [{ publicKey: KEY, endpoint, latestHandshake }];

let trail: EndpointTrail;
beforeEach(() => {
  trail = new EndpointTrail();
});

const told = (now: number) => trail.news(now, WALL).flatMap(({ seen }) => seen);

describe("the portal is told", () => {
  test("nothing of a peer that stays, shakes hands again, or gets another port", () => {
    trail.note("i", at(HOME), 1);
    trail.note("i", at(HOME, 999), 2);
    trail.note("i", at("203.0.113.9:1024", 999), 3);
    trail.note("i", at(null, 999), 4);
    expect(trail.news(5, WALL)).toEqual([]);
    expect(trail.restless(5)).toEqual([]);
  });

  test("of a move: where it was before, and where it is now; then each new session and each further move, once", () => {
    trail.note("i", at(HOME), 1_000);
    trail.note("i", at(PHONE), 2_000);
    expect(told(3_000)).toEqual([
      { msAgo: 2_000, endpoint: HOME, latestHandshakeSecondsAgo: 10 },
      { msAgo: 1_000, endpoint: PHONE, latestHandshakeSecondsAgo: 10 },
    ]);
    expect(trail.restless(3_000)).toEqual(["i"]);
    const moves = trail.news(3_000, WALL);
    trail.note("i", at(PHONE, 995), 3_500);
    trail.accepted(moves);
    expect(told(4_000).map(({ endpoint, msAgo }) => [endpoint, msAgo])).toEqual([[PHONE, 500]]);
    trail.note("i", at(HOME, 995), 4_500);
    expect(told(5_000).map(({ endpoint }) => endpoint)).toEqual([PHONE, HOME]);
  });

  test("what a lost report would have told, and no more than a message may hold", () => {
    for (let i = 0; i < 200; i += 1) trail.note("i", at(i % 2 === 0 ? HOME : PHONE), i + 1);
    trail.news(300, WALL);
    expect(told(300)).toHaveLength(MAX_SIGHTINGS_PER_MOVE);
  });

  test("nothing that an older reading says after a newer one", () => {
    trail.note("i", at(HOME), 10);
    trail.note("i", at(PHONE), 30);
    trail.note("i", at(HOME), 20);
    expect(told(40).map(({ endpoint }) => endpoint)).toEqual([HOME, PHONE]);
  });
});

test("a peer that came to rest isn't looked at more often any more; an instance that is gone is forgotten", () => {
  trail.note("i", at(HOME), 0.5);
  trail.note("i", at(PHONE), 1_000);
  expect(trail.restless(180_000)).toEqual(["i"]);
  expect(trail.restless(181_000)).toEqual([]);
  trail.forgetOthers(new Set());
  expect(trail.news(2_000, WALL)).toEqual([]);
});
