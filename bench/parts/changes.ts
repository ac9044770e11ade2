/** What became of changes: as the portal recorded it, and as the agent logged it. */
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { BenchGateway } from "@/bench/parts/gateways";

/** All times in milliseconds since 1970, by the one clock of this machine. */
export interface ChangeTimes {
  clientId: string;
  revision: number;
  requestedAt: number;
  /** When the portal set out to commit it. */
  committedAt: number;
  /** The portal had read the change to answer the gateway's waiting request. */
  deliveredAt: number;
  /** The agent had the answer, parsed. */
  receivedAt: number;
  /** The device had taken the change: `wg` had come back. */
  goneAt: number;
  /** How long the agent then took to read the device back, the last time before it acknowledged. */
  readMs: number;
  acknowledgedAt: number;
}

interface AgentLine {
  at: string;
  event: string;
  revision: number;
  /** "applied": from the arrival of the answer to the end of `wg`. */
  ms: number;
  /** "acknowledged" */
  readMs: number;
  inSync: boolean;
}

/** The times of the latest, acknowledged, change of each client. */
export async function timesOf({ portal, gatewayId, agentLog }: BenchGateway, clientIds: readonly string[]): Promise<ChangeTimes[]> {
  const { rows } = await portal.sql.query<{ client_id: string; revision: string; requested_at: Date; committed_at: Date; delivered_at: Date; acknowledged_at: Date }>(
    `SELECT DISTINCT ON (client_id) client_id, revision, requested_at, committed_at, delivered_at, acknowledged_at
     FROM gateway_changes WHERE gateway_id = $1 AND client_id = ANY($2) ORDER BY client_id, revision DESC`,
    [gatewayId, clientIds],
  );
  const last = Math.max(...rows.map(({ revision }) => Number(revision)));
  const { applied, acknowledged } = await agentLines(agentLog, last);
  return rows.map((row) => {
    const revision = Number(row.revision);
    // A delta brings several revisions at once: the first that reaches this one.
    const taken = applied.find((line) => line.revision >= revision);
    const told = acknowledged.find((line) => line.revision >= revision);
    if (!taken || !told) throw new Error(`The agent's log says nothing of revision ${revision}.`);
    const goneAt = Date.parse(taken.at);
    return {
      clientId: row.client_id,
      revision,
      requestedAt: row.requested_at.getTime(),
      committedAt: row.committed_at.getTime(),
      deliveredAt: row.delivered_at.getTime(),
      receivedAt: goneAt - taken.ms,
      goneAt,
      readMs: told.readMs,
      acknowledgedAt: row.acknowledged_at.getTime(),
    };
  });
}

/** The agent logs an acknowledgement when it has the portal's answer: a moment after the portal has it. */
async function agentLines(agentLog: string, revision: number): Promise<{ applied: AgentLine[]; acknowledged: AgentLine[] }> {
  const until = performance.now() + LONGEST_MS;
  for (;;) {
    const lines = (await readFile(agentLog, "utf8")).split("\n").flatMap((line) => (line.startsWith("{") && line.endsWith("}") ? [JSON.parse(line) as AgentLine] : []));
    const acknowledged = lines.filter(({ event, inSync }) => event === "acknowledged" && inSync);
    if (acknowledged.some((line) => line.revision >= revision)) return { applied: lines.filter(({ event }) => event === "applied"), acknowledged };
    if (performance.now() > until) throw new Error(`The agent's log says nothing of revision ${revision}.`);
    await delay(20);
  }
}

export interface Acknowledgements {
  /** Until the gateway has acknowledged every change that is committed by now. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_AT_LEAST_EVERY_MS = 1_000;
const LONGEST_MS = 60_000;

/** Waits for acknowledgements by the database's notifications, without asking the portal. */
export async function watchAcknowledgements({ portal, gatewayId }: BenchGateway): Promise<Acknowledgements> {
  const client = new Client({ connectionString: portal.databaseUrl });
  await client.connect();
  await client.query("LISTEN portcullis");
  let wake = () => {};
  client.on("notification", () => wake());
  return {
    settled: async () => {
      const until = performance.now() + LONGEST_MS;
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LOOK_AT_LEAST_EVERY_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        const { rows } = await client.query<{ waiting: boolean }>("SELECT EXISTS (SELECT 1 FROM gateway_changes WHERE gateway_id = $1 AND acknowledged_at IS NULL) AS waiting", [gatewayId]);
        if (rows[0]?.waiting === false) return wake();
        if (performance.now() > until) throw new Error("The gateway does not acknowledge.");
        await woken;
      }
    },
    close: () => client.end(),
  };
}
