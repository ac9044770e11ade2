/** Five thousand gateways that wait at one portal process: what that costs, how soon one is woken, and how they come back when the portal was away. */
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Portal } from "@/bench/parts/portal";
import { figure, type Result } from "@/bench/parts/results";
import type { World } from "@/bench/parts/world";
import { Backoff } from "@/agent/backoff";
import { GATEWAY_API_PATH, PROTOCOL_HEADER } from "@/lib/protocol/messages";
import { SPOKEN_VERSIONS, versionsText } from "@/lib/protocol/version";

/** As agent/poller.ts waits, and agent/agent.ts comes back. */
const WAIT_SECONDS = 15;
const COMES_BACK = { firstMs: 200, maxMs: 15_000 };
const AIM_WAKE_P99_MS = 50;

interface Waiting {
  id: string;
  credential: string;
  revision: number;
  /** Told of the next answer with news, with the time. */
  woken: ((at: number) => void) | null;
  /** Answers since the portal came back. */
  answers: number;
}

export async function measureWaiting(world: World): Promise<Result> {
  const count = world.quick ? 500 : 5_000;
  const portal = await world.progress.step(`Making ${count.toLocaleString("en")} gateways`, async () => {
    const made = await world.preparePortal("waiting");
    await made.start();
    return made;
  });
  const gateways = await makeGateways(portal, count);
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity });
  const stop = new AbortController();
  await world.endings.add(async () => stop.abort());
  const before = await memoryOf(portal);
  const rounds = world.progress.step(`${count.toLocaleString("en")} gateways wait`, async (note) => {
    // Not all in the same instant: they would not have been started so.
    for (const gateway of gateways) {
      void follow(portal, agent, gateway, stop.signal);
      if (Math.random() < 0.02) await delay(20);
    }
    await until(() => gateways.every(({ answers }) => answers > 0), 120_000, () => note(`${gateways.filter(({ answers }) => answers > 0).length} are there`));
    // Two rounds, so that what is measured is the long run and not the beginning.
    await delay(2 * WAIT_SECONDS * 1_000);
  });
  await rounds;
  const after = await memoryOf(portal);
  const cpuBefore = await cpuSecondsOf(portal);
  await delay(10_000);
  const busy = ((await cpuSecondsOf(portal)) - cpuBefore) / 10;
  const wakes = await world.progress.step("Waking one after another", (note) => wakeSome(portal, gateways, world.quick ? 50 : 300, note));
  const storm = await world.progress.step("The portal is away for a moment, and all come back", (note) => comeBack(portal, gateways, note));
  stop.abort();
  agent.destroy();
  const perGateway = Math.round((after - before) / count / 1024);
  const wake = figure({ name: `waiting.wake.n${count}`, what: "commit → the gateway that waits has the change", n: count, values: wakes });
  return {
    figures: [
      { ...wake, met: wake.ms.p99 <= AIM_WAKE_P99_MS },
      figure({ name: `waiting.back.n${count}`, what: "portal serves again → a gateway waits again", n: count, values: storm.backMs }),
      figure({ name: `waiting.cutmeanwhile.n${count}`, what: "a change meanwhile → its gateway has it", n: count, values: storm.changeMs }),
    ],
    checks: [
      { name: "waiting.memory", what: "memory of the portal's process for each gateway that waits, KiB", value: perGateway, aim: "≤ 100", met: perGateway <= 100 },
      { name: "waiting.cpu", what: "processors that the portal's process takes for all of them", value: Math.round(busy * 100) / 100, aim: "≤ 1", met: busy <= 1 },
      { name: "waiting.wake.p99", what: "commit → the waiting gateway has it, p99 in ms", value: Math.round(wake.ms.p99), aim: `≤ ${AIM_WAKE_P99_MS}`, met: wake.ms.p99 <= AIM_WAKE_P99_MS },
      { name: "waiting.lost", what: "wake-ups lost", value: storm.lost, aim: "0", met: storm.lost === 0 },
    ],
  };
}

/** Written past the use cases: enrolled, with nothing to hold. */
async function makeGateways(portal: Portal, count: number): Promise<Waiting[]> {
  const gateways = Array.from({ length: count }, (): Waiting => ({ id: portal.ports.newId(), credential: `pcg_${randomBytes(32).toString("base64url")}`, revision: 0, woken: null, answers: 0 }));
  await portal.sql.query(
    `INSERT INTO gateways (id, name, endpoint_host, box_public_key, credential_hash, credential_made_at, enrolled_at, created_at)
     SELECT id, 'waits-' || id, '192.0.2.1', sha256(id::text::bytea), hash, now(), now(), now() FROM unnest($1::uuid[], $2::bytea[]) AS t (id, hash)`,
    [gateways.map(({ id }) => id), gateways.map(({ credential }) => createHash("sha256").update(credential).digest())],
  );
  await portal.sql.query("VACUUM ANALYZE gateways");
  return gateways;
}

