/**
 * `npm run demo`: the whole product on this machine with one command, on real parts. A second start uses the data of the
 * first; Ctrl-C ends everything that was started; a start after a crash cleans up after it.
 */
import { mkdir } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { waitForEnd } from "@/lib/process-identity";
import { buildPortal } from "@/scripts/build/portal";
import { NEIGHBOUR, OPERATOR, SUBSCRIBER } from "@/scripts/demo/accounts";
import { createEndings, type Endings } from "@/scripts/demo/endings";
import { consoleProgress } from "@/scripts/demo/progress";
import { createRunFile, endLeftovers, runningProgram } from "@/scripts/demo/run-file";
import { demoSettings, type DemoSettings } from "@/scripts/demo/settings";
import type { Stack } from "@/scripts/demo/stack";
import { portProblem } from "@/scripts/http";
import { enterProject, fail, onStopRequest } from "@/scripts/process";

const LONGEST_STOP_MS = 30_000;
const STOPPING_MS = 5_000;
const progress = consoleProgress();

async function main(): Promise<void> {
  const root = enterProject();
  const settings = demoSettings(process.env);
  await mkdir(settings.folder, { recursive: true });
  const other = await runningProgram(settings.runFile);
  // One that was told to end a moment ago gets a moment to do so.
  if (other && !(await waitForEnd(other, STOPPING_MS))) fail(`The demo is running already (process ${other.pid}). Stop it with Ctrl-C where it runs, or with: kill ${other.pid}\nA second demo beside it needs a data folder and ports of its own: PORTCULLIS_DATA_DIR, PORT, OIDC_PORT, MAILBOX_PORT, SMTP_PORT.`);
  const left = await endLeftovers(settings.runFile);
  if (left.length > 0) progress.say(`An earlier demo was cut off; stopped what it left running: ${left.join(", ")}.`);
  await checkPorts(settings);

  const endings = createEndings(progress.say);
  let starting: Promise<void> = Promise.resolve();
  const stop = onStopRequest(LONGEST_STOP_MS, async () => {
    progress.say("\nStopping…");
    await endings.end();
    // A start under way comes to its end here, and takes along what it has made since.
    await starting.catch(() => {});
    progress.say(`Everything that the demo started has ended. Its data is kept in ${settings.dataDir}; delete that folder to begin afresh.`);
  });
  starting = start(root, settings, endings, stop);
  await starting.catch((error: unknown) => stop(error instanceof Error ? error.message : String(error)));
}

async function start(root: string, settings: DemoSettings, endings: Endings, stop: (failure: string) => void): Promise<void> {
  const runFile = await createRunFile(settings.runFile);
  await endings.add(() => runFile.remove());
  const calledOff = new AbortController();
  await endings.add(async () => calledOff.abort());
  await progress.step("Building the portal (once, and when its sources change)", (note) => buildPortal({ root, output: "capture", onPart: note, signal: calledOff.signal }));
  const databaseUrl = settings.databaseUrl ?? (await progress.step("Starting PostgreSQL", () => startDatabase(settings, endings, stop)));
  // Only now: it needs the database client that the build generates.
  const { startStack } = await import("@/scripts/demo/stack");
  const stack = await startStack({ ...settings, databaseUrl, reachableFromHere: true, withNeighbour: true, progress, runFile, endings, onFailure: stop });
  if (!endings.begun) welcome(settings, stack);
}

async function startDatabase({ dataDir }: DemoSettings, endings: Endings, stop: (failure: string) => void): Promise<string> {
  const database = await startEmbeddedPostgres({ dataDir: join(dataDir, "postgres"), log: progress.say });
  await endings.add(() => database.stop());
  void database.ended.finally(() => {
    if (!endings.begun) stop("PostgreSQL has ended by itself.");
  });
  return database.url;
}

/** Before anything is started: a minute's wait for a build should not end at a port that is taken. */
async function checkPorts({ ports }: DemoSettings): Promise<void> {
  const wanted = [
    { port: ports.portal, name: "the portal", variable: "PORT" },
    { port: ports.oidc, name: "the OpenID provider", variable: "OIDC_PORT" },
    { port: ports.mailbox, name: "the inbox page", variable: "MAILBOX_PORT" },
    { port: ports.smtp, name: "the mail server", variable: "SMTP_PORT" },
  ];
  const problems = await Promise.all(
    wanted.map(async ({ port, ...what }) => {
      const problem = await bindingProblem(port);
      return problem && portProblem(problem, port, what);
    }),
  );
  const lines = problems.filter((problem) => problem !== null);
  if (lines.length > 0) fail(lines.join("\n"));
}

/** Both of the addresses that "localhost" may mean: a program on the other one would get the browser's requests. */
async function bindingProblem(port: number): Promise<NodeJS.ErrnoException | null> {
  const bound = await new Promise<NodeJS.ErrnoException | null>((settle) => {
    const probe = createServer();
    probe.once("error", settle);
    probe.listen(port, "127.0.0.1", () => probe.close(() => settle(null)));
  });
  if (bound) return bound;
  const answered = await new Promise<boolean>((settle) => {
    const probe = connect({ port, host: "::1" });
    probe.once("connect", () => settle(true));
    probe.once("error", () => settle(false));
    probe.once("close", () => settle(false));
    probe.once("connect", () => probe.destroy());
  });
  return answered ? Object.assign(new Error("in use"), { code: "EADDRINUSE" }) : null;
}

function welcome({ folder }: DemoSettings, stack: Stack): void {
  const bold = (text: string) => (process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[0m` : text);
  const lines = [
    "",
    bold(`Portcullis is ready: ${stack.portalUrl}`),
    "",
    `  Portal     ${stack.portalUrl}`,
    `             Sign in as ${SUBSCRIBER.name} to add and revoke clients, or as ${OPERATOR.name}`,
    "             for the operator console: choose the name on the provider's page.",
    `  Inbox      ${stack.mailboxUrl}   the codes that the portal mails arrive here`,
    `  Provider   ${stack.issuer}   asked by the portal when you sign in`,
    "",
  ];
  if (stack.gateway) {
    lines.push(
      "Add a client, download its file, and open the tunnel from a second terminal:",
      "",
      bold("  npm run demo:tunnel -- ~/Downloads/NAME.conf"),
      "",
      `  Instance   ${stack.instance.url}   through the tunnel only: user ${stack.instance.username}, password ${stack.instance.password}`,
      "  Then revoke the client in the portal and watch the tunnel die.",
      "",
      `  ${NEIGHBOUR.name} is another customer with the same subnet on the same gateway: for a client of hers`,
      `  ${stack.instance.tunnelAddressV4} is her own instance, ${stack.neighbour?.name ?? ""}, and neither reaches the other's.`,
    );
  } else {
    lines.push(
      bold("There is no WireGuard device here, so there is no gateway: it shows as never connected, and no client can be added."),
      "To have a real one:",
      ...stack.missing.map((reason) => `  - ${reason}`),
      "Then start the demo again.",
    );
  }
  lines.push("", `Logs are in ${join(folder, "logs")}. Ctrl-C ends everything.`);
  for (const line of lines) console.log(line);
}

try {
  await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
