/**
 * `npm start`: the portal in production, as one Node process. Settings come from the environment (or .env); see
 * .env.example. Without DATABASE_URL it brings its own PostgreSQL along.
 */
import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { ConfigError, loadConfig, type PortalConfig } from "@/lib/config";
import { startPortalServer } from "@/scripts/portal/server";
import { enterProject, fail, onStopRequest } from "@/scripts/process";

/** A request in flight gets this long; together with what follows it stays below the 5 s that supervisors commonly allow at least. */
const GRACE_MS = 1_500;
const LONGEST_STOP_MS = 4_500;

async function main(): Promise<void> {
  const root = enterProject();
  if (existsSync(".env")) process.loadEnvFile(".env");
  Object.assign(process.env, { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
  const config = settings();
  const addresses = listenAddresses();
  if (!existsSync(join(root, ".next", "BUILD_ID"))) fail("There is no production build. Make it with: npm run build");

  const server = await startPortalServer(config.port, addresses, config.trustedProxyHops);
  let database: EmbeddedPostgres | null = null;
  let closePortal = async () => {};
  const stop = onStopRequest(LONGEST_STOP_MS, async () => {
    await server.stop(GRACE_MS);
    await closePortal();
    await database?.stop();
  });

  if (config.databaseUrl === null) {
    database = await startEmbeddedPostgres({ dataDir: join(config.dataDir, "postgres"), log: console.log });
    process.env.DATABASE_URL = database.url;
    void database.ended.then(() => stop("PostgreSQL has stopped."));
  }
  // Imported only now: Next reads NODE_ENV as it loads.
  const { default: next } = await import("next");
  const portal = next({ dev: false, dir: root, port: config.port, hostname: config.url.hostname });
  await portal.prepare();
  closePortal = () => portal.close();
  const handle = portal.getRequestHandler();
  const { withGatewayApi } = await import("@/scripts/portal/gateway-api");
  server.open(withGatewayApi(config.url.origin, (request, response) => handle(request, response)));
  console.log(`Portcullis serves ${config.url.origin} on port ${config.port}.`);
}

function settings(): PortalConfig {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(`The portal can't start with these settings:\n${error.lines.map((line) => `  - ${line}`).join("\n")}\n.env.example explains every one.`);
    throw error;
  }
}

/** LISTEN_ADDRESS: addresses separated by commas; absent: all of this machine's. */
function listenAddresses(): string[] {
  const addresses = (process.env.LISTEN_ADDRESS ?? "").split(",").map((address) => address.trim()).filter(Boolean);
  const wrong = addresses.find((address) => !isIP(address));
  if (wrong !== undefined) fail(`LISTEN_ADDRESS holds "${wrong}", which is not an IP address. Set it to addresses of this machine separated by commas, or leave it out to listen on all.`);
  return addresses;
}

try {
  await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
