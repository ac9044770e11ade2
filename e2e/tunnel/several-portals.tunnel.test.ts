/** Two portal processes on one database, and one gateway that knows both: a change made at either reaches it, and either may die. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { Pool } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addressOf, AgentProcess, answers, clientConf, GATEWAY_V4, type LogLine, pingOn, reaches, type TestClient } from "@/agent/testing/tunnel-lab";
import { askForCode, issue, makeKeys, revoke } from "@/bench/parts/browser";
import type { Portal } from "@/bench/parts/portal";
import { newGateway, newTenant, type Tenant } from "@/bench/parts/site";
import { createTestDatabase } from "@/e2e/stack/test-database";
import { bringUpClient, createNetwork, type Host, type Network, removeNamespace } from "@/e2e/tunnel/netns";
import { loadConfig } from "@/lib/config";
import { openDatabase } from "@/lib/db/client";
import { readFullState } from "@/lib/db/gateway-state";
import type { Instance } from "@/lib/protocol/messages";
import { systemPorts } from "@/lib/runtime";
import type { Child } from "@/scripts/demo/child";
import { createEndings, type Endings } from "@/scripts/demo/endings";
import { startPortal } from "@/scripts/demo/portal";
import { freePort } from "@/scripts/http";

interface PortalProcess {
  portal: Portal;
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

let endings: Endings;
let folder: string;
let network: Network;
let gateway: Host;
let one: PortalProcess;
let other: PortalProcess;
let gatewayId: string;
let tenant: Tenant;
let agent: AgentProcess;

const SECRETS = { portalSecret: randomBytes(48).toString("base64url"), clientSecret: randomBytes(32).toString("hex") };
const PROVIDER = { issuer: "http://127.0.0.1:9/", clientId: "tests" };
const SMTP_URL = "smtp://127.0.0.1:9";

beforeEach(async () => {
  if (!existsSync(".next/BUILD_ID")) throw new Error("The portal is not built: npm run build, or npm test, which does it first.");
  endings = createEndings((problem) => console.error(problem));
  folder = await mkdtemp(join(tmpdir(), "portcullis-portals-"));
  await endings.add(() => rm(folder, { recursive: true, force: true }));
  network = await createNetwork();
  await endings.add(() => network.remove());
  gateway = await network.addHost("gw", { v4: GATEWAY_V4, v6: "2001:db8::1" });

  const { url } = await createTestDatabase();
  [one, other] = [await preparePortal("one", url), await preparePortal("other", url)];
  await one.start();
  await other.start();
  const { enrolToken, ...added } = await newGateway(one.portal, `gw-${randomBytes(4).toString("hex")}`);
  gatewayId = added.gatewayId;
  tenant = await newTenant(one.portal, gatewayId, 1, 1);
  agent = AgentProcess.start({
    PORTCULLIS_PORTAL_URL: [one, other].map(({ portal }) => portal.origin).join(","),
    PORTCULLIS_ENROL_TOKEN: enrolToken,
    PORTCULLIS_STATE_DIR: join(folder, "agent"),
    PORTCULLIS_HOST_NETNS: gateway.namespace,
    PORTCULLIS_DOWN_ON_EXIT: "1",
    PORTCULLIS_EXIT_WITH_PARENT: "1",
  });
  await endings.add(async () => void (await agent.stop()));
  await confirmed(1);
  const { interfaceName } = await instanceNow();
  await endings.add(() => removeNamespace(interfaceName));
});

afterEach(() => endings.end());

/** Not started yet. Each has an address of its own, and all else in common. */
async function preparePortal(name: string, databaseUrl: string): Promise<PortalProcess> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const config = loadConfig({
    PORTAL_URL: origin, PORT: String(port), DATABASE_URL: databaseUrl, PORTAL_SECRET: SECRETS.portalSecret, SMTP_URL, MAIL_FROM: "tests@portcullis.test",
    OIDC_ISSUER: PROVIDER.issuer, OIDC_CLIENT_ID: PROVIDER.clientId, OIDC_CLIENT_SECRET: SECRETS.clientSecret,
  });
  const db = openDatabase(databaseUrl, 2);
  await endings.add(() => db.close());
  const sql = new Pool({ connectionString: databaseUrl, max: 2 });
  await endings.add(() => sql.end());
  let process_: Child | null = null;
  const start = async (): Promise<void> => {
    process_ = await startPortal({ url: origin, port, databaseUrl, smtpUrl: SMTP_URL, operators: [], ...SECRETS, ...PROVIDER, logFile: join(folder, `${name}.log`), runFile: null, endings, settings: {} });
  };
  const kill = async (): Promise<void> => {
    if (!process_) throw new Error(`The portal ${name} is not running.`);
    process.kill(process_.pid, "SIGKILL");
    expect(await process_.ended).toBe("SIGKILL");
  };
  return { portal: { origin, databaseUrl, config, ports: { ...systemPorts(), config, db }, sql, start, stop: kill }, start, kill };
}

