/**
 * A gateway of a test's own, beside the stack's: a small internet of network namespaces, a real agent enrolled at the
 * portal, real WireGuard, and machines of clients. For tests that stop the agent or open tunnels. Needs root.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentProcess } from "@/agent/testing/tunnel-lab";
import type { StackDescription } from "@/e2e/stack/description";
import { createNetwork, type Host, type Network, removeNetwork } from "@/e2e/tunnel/netns";
import { identifyProcess } from "@/lib/process-identity";
import { addGateway } from "@/lib/usecases/add-gateway";
import { createEndings } from "@/scripts/demo/endings";
import { INSTANCE_USERNAME, type SeededInstance, seededInstance, startInstance } from "@/scripts/demo/instance";
import type { Store } from "./store";

const GATEWAY = { v4: "192.0.2.1", v6: "2001:db8::1" };

export interface ServedInstance extends SeededInstance {
  username: string;
  password: string;
}

export interface GatewayLab {
  gatewayId: string;
  name: string;
  network: Network;
  host: Host;
  /** A machine that can reach the gateway's host, and nothing else. */
  addMachine: (name: string) => Promise<Host>;
  /** Its tunnels stay up, as on a real gateway. */
  stopAgent: (signal?: NodeJS.Signals) => Promise<void>;
  /** Resolves when it has confirmed what the portal wants. */
  startAgent: () => Promise<void>;
  /** Starts the web app that stands for the cloud service, in the instance's namespace. */
  serve: (instanceId: string) => Promise<ServedInstance>;
  remove: () => Promise<void>;
}

const PREFIX = "e2e";

export async function openGatewayLab(stack: StackDescription, store: Store): Promise<GatewayLab> {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), "portcullis-lab-"));
  const network = await createNetwork(`${PREFIX}${process.pid.toString(36)}${nextLab()}`);
  const host = await network.addHost("gw", GATEWAY);
  const name = `lab-${store.newId().slice(0, 8)}`;
  const { gatewayId, enrolToken } = await addGateway(store, { name, endpointHost: GATEWAY.v4 });
  const endings = createEndings((problem) => console.error(problem));
  let machines = 0;
  let agent: AgentProcess | null = null;

  const startAgent = async (): Promise<void> => {
    agent = AgentProcess.start({
      PORTCULLIS_PORTAL_URL: stack.portalUrl,
      PORTCULLIS_ENROL_TOKEN: enrolToken,
      PORTCULLIS_STATE_DIR: join(folder, "state"),
      PORTCULLIS_HOST_NETNS: host.namespace,
      PORTCULLIS_REPORT_SECONDS: "0.5",
      PORTCULLIS_EXIT_WITH_PARENT: "1",
    });
    await agent.logged("acknowledged", ({ inSync }) => inSync === true);
  };
  const stopAgent = async (signal?: NodeJS.Signals): Promise<void> => {
    await agent?.stop(signal);
    agent = null;
  };
  const remove = async (): Promise<void> => {
    await endings.end();
    await stopAgent("SIGKILL");
    await network.remove();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await startAgent();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    gatewayId,
    name,
    network,
    host,
    startAgent,
    stopAgent,
    remove,
    addMachine: async (machine) => {
      machines += 1;
      return network.addHost(machine, { v4: `192.0.2.${10 + machines}`, v6: `2001:db8::${10 + machines}` });
    },
    serve: async (instanceId) => {
      const instance = await seededInstance(stack.databaseUrl, instanceId);
      const password = store.newId();
      // How the agent ends is this lab's own doing.
      const running = { name: "The lab's agent", pid: process.pid, ended: new Promise<string>(() => {}) };
      await startInstance({ instance, password, agent: running, logFile: join(folder, "instance.log"), runFile: null, endings });
      return { ...instance, username: INSTANCE_USERNAME, password };
    },
  };
}

let labs = 0;
const nextLab = (): string => (labs++).toString(36);

/** Labs of test runs that were killed. */
async function removeAbandoned(): Promise<void> {
  const prefixes = new Set((await readdir("/run/netns").catch(() => [])).map((name) => /^(e2e[0-9a-z]+)-/.exec(name)?.[1]));
  for (const prefix of prefixes) {
    if (prefix === undefined) continue;
    const pid = Number.parseInt(prefix.slice(PREFIX.length, -1), 36);
    if (identifyProcess(pid) === null) await removeNetwork(prefix);
  }
}
