/** The demo's instance: what the database says about it, and the app that runs on its tunnel address. */
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { type Child, lastLines, runTypeScript, startChild } from "@/scripts/demo/child";
import type { Endings } from "@/scripts/demo/endings";
import { ip, namespaces } from "@/scripts/demo/network";
import type { RunFile } from "@/scripts/demo/run-file";

export const INSTANCE_USERNAME = "admin";
export const INSTANCE_PORT = 80;
const UP_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

export interface SeededInstance {
  id: string;
  name: string;
  /** Of its interface, and of the network namespace that the agent gives it. */
  interfaceName: string;
  tunnelAddressV4: string;
  tunnelAddressV6: string;
  url: string;
}

interface Row {
  id: string;
  name: string;
  interface_name: string;
  v4: string;
  v6: string;
}

export async function seededInstance(databaseUrl: string, id: string): Promise<SeededInstance> {
  const rows = await query<Row>(databaseUrl, "SELECT id, name, interface_name, host(tunnel_address_v4) AS v4, host(tunnel_address_v6) AS v6 FROM instances WHERE id = $1", [id]);
  const row = rows[0];
  if (!row) throw new Error("The demo's instance is not in the database.");
  return { id: row.id, name: row.name, interfaceName: row.interface_name, tunnelAddressV4: row.v4, tunnelAddressV6: row.v6, url: `http://${row.v4}/` };
}

/** Interfaces, and so namespaces, of every instance in this database. */
export async function interfaceNames(databaseUrl: string): Promise<string[]> {
  return (await query<{ interface_name: string }>(databaseUrl, "SELECT interface_name FROM instances", [])).map((row) => row.interface_name);
}

export interface InstanceOptions {
  instance: SeededInstance;
  /** Of its process, in messages. */
  label?: string;
  /** Namespace of its service, which is joined to the instance; left out: the app runs in the instance's own. */
  joinedFrom?: string;
  password: string;
  agent: Child;
  logFile: string;
  runFile: RunFile | null;
  endings: Endings;
}

/** Waits until the agent has brought the interface up, then starts the app in the instance's namespace. */
export async function startInstance({ instance, label = "The instance", joinedFrom, password, agent, logFile, runFile, endings }: InstanceOptions): Promise<Child> {
  const problem = await Promise.race([agent.ended.then((how) => `the agent has ended: ${how}`), untilAddressed(instance)]);
  if (problem !== null) throw new Error(`The gateway did not bring up ${instance.interfaceName} (${problem}). The agent's log says why.`);
  const app = await startChild({
    name: label,
    command: ["ip", "netns", "exec", joinedFrom ?? instance.interfaceName, ...runTypeScript("scripts/demo/instance-app.ts")],
    env: {
      PORTCULLIS_INSTANCE_ADDRESSES: joinedFrom ? "::" : `${instance.tunnelAddressV4},${instance.tunnelAddressV6}`,
      PORTCULLIS_INSTANCE_PORT: String(INSTANCE_PORT),
      PORTCULLIS_INSTANCE_NAME: instance.name,
      PORTCULLIS_INSTANCE_USERNAME: INSTANCE_USERNAME,
      PORTCULLIS_INSTANCE_PASSWORD: password,
    },
    logFile,
    runFile,
    endings,
  });
  const failure = await Promise.race([app.ended, joinedFrom ? untilJoined(instance, joinedFrom) : untilListening(instance.interfaceName, 2)]);
  if (failure === null) return app;
  throw new Error(`The instance's app did not start (${failure}). Its last lines, from ${logFile}:\n${await lastLines(logFile)}`);
}

async function untilAddressed({ interfaceName, tunnelAddressV4, tunnelAddressV6 }: SeededInstance): Promise<string | null> {
  return poll(async () => {
    if (!(await namespaces()).includes(interfaceName)) return `there is no namespace ${interfaceName}`;
    const shown = await ip("-n", interfaceName, "-o", "address", "show", "dev", interfaceName).catch((error: unknown) => (error instanceof Error ? error.message : ""));
    const there = [tunnelAddressV4, tunnelAddressV6].every((address) => shown.includes(` ${address}/`));
    return there ? null : `${interfaceName} does not have its addresses`;
  });
}

/** @param sockets one for each address that it listens on */
async function untilListening(namespace: string, sockets: number): Promise<string | null> {
  return poll(async () => {
    const shown = await ip("netns", "exec", namespace, "cat", "/proc/net/tcp", "/proc/net/tcp6");
    // State 0A is LISTEN (proc_net_tcp).
    const listening = shown.split("\n").filter((line) => / 0A /.test(line) && line.includes(`:${INSTANCE_PORT.toString(16).padStart(4, "0").toUpperCase()} `));
    return listening.length >= sockets ? null : `nothing listens on port ${INSTANCE_PORT} in ${namespace}`;
  });
}

/** The app listens, and the agent's program has led the tunnel to it. */
async function untilJoined({ interfaceName }: SeededInstance, namespace: string): Promise<string | null> {
  return (
    (await untilListening(namespace, 1)) ??
    (await poll(async () => ((await ip("netns", "exec", interfaceName, "nft", "list", "tables").catch(() => "")).includes("table inet service") ? null : `${namespace} was not joined to ${interfaceName}`)))
  );
}

/** Looks until there is no more reason to wait; the last reason when time is up. */
async function poll(reasonToWait: () => Promise<string | null>): Promise<string | null> {
  const until = performance.now() + UP_WITHIN_MS;
  for (;;) {
    const reason = await reasonToWait();
    if (reason === null || performance.now() > until) return reason;
    await delay(LOOK_EVERY_MS);
  }
}

async function query<T extends object>(databaseUrl: string, sql: string, values: string[]): Promise<T[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
