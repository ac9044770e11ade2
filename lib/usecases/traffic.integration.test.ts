/** What went through a client: counted once, whatever the counters do, and kept for a month in a bounded number of rows. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { takeReport } from "@/lib/usecases/gateway-report";
import type { PeerReport } from "@/lib/protocol/messages";
import { openKit, type Kit } from "@/lib/testing/kit";
import { addClient, makeTenant, type Tenant } from "@/lib/testing/tenancy";
import type { TrafficPoint } from "@/lib/usecases/traffic-view";
import type { ClientView } from "@/lib/usecases/views";
import { viewClient } from "./view-client";
import { rollUpOldTraffic, viewTraffic } from "./view-traffic";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let kit: Kit;
let acme: Tenant;
let client: ClientView;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  // At half past, so that no test crosses an hour by accident.
  kit.clock.advance(HOUR - (kit.clock.now().getTime() % HOUR) + HOUR / 2);
  acme = await makeTenant(kit);
  client = await addClient(kit, acme.owner, acme.subscriptionId);
});

const peer = (receivedBytes: number, sentBytes: number, changes: Partial<PeerReport> = {}): PeerReport => ({
  instanceId: acme.instanceId, publicKey: client.publicKey, endpoint: null, latestHandshakeSecondsAgo: 1, receivedBytes, sentBytes, ...changes,
});
const report = (...peers: PeerReport[]) => takeReport(kit.ports, acme.gateway, { revision: 0, digest: "0".repeat(64), peers, repairs: [], moves: [] }, null);
const traffic = () => viewTraffic(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id });
const figures = ({ downloadedBytes, uploadedBytes }: TrafficPoint): [number, number] => [downloadedBytes, uploadedBytes];
const thisHour = async () => figures((await traffic()).hours.at(-1)!);

test("counters become traffic: what is new since the last report, in the hour it was reported in, down and up as the machine sees it", async () => {
  await report(peer(100, 1_000));
  kit.clock.advance(10_000);
  await report(peer(150, 4_000));
  expect(await thisHour()).toEqual([4_000, 150]);
  expect((await viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id })).device).toMatchObject({ receivedPerSecond: 5, sentPerSecond: 300 });
  kit.clock.advance(HOUR);
  await report(peer(150, 9_000));
  const { hours, days } = await traffic();
  expect(hours.slice(-2).map(figures)).toEqual([[4_000, 150], [5_000, 0]]);
  expect(hours).toHaveLength(25);
  expect(days).toHaveLength(31);
  expect(days.map(figures).reduce((sum, [down, up]) => [sum[0] + down, sum[1] + up], [0, 0])).toEqual([9_000, 150]);
});

test("the same counters again add nothing, and a rate is forgotten when nothing was reported for a while", async () => {
  await report(peer(100, 1_000));
  await report(peer(100, 1_000));
  expect(await thisHour()).toEqual([1_000, 100]);
  await report(peer(200, 2_000));
  kit.clock.advance(60_000);
  expect((await viewClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: client.id })).device).toMatchObject({ receivedPerSecond: 0, sentPerSecond: 0 });
});

test("counters that began anew, as after a restart of the gateway, are all new; never negative, never counted twice", async () => {
  await report(peer(1_000, 10_000));
  await report(peer(30, 400));
  expect(await thisHour()).toEqual([10_400, 1_030]);
  // One of the two is smaller: both began anew.
  await report(peer(20, 900));
  expect(await thisHour()).toEqual([11_300, 1_050]);
});

test("a new key's counters are not taken for the old key's, however large they are", async () => {
  await report(peer(100, 1_000));
  await kit.sql("UPDATE client_sightings SET public_key = decode(repeat('07', 32), 'hex') WHERE client_id = $1", [client.id]);
  await report(peer(150, 1_500));
  expect(await thisHour()).toEqual([2_500, 250]);
});

test("reports that arrive at once are counted one after the other", async () => {
  await report(peer(0, 0));
  await Promise.all(Array.from({ length: 8 }, () => report(peer(500, 700))));
  expect(await thisHour()).toEqual([700, 500]);
});

test("a gateway's word about another gateway's client counts for nothing (T3), and a report of nothing writes nothing", async () => {
  const globex = await makeTenant(kit, { name: "globex" });
  await takeReport(kit.ports, globex.gateway, { revision: 0, digest: "0".repeat(64), peers: [peer(100, 100)], repairs: [], moves: [] }, null);
  await report();
  expect(await kit.sql("SELECT 1 FROM client_traffic_hours WHERE client_id = $1", [client.id])).toEqual([]);
});

test("however much a gateway claims, sums hold", async () => {
  const most = Number.MAX_SAFE_INTEGER;
  await kit.sql("INSERT INTO client_traffic_hours VALUES ($1, date_trunc('hour', $2::timestamptz, 'UTC'), 9223372036854775807, 9223372036854775807)", [client.id, kit.clock.now()]);
  await report(peer(most, most));
  kit.clock.advance(5 * DAY);
  await rollUpOldTraffic(kit.ports);
  expect((await traffic()).days.some(({ downloadedBytes }) => downloadedBytes > 2 ** 60)).toBe(true);
});

test("hours are summed up by the day after two days, days are forgotten after a month: a machine that never rests fills no more than 72 hours and 31 days", async () => {
  const began = kit.clock.now();
  for (let hour = 0; hour < 40 * 24; hour += 3) {
    await kit.sql("INSERT INTO client_traffic_hours SELECT $1, date_trunc('hour', $2::timestamptz, 'UTC') + i * interval '1 h', 1, 10 FROM generate_series(0, 2) i", [client.id, kit.clock.now()]);
    kit.clock.advance(3 * HOUR);
    if (hour % 24 === 0) await rollUpOldTraffic(kit.ports);
  }
  await rollUpOldTraffic(kit.ports);
  const [{ hours, days } = { hours: 0, days: 0 }] = await kit.sql<{ hours: number; days: number }>(
    "SELECT (SELECT count(*)::int FROM client_traffic_hours WHERE client_id = $1) AS hours, (SELECT count(*)::int FROM client_traffic_days WHERE client_id = $1) AS days",
    [client.id],
  );
  expect(hours).toBeLessThanOrEqual(72);
  expect(days).toBeLessThanOrEqual(31);
  const shown = await traffic();
  // Whole days in between have all of their hours, whichever table they are in.
  expect(shown.days.slice(1, -1).map(figures)).toEqual(Array.from({ length: 29 }, () => [240, 24]));
  expect(Date.parse(shown.days[0]!.at)).toBeGreaterThan(began.getTime());
});
