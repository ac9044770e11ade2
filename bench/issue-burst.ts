/**
 * Fifty people issue a client in the same moment, on a gateway with many peers, while another client's tunnel carries pings:
 * what wg-easy answers with a truncated configuration and dropped peers.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { askForCode, issue, makeKeys, type ClientKeys, type Proved } from "@/bench/parts/browser";
import { timesOf, watchAcknowledgements, type Acknowledgements } from "@/bench/parts/changes";
import type { BenchGateway, Gateways } from "@/bench/parts/gateways";
import { newMachine, openLiveClient, type PingSummary } from "@/bench/parts/live-client";
import { untilMailsAreSent } from "@/bench/parts/quiet";
import { figure, type Check, type Result } from "@/bench/parts/results";
import type { World } from "@/bench/parts/world";

const AT_ONCE = 50;
const PING_EVERY_MS = 10;

interface Burst {
  answerMs: number[];
  errors: number;
  addresses: string[];
  missingOnDevice: number;
  allAnsweredMs: number;
  allOnDeviceMs: number;
  allConfirmedMs: number;
}

export async function measureIssueBurst(world: World, gateways: Gateways): Promise<Result> {
  const peers = world.quick ? 1_000 : 10_000;
  const gateway = await gateways.at(peers);
  return world.progress.step(`${AT_ONCE} clients at once, at ${peers.toLocaleString("en")} peers with a live tunnel`, async (note) => {
    const machine = await newMachine(gateway);
    await world.endings.add(() => machine.remove());
    const live = await openLiveClient(world, gateway, machine, gateway.tenant.people.at(-1)!);
    const acknowledgements = await watchAcknowledgements(gateway);
    const pings = live.ping(PING_EVERY_MS);
    await pings.answered(50);
    const bursts: Burst[] = [];
    for (let i = 0; i < (world.quick ? 2 : 6); i += 1) {
      note(`burst ${i + 1}`);
      bursts.push(await burst(gateway, acknowledgements));
    }
    const summary = await pings.stop();
    await acknowledgements.close();
    await live.close();
    await machine.remove();
    // The first one warms up: fifty connections to the portal, twenty to the database.
    return resultOf(bursts.slice(1), bursts, summary, peers);
  });
}

async function burst(gateway: BenchGateway, acknowledgements: Acknowledgements): Promise<Burst> {
  const { portal, tenant } = gateway;
  const asked: { proved: Proved; keys: ClientKeys }[] = [];
  for (const person of tenant.people.slice(0, AT_ONCE)) {
    const { proved } = await askForCode(portal, person, tenant.subscriptionId);
    asked.push({ proved, keys: makeKeys(proved.sealTo) });
  }
  await untilMailsAreSent(portal);
  await acknowledgements.settled();
  const sentAt = Date.now();
  const outcomes = await Promise.allSettled(asked.map(({ proved, keys }) => issue(portal, proved, keys)));
  const allAnsweredMs = Date.now() - sentAt;
  const answers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  for (const outcome of outcomes) if (outcome.status === "rejected") console.error(outcome.reason);
  await acknowledgements.settled();
  const clients = answers.map(({ body }) => body.client);
  const times = await timesOf(gateway, clients.map(({ id }) => id));
  const onDevice = await peersOf(gateway.interfaceName);
  await untilMailsAreSent(portal);
  return {
    answerMs: answers.map(({ ms }) => ms),
    errors: outcomes.length - answers.length,
    addresses: clients.flatMap(({ addressV4, addressV6 }) => [addressV4, addressV6]),
    missingOnDevice: clients.filter(({ publicKey }) => !onDevice.has(publicKey)).length,
    allAnsweredMs,
    allOnDeviceMs: Math.max(...times.map(({ goneAt }) => goneAt)) - sentAt,
    allConfirmedMs: Math.max(...times.map(({ acknowledgedAt }) => acknowledgedAt)) - sentAt,
  };
}

/** The public keys on a device, as `wg` shows them. */
export async function peersOf(interfaceName: string): Promise<Set<string>> {
  const { stdout } = await promisify(execFile)("wg", ["show", interfaceName, "peers"], { maxBuffer: 16 * 1024 * 1024 });
  return new Set(stdout.trim().split("\n"));
}

function resultOf(counted: Burst[], all: Burst[], pings: PingSummary, n: number): Result {
  const addresses = all.flatMap((one) => one.addresses);
  const none = (name: string, what: string, value: number): Check => ({ name: `issue-burst.${name}`, what: `${AT_ONCE} issues at once: ${what}`, value, aim: "0", met: value === 0 });
  const sum = (of: (one: Burst) => number) => all.reduce((total, one) => total + of(one), 0);
  const part = (name: string, what: string, values: number[]) => figure({ name: `issue-burst.${name}.n${n}`, what, n, values });
  return {
    figures: [
      part("answer", `${AT_ONCE} issues at once → each answer`, counted.flatMap((one) => one.answerMs)),
      part("answered", `${AT_ONCE} issues at once → all answered`, counted.map((one) => one.allAnsweredMs)),
      part("on-device", `${AT_ONCE} issues at once → all on the device`, counted.map((one) => one.allOnDeviceMs)),
      part("confirmed", `${AT_ONCE} issues at once → all confirmed`, counted.map((one) => one.allConfirmedMs)),
    ],
    checks: [
      none("errors", "requests that failed", sum((one) => one.errors)),
      none("duplicates", "addresses given twice", addresses.length - new Set(addresses).size),
      none("missing", "clients not on the device", sum((one) => one.missingOnDevice)),
      none("lost", `pings lost by a live tunnel, of ${pings.answered}; longest silence ${pings.longestSilenceMs} ms at one every ${PING_EVERY_MS}`, pings.lost),
    ],
  };
}
