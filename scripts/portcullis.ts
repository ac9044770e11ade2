/** The operator's command line. Works while the portal runs: it speaks to the same database. `npm run portcullis -- help` lists what it does. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "@/lib/db/client";
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { migrate } from "@/lib/db/migrate";
import type { StorePorts } from "@/lib/ports";
import { systemPorts } from "@/lib/runtime";
import { AUDIT_COMMANDS } from "@/scripts/portcullis/audit";
import { OPTIONS, type Command, type Options } from "@/scripts/portcullis/command";
import { GATEWAY_COMMANDS } from "@/scripts/portcullis/gateways";
import { KEY_COMMANDS } from "@/scripts/portcullis/keys";
import { SUBSCRIPTION_COMMANDS } from "@/scripts/portcullis/subscriptions";
import { USER_COMMANDS } from "@/scripts/portcullis/users";
import { enterProject, fail } from "@/scripts/process";

const COMMANDS: Command[] = [...GATEWAY_COMMANDS, ...SUBSCRIPTION_COMMANDS, ...USER_COMMANDS, ...KEY_COMMANDS, ...AUDIT_COMMANDS];

const HELP = `Usage: npm run portcullis -- COMMAND

${COMMANDS.map(({ words, takes, about }) => `  ${`${words} ${takes}`.padEnd(46)}${about === null ? "" : ` ${about}`}`.trimEnd()).join("\n")}

Settings: DATABASE_URL, or PORTCULLIS_DATA_DIR for the built-in PostgreSQL (default .data).
For keys: PORTAL_SECRET and PORTAL_ENCRYPTION_KEYS, as the portal has them. For mails' links: PORTAL_URL.
What changes an account asks whether you are sure; --yes answers that. It is noted in the account's log, and mailed to its owner.`;

/** @returns the exit code */
async function run(ports: StorePorts, [noun, verb, subject]: string[], options: Options): Promise<number> {
  const command = COMMANDS.find(({ words }) => words === `${noun} ${verb}`);
  if (command) return (await command.run(ports, subject, options)) ?? 0;
  console.error(HELP);
  return 2;
}

async function main(): Promise<number> {
  enterProject();
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...Object.fromEntries(OPTIONS.map((name) => [name, text])), yes: { type: "boolean" }, "without-agent": { type: "boolean" } },
  });
  if (positionals.length === 0 || positionals[0] === "help") {
    console.log(HELP);
    return 0;
  }
  if (existsSync(".env")) process.loadEnvFile(".env");
  const given = process.env.DATABASE_URL;
  // Taken up when the portal runs it, and then left running; else started for the moment.
  const own = given ? null : await startEmbeddedPostgres({ dataDir: join(process.env.PORTCULLIS_DATA_DIR || ".data", "postgres") });
  const url = given || own?.url || "";
  await migrate(url);
  const db = openDatabase(url, 2);
  try {
    return await run({ ...systemPorts(), db }, positionals, values);
  } finally {
    await db.close();
    await own?.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
