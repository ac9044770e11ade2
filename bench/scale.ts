/** One gateway with 50,000 peers: what all of it costs to send and to apply, and what one change costs beside it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { revoke } from "@/bench/parts/browser";
import { timesOf, watchAcknowledgements, type ChangeTimes } from "@/bench/parts/changes";
import type { BenchGateway, Gateways } from "@/bench/parts/gateways";
import { type Check, type Figure, figure, type Result } from "@/bench/parts/results";
import type { World } from "@/bench/parts/world";
import { GATEWAY_API_PATH, PROTOCOL_HEADER } from "@/lib/protocol/messages";
import { SPOKEN_VERSIONS, versionsText } from "@/lib/protocol/version";

const AIM_GONE_MS = 20;

export async function measureScale(world: World, gateways: Gateways): Promise<Result> {
  const figures: Figure[] = [];
  const checks: Check[] = [];
  const deltas: number[] = [];
  for (const peers of world.quick ? [100, 1_000] : [1_000, 50_000]) {
    const gateway = await gateways.at(peers);
    await world.progress.step(`The whole state, and one change, at ${peers.toLocaleString("en")} peers`, async (note) => {
      const largest = peers === (world.quick ? 1_000 : 50_000);
      const bytes = await bytesOf(gateway, null);
      if (largest) {
        const { appliedMs, confirmedMs } = await howItCame(gateway);
        checks.push({ name: `scale.full.bytes.n${peers}`, what: `the whole state of ${peers.toLocaleString("en")} peers: bytes`, value: bytes, aim: "≤ 64 MiB", met: bytes <= 64 * 1024 * 1024 });
        figures.push(
          figure({ name: `scale.full.applied.n${peers}`, what: "whole state arrived → on the device", n: peers, values: [appliedMs] }),
          figure({ name: `scale.full.confirmed.n${peers}`, what: "whole state arrived → confirmed", n: peers, values: [confirmedMs] }),
        );
      }
      const times = await revocations(gateway, world.quick ? 10 : 40, note);
      deltas.push(await bytesOf(gateway, 1));
      const part = (name: string, what: string, from: (change: ChangeTimes) => number, aim?: { medianMs: number }) => figure({ name: `scale.${name}.n${peers}`, what, n: peers, values: times.map(from), aim });
      figures.push(
        part("gone", "commit → gone from the device", (c) => c.goneAt - c.committedAt, largest ? { medianMs: AIM_GONE_MS } : undefined),
        part("part.commit", "  committing, and reading it for the gateway", (c) => c.deliveredAt - c.committedAt),
        part("part.delivery", "  → the agent has it", (c) => c.receivedAt - c.deliveredAt),
        part("part.apply", "  → wg set is done: gone", (c) => c.goneAt - c.receivedAt),
        part("part.readback", "  reading the device back", (c) => c.readMs),
        part("acknowledged", "commit → acknowledged at the portal", (c) => c.acknowledgedAt - c.committedAt),
      );
    });
  }
  const [small = 0, large = 0] = deltas;
  checks.push({ name: "scale.delta.bytes", what: `bytes of a delta with one change, at few peers and at many (${small}, ${large})`, value: large - small, aim: "≤ 8 apart", met: Math.abs(large - small) <= 8 });
  return { figures, checks };
}

/** @param back so many revisions ago; null: everything */
async function bytesOf({ portal, gatewayId, stateFolder }: BenchGateway, back: number | null): Promise<number> {
  const { credential } = JSON.parse(await readFile(join(stateFolder, "identity.json"), "utf8")) as { credential: string };
  const { rows } = await portal.sql.query<{ revision: string }>("SELECT revision FROM gateways WHERE id = $1", [gatewayId]);
  const since = back === null ? "none" : String(Number(rows[0]?.revision) - back);
  const response = await fetch(`${portal.origin}${GATEWAY_API_PATH}/state?since=${since}&wait=0`, { headers: { authorization: `Bearer ${credential}`, [PROTOCOL_HEADER]: versionsText(SPOKEN_VERSIONS) } });
  if (!response.ok) throw new Error(`The portal answered ${response.status}.`);
  return (await response.arrayBuffer()).byteLength;
}

/** From the agent's log: how long the state with which the gateway came to its peers took. */
async function howItCame({ agentLog, peers }: BenchGateway): Promise<{ appliedMs: number; confirmedMs: number }> {
  const lines = (await readFile(agentLog, "utf8")).split("\n").flatMap((line) => (line.startsWith("{") && line.endsWith("}") ? [JSON.parse(line) as { at: string; event: string; kind?: string; revision: number; ms: number; inSync?: boolean }] : []));
  const applied = lines.findLast(({ event, kind, revision }) => event === "applied" && kind === "full" && revision > peers / 2);
  const confirmed = applied && lines.find(({ event, inSync, revision, at }) => event === "acknowledged" && inSync && revision >= applied.revision && at >= applied.at);
  if (!applied || !confirmed) throw new Error("The agent's log doesn't say how the whole state came.");
  return { appliedMs: applied.ms, confirmedMs: Date.parse(confirmed.at) - (Date.parse(applied.at) - applied.ms) };
}

async function revocations(gateway: BenchGateway, count: number, note: (text: string) => void): Promise<ChangeTimes[]> {
  const { portal, tenant } = gateway;
  const acknowledgements = await watchAcknowledgements(gateway);
  const { rows } = await portal.sql.query<{ id: string }>("SELECT id FROM access_clients WHERE instance_id = $1 AND state = 'active' ORDER BY id LIMIT $2", [tenant.instanceId, count + 5]);
  for (const [i, { id }] of rows.entries()) {
    note(`${i + 1} of ${rows.length}`);
    await revoke(portal, tenant.people[0]!, tenant.subscriptionId, id);
    await acknowledgements.settled();
  }
  await acknowledgements.close();
  // The first few warm up.
  return timesOf(gateway, rows.slice(5).map(({ id }) => id));
}
