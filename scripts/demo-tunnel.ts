/**
 * `npm run demo:tunnel -- FILE.conf`: opens the tunnel of a downloaded file from a machine of its own, shows that it
 * reaches the instance, and goes on pinging, so that one can watch it die when the client is revoked.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseClientConfig } from "@/lib/core/client-config";
import { identifyProcess } from "@/lib/process-identity";
import { type ClientMachine, createClientMachine, type OpenTunnel, removeAbandonedFiles } from "@/scripts/demo/client-machine";
import { createEndings } from "@/scripts/demo/endings";
import { namespaces, removeNamespace, tunnelSupport } from "@/scripts/demo/network";
import { watchLine } from "@/scripts/demo/ping-line";
import { consoleProgress } from "@/scripts/demo/progress";
import { demoSettings } from "@/scripts/demo/settings";
import { gatewayNamespace } from "@/scripts/demo/world";
import { enterProject, fail, onStopRequest } from "@/scripts/process";

const PING_EVERY_MS = 200;
const HANDSHAKE_WITHIN_MS = 10_000;
const LONGEST_STOP_MS = 10_000;
const progress = consoleProgress();

async function main(): Promise<void> {
  const given = process.argv[2];
  if (!given) fail("Say which file to open: npm run demo:tunnel -- ~/Downloads/NAME.conf");
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), given);
  enterProject();
  if (!existsSync(file)) fail(`There is no file ${file}. Download one in the portal: add a client there.`);
  const { implementation, missing } = await tunnelSupport();
  if (!implementation) fail(`No tunnel can be opened on this machine:\n${missing.map((reason) => `  - ${reason}`).join("\n")}`);

  // The same rules as the demo's: one data folder, one world.
  const { worldName } = demoSettings(process.env);
  const gateway = gatewayNamespace(worldName);
  if (!(await namespaces()).includes(gateway)) fail("The demo's gateway is not there. Start the demo first, with npm run demo, and leave it running.");
  await removeAbandoned(worldName);

  const endings = createEndings(progress.say);
  let showing: Promise<void> = Promise.resolve();
  const stop = onStopRequest(LONGEST_STOP_MS, async () => {
    await endings.end();
    await showing.catch(() => {});
    progress.say("\nThe tunnel is closed, and the machine it was opened from is gone.");
  });
  showing = (async () => {
    const { fields } = parseClientConfig(await readFile(file, "utf8"));
    const machine = await progress.step(`Setting up a machine of its own (network namespace ${clientNamespace(worldName)})`, () =>
      createClientMachine(clientNamespace(worldName), (process.pid % 60_000) + 1, gateway, fields.endpoint.replace(/:\d+$/, "")),
    );
    await endings.add(() => machine.remove());
    const address = instanceAddress(fields.allowedIps);
    await show(machine, file, address, (end) => endings.add(end));
    await watchLine(machine, address, PING_EVERY_MS, (end) => endings.add(end));
  })();
  await showing.catch((error: unknown) => stop(error instanceof Error ? error.message : String(error)));
}

async function show(machine: ClientMachine, file: string, address: string, onEnd: (end: () => Promise<void>) => Promise<void>): Promise<void> {
  const url = `http://${address}/`;
  await progress.step("Without the tunnel", async () => {
    const { status } = await machine.visit(url);
    if (status !== null) throw new Error(`${url} answered without a tunnel (HTTP ${status}). That must not be.`);
  });
  progress.say(`    ${url} does not answer, as it should be.`);
  const tunnel = await progress.step("Opening the tunnel with wg-quick", () => machine.up(file));
  await onEnd(() => tunnel.close());
  const answer = await progress.step("Reaching the instance", async () => {
    const { status, location } = await machine.visit(url);
    if (status === null) throw new Error(await whyNoAnswer(tunnel, url));
    const page = location === null ? null : await machine.visit(new URL(location, url).toString());
    return { status, location, title: /<title>([^<]*)/.exec(page?.body ?? "")?.[1] ?? "" };
  });
  await untilHandshake(tunnel);
  progress.say(`    Handshake with the gateway done; ${url} answers with its own login: HTTP ${answer.status} to ${answer.location}, “${answer.title}”.`);
  progress.say("    To log in there too, use the user and password that the demo printed.\n");
  progress.say("Pinging the instance until Ctrl-C. Now revoke this client in the portal, and watch.");
}

async function whyNoAnswer(tunnel: OpenTunnel, url: string): Promise<string> {
  return (await tunnel.lastHandshake()) === null
    ? "The gateway does not know this client (no handshake): it was revoked, or the file belongs to another demo. Add a client in the portal and use its file."
    : `The tunnel is up, but ${url} does not answer. The demo's logs say more.`;
}

async function untilHandshake(tunnel: OpenTunnel): Promise<void> {
  const until = performance.now() + HANDSHAKE_WITHIN_MS;
  while ((await tunnel.lastHandshake()) === null && performance.now() < until) await delay(50);
}

/** The instance has the first address of its subnet (lib/core/subnet.ts, INSTANCE_HOST_INDEX). */
function instanceAddress(allowedIps: readonly string[]): string {
  const subnet = allowedIps.find((entry) => entry.includes("."));
  if (!subnet) throw new Error("This file has no IPv4 subnet in AllowedIPs.");
  const [a, b, c, d] = (subnet.split("/")[0] ?? "").split(".").map(Number) as [number, number, number, number];
  return `${a}.${b}.${c}.${d + 1}`;
}

const clientNamespace = (worldName: string): string => `pc${worldName}-client-${process.pid}`;

/** Machines of demo:tunnel runs that were killed. */
async function removeAbandoned(worldName: string): Promise<void> {
  for (const name of await namespaces()) {
    const pid = new RegExp(`^pc${worldName}-client-(\\d+)$`).exec(name)?.[1];
    if (pid !== undefined && identifyProcess(Number(pid)) === null) await removeNamespace(name);
  }
  await removeAbandonedFiles();
}

try {
  await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
