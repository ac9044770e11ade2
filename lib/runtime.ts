/** This process's ports, made once: the pool, the wake-up listener, the settings. The only global state of the portal. */
import { randomBytes, randomUUID } from "node:crypto";
import { loadConfig } from "@/lib/config";
import { openDatabase } from "@/lib/db/client";
import { listen, type Wakeups } from "@/lib/db/wakeups";
import { log } from "@/lib/log";
import { stripeCards } from "@/lib/payments/stripe";
import type { Ports } from "@/lib/ports";

export interface Runtime extends Ports {
  wakeups: Wakeups;
}

// Next bundles routes and instrumentation apart from each other, each with its own copy of this module: they meet on globalThis.
const KEY = Symbol.for("portcullis.runtime");
const shared = globalThis as { [KEY]?: Runtime };

export const systemPorts = (): Pick<Ports, "clock" | "randomBytes" | "newId"> => ({
  clock: { now: () => new Date() },
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
  newId: randomUUID,
});

/** Of this copy of the module alone; null: the one that copies share. */
let own: Runtime | null = null;

/** For code that runs beside what Next bundled: what one copy's database makes, another copy's doesn't take. @throws ConfigError when settings are missing */
export function useOwnRuntime(): void {
  own ??= makeRuntime();
}

/** @throws ConfigError on the first call, when settings are missing */
export function runtime(): Runtime {
  return own ?? (shared[KEY] ??= makeRuntime());
}

function makeRuntime(): Runtime {
  const config = loadConfig(process.env);
  if (config.databaseUrl === null) throw new Error("DATABASE_URL is not set: start the portal with `npm start`, which brings its own PostgreSQL.");
  return {
    ...systemPorts(),
    config,
    ...(config.stripe === null ? {} : { cards: stripeCards(config.stripe) }),
    db: openDatabase(config.databaseUrl),
    wakeups: listen(config.databaseUrl, (message) => log("warn", "wakeups", message)),
  };
}
