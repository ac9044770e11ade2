/**
 * Revoking one client over HTTP until its peer is gone from the gateway's device, and until the portal and an open page know
 * it, with 10, 1,000 and 10,000 peers on the gateway. Each revoked client is followed by a new one, so that N stays.
 */
import { askForCode, issue, makeKeys, revoke } from "@/bench/parts/browser";
import { timesOf, watchAcknowledgements, type Acknowledgements, type ChangeTimes } from "@/bench/parts/changes";
import type { BenchGateway, Gateways } from "@/bench/parts/gateways";
import { newMachine, openLiveClient } from "@/bench/parts/live-client";
import { openPage, type OpenPage } from "@/bench/parts/page";
import { figure, type Figure, type Result } from "@/bench/parts/results";
import type { World } from "@/bench/parts/world";

/** Between two pings of the client whose traffic is cut. */
const PING_EVERY_MS = 2;
/** No answer for this long: the tunnel is dead. */
const DEAD_AFTER_MS = 400;

interface Sample {
  clientId: string;
  sentAt: number;
  answerMs: number;
  shownAt: number;
}

export async function measureRevoke(world: World, gateways: Gateways): Promise<Result> {
  const figures: Figure[] = [];
  for (const peers of world.quick ? [10, 1_000] : [10, 1_000, 10_000]) {
    const gateway = await gateways.at(peers);
    figures.push(...(await world.progress.step(`Revoking clients, one after another, at ${peers.toLocaleString("en")} peers`, (note) => measureAt(world, gateway, note))));
    if (peers === 1_000) figures.push(await world.progress.step("Revoking clients with traffic in the tunnel", () => measureTraffic(world, gateway)));
  }
  return { figures, checks: [] };
}

async function measureAt({ quick }: World, gateway: BenchGateway, note: (text: string) => void): Promise<Figure[]> {
  const { portal, tenant, peers } = gateway;
  const [warmUp, count] = quick ? [10, 20] : [25, 100];
  const [owner] = tenant.people;
  const present = await activeClients(gateway);
  const acknowledgements = await watchAcknowledgements(gateway);
  const page = await openPage(portal, owner!, tenant.subscriptionId);
  const samples: Sample[] = [];
  for (let i = 0; i < warmUp + count; i += 1) {
    note(`${i + 1} of ${warmUp + count}`);
    const person = tenant.people[i % tenant.people.length]!;
    present.push(await replacement(gateway, person, acknowledgements));
    const sample = await revokeOne(gateway, page, present.shift()!);
    if (i >= warmUp) samples.push(sample);
    await acknowledgements.settled();
  }
  page.close();
  await acknowledgements.close();

  const times = new Map((await timesOf(gateway, samples.map(({ clientId }) => clientId))).map((change) => [change.clientId, change]));
  const durations = (from: (sample: Sample, change: ChangeTimes) => number) => samples.map((sample) => from(sample, times.get(sample.clientId)!));
  const part = (name: string, what: string, from: (sample: Sample, change: ChangeTimes) => number, aim?: { medianMs: number }) =>
    figure({ name: `revoke.${name}.n${peers}`, what, n: peers, values: durations(from), aim });
  return [
    part("gone", "revoke → gone from the device", (s, c) => c.goneAt - s.sentAt, peers === 10_000 ? { medianMs: 30 } : undefined),
    part("part.commit", "  request → committed and read for the gateway", (s, c) => c.deliveredAt - s.sentAt),
    part("part.delivery", "  → the agent has it", (_s, c) => c.receivedAt - c.deliveredAt),
    part("part.apply", "  → wg set is done: gone", (_s, c) => c.goneAt - c.receivedAt),
    part("part.readback", "  reading the device back", (_s, c) => c.readMs),
    part("part.ack", "  acknowledging", (_s, c) => c.acknowledgedAt - c.goneAt - c.readMs),
    part("acknowledged", "revoke → acknowledged at the portal", (s, c) => c.acknowledgedAt - s.sentAt),
    part("shown", "revoke → an open page shows it", (s) => s.shownAt - s.sentAt),
    part("answer", "revoke → its HTTP answer", (s) => s.answerMs),
  ];
}

async function activeClients({ portal, tenant }: BenchGateway): Promise<string[]> {
  const { rows } = await portal.sql.query<{ id: string }>("SELECT id FROM access_clients WHERE instance_id = $1 AND state = 'active' ORDER BY id", [tenant.instanceId]);
  return rows.map(({ id }) => id);
}

async function replacement({ portal, tenant }: BenchGateway, person: BenchGateway["tenant"]["people"][number], acknowledgements: Acknowledgements): Promise<string> {
  const { proved } = await askForCode(portal, person, tenant.subscriptionId);
  const { body } = await issue(portal, proved, makeKeys(proved.sealTo));
  await acknowledgements.settled();
  return body.client.id;
}

async function revokeOne({ portal, tenant }: BenchGateway, page: OpenPage, clientId: string): Promise<Sample> {
  const shown = page.confirmed(clientId);
  const { sentAt, ms } = await revoke(portal, tenant.people[0]!, tenant.subscriptionId, clientId);
  return { clientId, sentAt, answerMs: ms, shownAt: await shown };
}

/** The same from outside: the last ping that came back through the client's tunnel. */
async function measureTraffic(world: World, gateway: BenchGateway): Promise<Figure> {
  const { portal, tenant, peers } = gateway;
  const machine = await newMachine(gateway);
  await world.endings.add(() => machine.remove());
  const values: number[] = [];
  for (let i = 0; i < (world.quick ? 3 : 15); i += 1) {
    const client = await openLiveClient(world, gateway, machine, tenant.people[i]!);
    const pings = client.ping(PING_EVERY_MS);
    await pings.answered(200);
    const { sentAt } = await revoke(portal, tenant.people[0]!, tenant.subscriptionId, client.clientId);
    while (Date.now() - pings.lastAnswerAt() < DEAD_AFTER_MS) await new Promise((resolve) => setTimeout(resolve, DEAD_AFTER_MS));
    await pings.stop();
    values.push(pings.lastAnswerAt() - sentAt);
    await client.close();
  }
  await machine.remove();
  return figure({ name: `revoke.lastpacket.n${peers}`, what: "revoke → last packet through the tunnel", n: peers, values });
}