/** What an agent does: asks, waits, and asks again; and when nobody answers, later and later. */
async function follow(portal: Portal, agent: Agent, gateway: Waiting, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff(COMES_BACK, Math.random);
  let wait = WAIT_SECONDS;
  while (!signal.aborted) {
    try {
      const { revision } = await ask(portal, agent, gateway, wait, signal);
      const at = Date.now();
      backoff.reset();
      wait = WAIT_SECONDS;
      gateway.answers += 1;
      if (revision > gateway.revision) {
        gateway.revision = revision;
        gateway.woken?.(at);
      }
    } catch {
      // The first question after an outage doesn't wait.
      wait = 0;
      await delay(backoff.next(), undefined, { signal }).catch(() => undefined);
    }
  }
}

function ask({ origin }: Portal, agent: Agent, { credential, revision }: Waiting, wait: number, signal: AbortSignal): Promise<{ revision: number }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${credential}`, [PROTOCOL_HEADER]: versionsText(SPOKEN_VERSIONS), "user-agent": "portcullis-agent/0.0.0" };
    const sent = request(`${origin}${GATEWAY_API_PATH}/state?since=${revision}&wait=${wait}`, { agent, headers, signal, timeout: 40_000 }, (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode !== 200) return reject(new Error(String(response.statusCode)));
        resolve(JSON.parse(text) as { revision: number });
      });
    });
    sent.on("error", reject).on("timeout", () => sent.destroy(new Error("no answer")));
    sent.end();
  });
}

/** A change of a gateway, as a transaction of a use case makes it. @returns when it was committed */
async function change(portal: Portal, { id }: Waiting): Promise<number> {
  await portal.sql.query("WITH moved AS (UPDATE gateways SET revision = revision + 1 WHERE id = $1 RETURNING id) SELECT pg_notify('portcullis', 'gateway:' || id || ' ') FROM moved", [id]);
  return Date.now();
}

function wokenBy(gateway: Waiting): Promise<number> {
  return new Promise((resolve) => {
    gateway.woken = (at) => {
      gateway.woken = null;
      resolve(at);
    };
  });
}

async function wakeSome(portal: Portal, gateways: Waiting[], count: number, note: (text: string) => void): Promise<number[]> {
  const values: number[] = [];
  for (let i = 0; i < count; i += 1) {
    note(`${i + 1} of ${count}`);
    const gateway = gateways[(i * 7919) % gateways.length]!;
    const woken = wokenBy(gateway);
    const committed = await change(portal, gateway);
    values.push(Math.max(0, (await woken) - committed));
  }
  return values;
}

async function comeBack(portal: Portal, gateways: Waiting[], note: (text: string) => void): Promise<{ backMs: number[]; changeMs: number[]; lost: number }> {
  process.kill(await pidOf(portal), "SIGKILL");
  for (const gateway of gateways) gateway.answers = 0;
  await delay(3_000);
  // Committed while nobody listens: found by whoever comes back.
  const changed = gateways.filter((_, i) => i % 100 === 0);
  const woken = changed.map(wokenBy);
  for (const gateway of changed) await change(portal, gateway);
  await portal.start();
  const servedAt = Date.now();
  const backAt = new Map<string, number>();
  await until(
    () => {
      for (const { id, answers } of gateways) if (answers > 0 && !backAt.has(id)) backAt.set(id, Date.now());
      return backAt.size === gateways.length;
    },
    120_000,
    () => note(`${backAt.size} are back`),
  );
  const late = delay(30_000).then(() => null);
  const arrived = await Promise.all(woken.map((one) => Promise.race([one, late])));
  const changeMs = arrived.filter((at) => at !== null).map((at) => Math.max(0, at - servedAt));
  return { backMs: [...backAt.values()].map((at) => at - servedAt), changeMs, lost: arrived.filter((at) => at === null).length };
}

/** Bytes that the portal's process has in memory. */
async function memoryOf(portal: Portal): Promise<number> {
  const status = await readFile(`/proc/${await pidOf(portal)}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

async function cpuSecondsOf(portal: Portal): Promise<number> {
  const fields = (await readFile(`/proc/${await pidOf(portal)}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Whoever listens on the portal's port. */
async function pidOf({ config }: Portal): Promise<number> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (environment.includes(`\0PORT=${config.port}\0`) && command.includes("scripts/start.ts")) return Number(pid);
  }
  throw new Error("The portal's process is not found.");
}

async function until(done: () => boolean, withinMs: number, look: () => void): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!done()) {
    if (performance.now() > deadline) throw new Error("It takes too long.");
    look();
    await delay(50);
  }
}
