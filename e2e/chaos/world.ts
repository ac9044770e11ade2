/** What the run kills and starts again: PostgreSQL, the portal, the gateway's agent, WireGuard, the mail server. */
import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Pool } from "pg";
import { makePeople, type Person } from "@/bench/parts/people";
import { newGateway, newTenant, type Tenant } from "@/bench/parts/site";
import type { Portal } from "@/bench/parts/portal";
import { createMailServer, type MailServer } from "@/e2e/chaos/mail-server";
import { loadConfig } from "@/lib/config";
import { insertMembership } from "@/lib/db/provisioning";
import { openDatabase } from "@/lib/db/client";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { settledCluster } from "@/lib/db/embedded-postgres/place";
import { runningPostmaster } from "@/lib/db/embedded-postgres/postmaster";
import { migrate } from "@/lib/db/migrate";
import { commandLineOf } from "@/lib/process-identity";
import { systemPorts } from "@/lib/runtime";
import { type Child, runTypeScript, startChild } from "@/scripts/demo/child";
import { createEndings, type Endings } from "@/scripts/demo/endings";
import { removeGatewayHost, startGatewayHost } from "@/scripts/demo/gateway-host";
import { startPortal } from "@/scripts/demo/portal";
import { freePort } from "@/scripts/http";

export const VICTIMS = ["portal", "agent", "wireguard", "postgres", "mail"] as const;
export type Victim = (typeof VICTIMS)[number];

export interface ChaosWorld {
  portal: Portal;
  tenant: Tenant;
  gatewayId: string;
  interfaceName: string;
  mail: MailServer;
  /** Ends it with SIGKILL (the mail server: cuts its connections). Resolves at once. */
  kill(victim: Victim): Promise<void>;
  /** Starts it again; resolves when it serves. */
  revive(victim: Victim): Promise<void>;
}

/** Of the gateway's host; the process's id follows. */
export const NAMESPACE_PREFIX = "pcx";
const ADDRESS = "192.0.2.1";
const START_AGAIN_WITHIN_MS = 60_000;