const stateNow = () => readFullState(one.portal.ports.db, gatewayId, new Date());

async function instanceNow(): Promise<Instance> {
  const [instance] = (await stateNow()).instances;
  if (!instance) throw new Error("The instance is gone.");
  return instance;
}

/** The agent told a portal that the device is as it must be at this revision or a later one. */
async function confirmed(revision: number): Promise<void> {
  await agent.logged("acknowledged", (line) => line.inSync === true && Number(line.revision) >= revision);
}

/** The first of those lines that come from now on. */
function next(event: string): Promise<LogLine> {
  const sofar = new Set(agent.lines);
  return agent.logged(event, (line) => !sofar.has(line));
}

const person = () => tenant.people[0]!;

/** Adds a client at that portal; the gateway confirms it. */
async function added({ portal }: PortalProcess): Promise<TestClient> {
  const { proved } = await askForCode(portal, person(), tenant.subscriptionId);
  const made = makeKeys(proved.sealTo);
  const { client } = (await issue(portal, proved, made)).body;
  const { revision, instances } = await stateNow();
  await confirmed(revision);
  const peer = instances[0]?.peers.find(({ clientId }) => clientId === client.id);
  if (!peer) throw new Error("The client is not among the peers.");
  return { peer, keys: made.keys, presharedKey: Buffer.from(made.presharedKey).toString("base64") };
}

/** Revokes at that portal; resolves when the portal counts it as cut, which is what the gateway's acknowledgement makes it. */
async function cutAt({ portal }: PortalProcess, client: TestClient): Promise<void> {
  await revoke(portal, person(), tenant.subscriptionId, client.peer.clientId);
  const { revision, instances } = await stateNow();
  expect(instances[0]?.peers.map(({ clientId }) => clientId)).not.toContain(client.peer.clientId);
  await confirmed(revision);
  const { rows } = await portal.sql.query("SELECT acknowledged_at IS NOT NULL AS done FROM gateway_changes WHERE gateway_id = $1 AND revision = $2", [gatewayId, revision]);
  expect(rows).toEqual([{ done: true }]);
}

test("a revocation at one portal reaches the agent that waits at the other; either may be killed, and the agent goes on at the other; tunnels don't notice", { timeout: 300_000 }, async () => {
  const [kept, cut, second, third, fourth] = [await added(one), await added(other), await added(other), await added(one), await added(one)];
  const instance = await instanceNow();
  const { rows } = await one.portal.sql.query<{ key: string }>("SELECT encode(public_key, 'base64') AS key FROM instances WHERE id = $1", [tenant.instanceId]);
  const connect = async (client: TestClient, n: number): Promise<Host> => {
    const host = await network.addHost(`c${n}`, { v4: `192.0.2.${10 + n}`, v6: `2001:db8::${10 + n}` });
    await bringUpClient(host, clientConf(client, instance, rows[0]!.key));
    return host;
  };
  const [keptHost, cutHost] = [await connect(kept, 1), await connect(cut, 2)];
  await reaches(keptHost, addressOf(instance, 4));
  await reaches(cutHost, addressOf(instance, 4));
  const ping = pingOn(keptHost, addressOf(instance, 4));

  // It has never left the first portal of its list, and the click comes to the other.
  expect(agent.lines.filter(({ event }) => event === "portal_lost")).toEqual([]);
  await cutAt(other, cut);
  expect(await answers(cutHost, addressOf(instance, 4))).toBe(false);
  expect(agent.lines.filter(({ event }) => event === "portal_lost")).toEqual([]);

  let moved = [next("portal_lost"), next("portal_reached")];
  await one.kill();
  await Promise.all(moved);
  await cutAt(other, second);

  await one.start();
  moved = [next("portal_lost"), next("portal_reached")];
  await other.kill();
  await Promise.all(moved);
  await cutAt(one, third);

  // The connection over which the portal that is left is woken.
  const lost = await one.portal.sql.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'portcullis wake-ups' AND datname = current_database()");
  expect(lost.rowCount).toBeGreaterThan(0);
  await cutAt(one, fourth);

  expect(await ping.lost()).toBe(0);
  expect((await instanceNow()).peers.map(({ clientId }) => clientId)).toEqual([kept.peer.clientId]);
});
