/** A seeded run of killing everything while people work, and what must be so at the end. docs/reliability.md has the figures. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findings, type Mails, untilConverged, untilMailed } from "@/e2e/chaos/checks";
import { diceOf } from "@/e2e/chaos/dice";
import { type ActName, startWorkload } from "@/e2e/chaos/workload";
import { createChaosWorld, NAMESPACE_PREFIX, pause, type Victim } from "@/e2e/chaos/world";
import { removeAbandonedNamespaces, removeAbandonedServers } from "@/e2e/stack/leftovers";
import type { Endings } from "@/scripts/demo/endings";
import type { Progress } from "@/scripts/demo/progress";

export interface ChaosOptions {
  kills: number;
  seed: number;
  workers: number;
}

export interface ChaosReport {
  seed: number;
  seconds: number;
  kills: Record<Victim, number>;
  acts: Record<ActName, number>;
  repeatedRequests: number;
  /** From the end of the work until the gateway had confirmed everything. */
  convergedMs: number;
  mails: Mails;
  auditEvents: number;
  /** Empty: everything is as it must be. */
  problems: string[];
}

const WEIGHTS: Record<Victim, number> = { portal: 35, agent: 25, wireguard: 8, postgres: 16, mail: 16 };
const FOLDER_PREFIX = "portcullis-chaos-";
/** How often the next is killed while the one before is still starting. */
const OVERLAP = 0.3;

export async function runChaos({ kills, seed, workers }: ChaosOptions, { progress, endings }: { progress: Progress; endings: Endings }): Promise<ChaosReport> {
  const dice = diceOf(seed);
  await removeAbandonedServers(FOLDER_PREFIX);
  await removeAbandonedNamespaces(NAMESPACE_PREFIX);
  const folder = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  await endings.add(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL runs under an account of its own and has to reach its part of the folder.
  await chmod(folder, 0o711);
  const world = await progress.step("Starting a portal, a gateway and people", () => createChaosWorld({ folder, people: Math.max(20, kills * 8), endings, say: progress.say }));
  const began = performance.now();
  const counts: Record<Victim, number> = { portal: 0, agent: 0, wireguard: 0, postgres: 0, mail: 0 };
  const workload = startWorkload(world, dice, workers);
  await progress.step(`Killing ${kills} times, seed ${seed}`, async (note) => {
    const starting = new Map<Victim, Promise<void>>();
    for (let i = 1; i <= kills; i += 1) {
      await pause(dice.between(50, 2_000));
      const victim = dice.weighted(WEIGHTS);
      note(`${i}: ${victim}`);
      // One that is still starting is waited for: it can't be killed before it is there.
      await starting.get(victim);
      await world.kill(victim);
      counts[victim] += 1;
      const away = victim === "mail" ? dice.between(100, 1_500) : dice.between(0, 200);
      const revival = pause(away).then(() => world.revive(victim));
      // Its failure is told by whoever waits for it below.
      revival.catch(() => undefined);
      starting.set(victim, revival);
      if (dice.next() > OVERLAP) await Promise.all(starting.values());
    }
    await Promise.all(starting.values());
  });
  await progress.step("Letting people finish", () => workload.stop());
  const convergedMs = await progress.step("Waiting for the gateway", () => untilConverged(world));
  await progress.step("Waiting for the mails", () => untilMailed(world));
  const found = await progress.step("Comparing device, database, log and mailbox", () => findings(world, workload));
  return { seed, seconds: Math.round((performance.now() - began) / 1000), kills: counts, acts: workload.done, repeatedRequests: workload.repeated, convergedMs: Math.round(convergedMs), ...found };
}