export async function createChaosWorld({ folder, people, endings, say }: { folder: string; people: number; endings: Endings; say: (line: string) => void }): Promise<ChaosWorld> {
  const dataDir = join(folder, "postgres");
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir });
  await endings.add(() => postgres.stop());
  const databaseUrl = postgres.url;
  await migrate(databaseUrl);
  const mail = await createMailServer();
  await endings.add(() => mail.down());

  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const portalSecret = randomBytes(48).toString("base64url");
  const oidc = { issuer: "http://127.0.0.1:9/", clientId: "chaos", clientSecret: randomBytes(32).toString("hex") };
  const config = loadConfig({
    PORTAL_URL: origin, PORT: String(port), DATABASE_URL: databaseUrl, PORTAL_SECRET: portalSecret, SMTP_URL: mail.url, MAIL_FROM: "chaos@portcullis.test",
    OIDC_ISSUER: oidc.issuer, OIDC_CLIENT_ID: oidc.clientId, OIDC_CLIENT_SECRET: oidc.clientSecret,
  });
  const db = openDatabase(databaseUrl, 2);
  await endings.add(() => db.close());
  const sql = new Pool({ connectionString: databaseUrl, max: 3 });
  sql.on("error", () => undefined);
  await endings.add(() => sql.end());

  let portalProcess: Child | null = null;
  const portalEndings = createEndings(say);
  await endings.add(() => portalEndings.end());
  const startPortalProcess = async (): Promise<void> => {
    portalProcess = await startPortal({ url: origin, port, databaseUrl, smtpUrl: mail.url, portalSecret, operators: [], ...oidc, logFile: join(folder, "portal.log"), runFile: null, endings: portalEndings, settings: {} });
  };
  await startPortalProcess();
  const portal: Portal = { origin, databaseUrl, config, ports: { ...systemPorts(), config, db }, sql, start: startPortalProcess, stop: () => portalEndings.end() };

  const namespace = `${NAMESPACE_PREFIX}${process.pid}`;
  const { gatewayId, enrolToken } = await newGateway(portal, "chaos");
  const agentEndings = createEndings(say);
  await endings.add(() => removeGatewayHost(namespace, databaseUrl));
  await endings.add(() => agentEndings.end());
  const agentOptions = { stateFolder: join(folder, "gateway"), logFile: join(folder, "agent.log"), runFile: null, endings: agentEndings };
  let agent: Child = (await startGatewayHost({ namespace, address: ADDRESS, reachableFromHere: null, portalUrl: origin, enrolToken, settings: {}, ...agentOptions })).agent;
  const startAgent = async (): Promise<void> => {
    agent = await startChild({
      name: "The gateway's agent",
      command: runTypeScript("agent/main.ts"),
      env: { PORTCULLIS_PORTAL_URL: origin, PORTCULLIS_STATE_DIR: agentOptions.stateFolder, PORTCULLIS_HOST_NETNS: namespace, PORTCULLIS_EXIT_WITH_PARENT: "1", PORTCULLIS_DOWN_ON_EXIT: "1" },
      logFile: agentOptions.logFile,
      runFile: null,
      endings: agentEndings,
    });
  };

  const tenant = await newTenant(portal, gatewayId, 1, 1);
  const others: Person[] = await makePeople(portal, people);
  for (const { userId } of others) await insertMembership(db.read, { subscriptionId: tenant.subscriptionId, userId, role: "member", now: new Date() });
  const { rows } = await sql.query<{ name: string }>("SELECT interface_name AS name FROM instances WHERE id = $1", [tenant.instanceId]);
  const interfaceName = rows[0]?.name ?? "";
  await untilReady(sql, tenant.instanceId);

  const kills: Record<Victim, () => Promise<void>> = {
    portal: async () => killed(portalProcess?.pid),
    agent: async () => killed(agent.pid),
    wireguard: async () => (await pidsOfWireGuard(interfaceName)).forEach(killed),
    postgres: async () => killed((await runningPostmaster(await settledCluster(dataDir)))?.process.pid),
    mail: () => mail.down(),
  };
  const revivals: Record<Victim, () => Promise<void>> = {
    portal: startPortalProcess,
    agent: startAgent,
    // The agent builds it again.
    wireguard: async () => undefined,
    postgres: async () => {
      // The dead one's handle lets go of this process first.
      await postgres.stop();
      postgres = await persistently(() => startEmbeddedPostgres({ dataDir }));
      if (postgres.url !== databaseUrl) throw new Error("PostgreSQL came back elsewhere.");
    },
    mail: () => mail.up(),
  };
  return { portal, tenant: { ...tenant, people: others }, gatewayId, interfaceName, mail, kill: (victim) => kills[victim](), revive: (victim) => revivals[victim]() };
}

function killed(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile, as the agent does with its parent.
  }
}

async function pidsOfWireGuard(interfaceName: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => {
    const words = commandLineOf(pid) ?? [];
    return (words[0] ?? "").endsWith("wireguard-go") && words.includes(interfaceName);
  });
}

/** A server that was killed leaves backends behind, which take a moment to notice. */
async function persistently<T>(start: () => Promise<T>): Promise<T> {
  const until = performance.now() + START_AGAIN_WITHIN_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(200);
    }
  }
}

async function untilReady(sql: Pool, instanceId: string): Promise<void> {
  const until = performance.now() + START_AGAIN_WITHIN_MS;
  for (;;) {
    const { rows } = await sql.query<{ status: string }>("SELECT status FROM instances WHERE id = $1", [instanceId]);
    if (rows[0]?.status === "ready") return;
    if (performance.now() > until) throw new Error("The gateway does not confirm its instance.");
    await pause(50);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((settle) => setTimeout(settle, ms));
