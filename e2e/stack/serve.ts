/**
 * Starts the whole product for tests, fresh and on free ports, and tells whoever started it the JSON file that describes
 * it; ends with them. The parts are the demo's: what the tests prove is what the demo shows.
 */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startTemporaryPostgres } from "@/e2e/stack/temporary-postgres";
import { STACK_VARIABLE, type StackDescription } from "@/e2e/stack/description";
import { startStripe } from "@/lib/testing/stripe";
import { writeWhole } from "@/lib/db/embedded-postgres/place";
import { buildPortal } from "@/scripts/build/portal";
import { createEndings } from "@/scripts/demo/endings";
import { removeInstance, removeNamespace } from "@/scripts/demo/network";
import { silentProgress } from "@/scripts/demo/progress";
import { createRunFile, endLeftovers, runningProgram } from "@/scripts/demo/run-file";
import { gatewayNamespace } from "@/scripts/demo/world";
import { freePort } from "@/scripts/http";
import { enterProject, onStopRequest } from "@/scripts/process";

const PREFIX = "portcullis-test-stack-";
const LONGEST_STOP_MS = 30_000;

async function main(): Promise<void> {
  const root = enterProject();
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  await chmod(folder, 0o700);
  const endings = createEndings((problem) => console.error(problem));
  const stop = onStopRequest(LONGEST_STOP_MS, async () => {
    await endings.end();
    await rm(folder, { recursive: true, force: true });
  });
  try {
    await start(root, folder, endings, stop);
  } catch (error) {
    stop(error instanceof Error ? error.message : String(error));
  }
}

async function start(root: string, folder: string, endings: ReturnType<typeof createEndings>, stop: (failure: string) => void): Promise<void> {
  const runFile = await createRunFile(join(folder, "running.json"));
  await buildPortal({ root, output: "capture" });
  const worldName = `t${process.pid.toString(36)}`;
  await writeFile(join(folder, "world"), worldName);
  const database = await startTemporaryPostgres();
  await endings.add(() => database.stop());
  const portalPort = await freePort();
  const stripe = await startStripe({
    deliver: ({ body }, signature) => void fetch(`http://127.0.0.1:${portalPort}/api/billing/stripe/webhook`, { method: "POST", body, headers: { "content-type": "application/json", "stripe-signature": signature } }).catch(() => {}),
  });
  stripe.prices.set("price_monthly", { unit_amount: 4900, currency: "eur", active: true, recurring: { interval: "month", interval_count: 1, usage_type: "licensed" } });
  await endings.add(() => stripe.close());
  const { startStack } = await import("@/scripts/demo/stack");
  const stack = await startStack({
    folder, databaseUrl: database.url, worldName, reachableFromHere: false, withNeighbour: false, progress: silentProgress, runFile, endings, onFailure: stop,
    ports: { portal: portalPort, oidc: 0, mailbox: 0, smtp: 0 },
    portalSettings: stripe.settings,
    agentSettings: { PORTCULLIS_REPORT_SECONDS: "0.5" },
  });
  await writeFile(join(folder, "instance"), stack.instance.interfaceName);
  const description: StackDescription = {
    portalUrl: stack.portalUrl,
    issuer: stack.issuer,
    mailboxUrl: stack.mailboxUrl,
    stripeUrl: stripe.settings.PORTAL_STRIPE_API_URL ?? "",
    databaseUrl: database.url,
    subscriptionId: stack.subscriptionId,
    instance: stack.instance,
    gateway: stack.gateway && { name: stack.gatewayName, namespace: stack.gateway.namespace, address: stack.gateway.address },
    missing: stack.missing,
    logs: stack.logs,
    processes: { portal: stack.portal.pid, agent: stack.gateway?.agent.pid ?? null },
  };
  // By hand one can say where: tsx e2e/stack/serve.ts FILE.json, then PORTCULLIS_TEST_STACK=FILE.json.
  const file = resolve(process.argv[2] ?? join(folder, "stack.json"));
  await writeWhole(file, JSON.stringify(description), 0o600);
  if (process.send) process.send({ file });
  else console.log(`${STACK_VARIABLE}=${file}`);
}

/** What runs that were killed have left: programs, namespaces, folders. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const runFile = join(folder, "running.json");
    const worldName = await readFile(join(folder, "world"), "utf8").catch(() => null);
    // Without these it has only just begun.
    if (worldName === null || (await runningProgram(runFile))) continue;
    await endLeftovers(runFile);
    const instance = await readFile(join(folder, "instance"), "utf8").catch(() => null);
    if (instance) await removeInstance(instance);
    await removeNamespace(gatewayNamespace(worldName));
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
