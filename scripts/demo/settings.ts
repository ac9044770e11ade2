/** What of the demo can be set from outside. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";

export interface DemoSettings {
  dataDir: string;
  folder: string;
  databaseUrl: string | null;
  ports: { portal: number; oidc: number; mailbox: number; smtp: number };
  worldName: string;
  runFile: string;
}

/** @throws Error naming the variable that holds no port */
export function demoSettings(environment: Record<string, string | undefined>): DemoSettings {
  const port = (name: string, usual: number) => {
    const text = environment[name];
    if (text === undefined || text === "") return usual;
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > 65_535) throw new Error(`${name} holds "${text}", which is not a port. Set it to a number from 1 to 65535, or leave it out for ${usual}.`);
    return value;
  };
  const dataDir = resolve(environment.PORTCULLIS_DATA_DIR || ".data");
  const folder = resolve(dataDir, "demo");
  return {
    dataDir,
    folder,
    databaseUrl: environment.DATABASE_URL || null,
    ports: { portal: port("PORT", 3000), oidc: port("OIDC_PORT", 3001), mailbox: port("MAILBOX_PORT", 3002), smtp: port("SMTP_PORT", 3025) },
    // Another data folder is another demo, with namespaces of its own.
    worldName: `d${createHash("sha256").update(dataDir).digest("hex").slice(0, 6)}`,
    runFile: resolve(folder, "running.json"),
  };
}
