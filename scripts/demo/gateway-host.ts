/** The demo's gateway: a network namespace for its host, and the agent that drives WireGuard there. */
import { mkdir, rm } from "node:fs/promises";
import { type Child, runTypeScript, startChild } from "@/scripts/demo/child";
import type { Endings } from "@/scripts/demo/endings";
import { interfaceNames } from "@/scripts/demo/instance";
import { linkToGateway, makeGatewayHost, removeInstance, removeNamespace } from "@/scripts/demo/network";
import type { RunFile } from "@/scripts/demo/run-file";

export interface GatewayHost {
  namespace: string;
  /** IPv4 that clients send to. */
  address: string;
  agent: Child;
}

export interface GatewayHostOptions {
  namespace: string;
  address: string;
  /** Name of a network device by which this machine itself reaches the gateway; null: it doesn't. */
  reachableFromHere: string | null;
  portalUrl: string;
  /** null: enrolled already, with what is in `stateFolder`. */
  enrolToken: string | null;
  stateFolder: string;
  logFile: string;
  runFile: RunFile | null;
  endings: Endings;
  /** Of the agent, beyond those that follow from the above. */
  settings: Record<string, string>;
}

/** Outside of what clients of the same world get (makeClientMachine), in the range for tests of networks (RFC 2544). */
const OWN_ADDRESS = "198.19.255.254";

export async function startGatewayHost(options: GatewayHostOptions): Promise<GatewayHost> {
  const { namespace, address } = options;
  await makeGatewayHost(namespace, address);
  if (options.reachableFromHere) {
    // A comfort: without it demo:tunnel works all the same, from a namespace of its own.
    await linkToGateway(namespace, address, { namespace: null, device: options.reachableFromHere, gatewayDevice: "uplink", address: OWN_ADDRESS }).catch(() => {});
  }
  return { namespace, address, agent: await startAgent(options) };
}

async function startAgent({ namespace, portalUrl, enrolToken, stateFolder, logFile, runFile, endings, settings }: GatewayHostOptions): Promise<Child> {
  // A token means that the portal knows no such gateway: what an earlier one left here belongs to another database.
  if (enrolToken) await rm(stateFolder, { recursive: true, force: true });
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  return startChild({
    name: "The gateway's agent",
    command: runTypeScript("agent/main.ts"),
    env: {
      PORTCULLIS_PORTAL_URL: portalUrl,
      ...(enrolToken ? { PORTCULLIS_ENROL_TOKEN: enrolToken } : {}),
      PORTCULLIS_STATE_DIR: stateFolder,
      PORTCULLIS_HOST_NETNS: namespace,
      PORTCULLIS_EXIT_WITH_PARENT: "1",
      PORTCULLIS_DOWN_ON_EXIT: "1",
      ...settings,
    },
    logFile,
    runFile,
    endings,
  });
}

/** Removes the host, its instances' namespaces and interfaces, and whatever runs in them; also what a killed demo left. */
export async function removeGatewayHost(namespace: string, databaseUrl: string): Promise<void> {
  for (const name of await interfaceNames(databaseUrl)) await removeInstance(name);
  await removeNamespace(namespace);
}
