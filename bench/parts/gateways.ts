/** Real gateways: an agent with WireGuard in a network namespace, brought to a number of peers. One is up at a time. */
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { makeKeys } from "@/bench/parts/browser";
import { namespaceName } from "@/bench/parts/leftovers";
import { addClients } from "@/bench/parts/population";
import type { Portal } from "@/bench/parts/portal";
import { newGateway, newTenant, type Tenant } from "@/bench/parts/site";
import type { World } from "@/bench/parts/world";
import { createEndings } from "@/scripts/demo/endings";
import { removeGatewayHost, startGatewayHost } from "@/scripts/demo/gateway-host";

export interface BenchGateway {
  peers: number;
  portal: Portal;
  tenant: Tenant;
  gatewayId: string;
  interfaceName: string;
  /** Of the gateway's host, and the address that clients send to. */
  namespace: string;
  address: string;
  /** In the tunnel: answers pings. */
  tunnelAddress: string;
  agentLog: string;
  /** Of the agent, with its credential in it. */
  stateFolder: string;
}

export interface Gateways {
  /** The gateway with so many peers; the one before is taken away. */
  at(peers: number): Promise<BenchGateway>;
}

const ADDRESS = "192.0.2.1";
/** Each may ask for 30 codes an hour. */
const PEOPLE = 60;
/** 50,000 peers through wireguard-go take a while. */
const IN_SYNC_WITHIN_MS = 600_000;

export function createGateways(world: World): Gateways {
  let portal: Portal | null = null;
  let current: { gateway: BenchGateway; end: () => Promise<void> } | null = null;
  let number = 0;
  return {
    at: async (peers) => {
      if (current?.gateway.peers === peers) return current.gateway;
      await current?.end();
      current = null;
      number += 1;
      current = await world.progress.step(`Starting a gateway and bringing it to ${peers.toLocaleString("en")} peers`, async () => {
        if (!portal) {
          portal = await world.preparePortal("gateways");
          await portal.start();
        }
        return open(world, portal, number, peers);
      });
      return current.gateway;
    },
  };
}

async function open(world: World, portal: Portal, number: number, peers: number): Promise<{ gateway: BenchGateway; end: () => Promise<void> }> {
  const endings = createEndings(world.progress.say);
  await world.endings.add(() => endings.end());
  const namespace = namespaceName(`g${number}`);
  const { gatewayId, enrolToken } = await newGateway(portal, `bench-${number}`);
  const stateFolder = join(world.folder, `gateway-${number}`);
  const agentLog = join(world.folder, `agent-${number}.log`);
  await endings.add(() => removeGatewayHost(namespace, portal.databaseUrl));
  await startGatewayHost({
    namespace, address: ADDRESS, reachableFromHere: null, portalUrl: portal.origin, enrolToken,
    stateFolder, logFile: agentLog, runFile: null, endings, settings: {},
  });
  const tenant = await newTenant(portal, gatewayId, number, PEOPLE);
  await untilInSync(portal, gatewayId);
  const { rows } = await portal.sql.query<{ name: string; address: string; key: string }>(
    `SELECT i.interface_name AS name, host(i.tunnel_address_v4) AS address, encode(g.box_public_key, 'base64') AS key
     FROM instances i JOIN gateways g ON g.id = i.gateway_id WHERE i.id = $1`,
    [tenant.instanceId],
  );
  const [made] = rows;
  if (!made) throw new Error("The instance is gone.");
  // A few sealed keys in turn: to the agent, which opens each by itself, they are as good as different ones.
  const sealedPresharedKeys = Array.from({ length: Math.min(peers, 50) }, () => makeKeys(made.key).sealedPresharedKey);
  await addClients(portal, tenant, peers, { sealedPresharedKeys, confirmed: false });
  await portal.sql.query("VACUUM ANALYZE");
  await untilInSync(portal, gatewayId);
  return {
    gateway: { peers, portal, tenant, gatewayId, interfaceName: made.name, namespace, address: ADDRESS, tunnelAddress: made.address, agentLog, stateFolder },
    end: () => endings.end(),
  };
}

/** Until the portal has the gateway's word, by digest, that it holds all it should. */
async function untilInSync({ sql }: Portal, gatewayId: string): Promise<void> {
  const until = performance.now() + IN_SYNC_WITHIN_MS;
  for (;;) {
    const { rows } = await sql.query<{ same: boolean }>(
      "SELECT p.in_sync AND p.acknowledged_revision = g.revision AND p.observed_digest = g.wanted_digest AS same FROM gateways g JOIN gateway_presence p ON p.gateway_id = g.id WHERE g.id = $1",
      [gatewayId],
    );
    if (rows[0]?.same === true) return;
    if (performance.now() > until) throw new Error("The gateway does not come to hold what it should.");
    await delay(50);
  }
}
