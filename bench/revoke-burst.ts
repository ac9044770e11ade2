/** Thirty clients are revoked in the same moment: until all thirty are gone from the device, and all are acknowledged. */
import { revoke } from "@/bench/parts/browser";
import { timesOf, watchAcknowledgements, type Acknowledgements } from "@/bench/parts/changes";
import type { BenchGateway, Gateways } from "@/bench/parts/gateways";
import { untilMailsAreSent } from "@/bench/parts/quiet";
import { figure, type Result } from "@/bench/parts/results";
import { peersOf } from "@/bench/issue-burst";
import type { World } from "@/bench/parts/world";

const AT_ONCE = 30;
const AIM_MS = 500;

interface Burst {
  answerMs: number[];
  errors: number;
  stillOnDevice: number;
  allAnsweredMs: number;
  allGoneMs: number;
  allAcknowledgedMs: number;
}

export async function measureRevokeBurst(world: World, gateways: Gateways): Promise<Result> {
  const n = world.quick ? 1_000 : 10_000;
  const gateway = await gateways.at(n);
  return world.progress.step(`${AT_ONCE} revocations at once, at ${n.toLocaleString("en")} peers`, async (note) => {
    const acknowledgements = await watchAcknowledgements(gateway);
    const { rows: clients } = await gateway.portal.sql.query<{ id: string; key: string }>(
      "SELECT id, encode(public_key, 'base64') AS key FROM access_clients WHERE instance_id = $1 AND state = 'active' ORDER BY id LIMIT 1000",
      [gateway.tenant.instanceId],
    );
    const bursts: Burst[] = [];
    for (let i = 0; i < (world.quick ? 3 : 11); i += 1) {
      note(`burst ${i + 1}`);
      bursts.push(await burst(gateway, acknowledgements, clients.splice(0, AT_ONCE)));
    }
    await acknowledgements.close();
    // The first one warms up: connections to the portal and to the database.
    return resultOf(bursts.slice(1), bursts, n);
  });
}

async function burst(gateway: BenchGateway, acknowledgements: Acknowledgements, clients: { id: string; key: string }[]): Promise<Burst> {
  const { portal, tenant } = gateway;
  const sentAt = Date.now();
  const outcomes = await Promise.allSettled(clients.map(({ id }, i) => revoke(portal, tenant.people[i]!, tenant.subscriptionId, id)));
  const allAnsweredMs = Date.now() - sentAt;
  for (const outcome of outcomes) if (outcome.status === "rejected") console.error(outcome.reason);
  await acknowledgements.settled();
  const times = await timesOf(gateway, clients.map(({ id }) => id));
  const onDevice = await peersOf(gateway.interfaceName);
  await untilMailsAreSent(portal);
  return {
    answerMs: outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.ms] : [])),
    errors: outcomes.filter(({ status }) => status === "rejected").length,
    stillOnDevice: clients.filter(({ key }) => onDevice.has(key)).length,
    allAnsweredMs,
    allGoneMs: Math.max(...times.map(({ goneAt }) => goneAt)) - sentAt,
    allAcknowledgedMs: Math.max(...times.map(({ acknowledgedAt }) => acknowledgedAt)) - sentAt,
  };
}

function resultOf(counted: Burst[], all: Burst[], n: number): Result {
  const part = (name: string, what: string, values: number[], aim?: { maxMs: number }) => figure({ name: `revoke-burst.${name}.n${n}`, what, n, values, aim });
  const sum = (of: (one: Burst) => number) => all.reduce((total, one) => total + of(one), 0);
  const none = (name: string, what: string, value: number) => ({ name: `revoke-burst.${name}`, what: `${AT_ONCE} revocations at once: ${what}`, value, aim: "0", met: value === 0 });
  return {
    figures: [
      part("answer", `${AT_ONCE} revocations at once → each answer`, counted.flatMap((one) => one.answerMs)),
      part("answered", `${AT_ONCE} revocations at once → all answered`, counted.map((one) => one.allAnsweredMs)),
      part("gone", `${AT_ONCE} revocations at once → all gone`, counted.map((one) => one.allGoneMs), { maxMs: AIM_MS }),
      part("acknowledged", `${AT_ONCE} revocations at once → all acknowledged`, counted.map((one) => one.allAcknowledgedMs), { maxMs: AIM_MS }),
    ],
    checks: [none("errors", "requests that failed", sum((one) => one.errors)), none("left", "peers still on the device", sum((one) => one.stillOnDevice))],
  };
}
