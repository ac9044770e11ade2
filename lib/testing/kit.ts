/** A portal's ports on a database of the test's own: the real store, a clock that stands still, chance from a seed. */
import { Pool, type QueryResultRow } from "pg";
import { createTestDatabase } from "@/e2e/stack/test-database";
import { loadConfig } from "@/lib/config";
import { openDatabase } from "@/lib/db/client";
import { listen, type Wakeups } from "@/lib/db/wakeups";
import { stripeCards } from "@/lib/payments/stripe";
import type { Ports } from "@/lib/ports";
import { seededBytes, testClock, uuidFrom, type TestClock } from "./chance";

export const TEST_ISSUER = "https://login.test";
export const TEST_PORTAL = "https://portal.test";
export const TEST_OPERATOR = "olga@operators.test";

export interface Kit {
  ports: Ports;
  clock: TestClock;
  databaseUrl: string;
  /** SQL of the test's own, past the portal: to look at what is stored, and to break it. */
  sql<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** A listener like that of one more portal process; closed with the kit. */
  listener(onTrouble?: (message: string) => void): Promise<Wakeups>;
  close(): Promise<void>;
}

/** @param settings changes to the environment that the portal's settings are read from; a DATABASE_URL among them is used as it is */
export async function openKit(settings: Record<string, string> = {}): Promise<Kit> {
  const databaseUrl = settings.DATABASE_URL ?? (await createTestDatabase()).url;
  const randomBytes = seededBytes("portcullis tests");
  const clock = testClock();
  const db = openDatabase(databaseUrl);
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  const listeners: Wakeups[] = [];
  const config = loadConfig({
    PORTAL_URL: TEST_PORTAL,
    PORTAL_SECRET: Buffer.from(seededBytes("portal")(32)).toString("base64"),
    DATABASE_URL: databaseUrl,
    OIDC_ISSUER: TEST_ISSUER,
    OIDC_CLIENT_ID: "portcullis",
    OIDC_CLIENT_SECRET: Buffer.from(seededBytes("provider")(24)).toString("hex"),
    SMTP_URL: "smtp://127.0.0.1:1",
    MAIL_FROM: "Portcullis <portal@portal.test>",
    PORTAL_OPERATORS: TEST_OPERATOR,
    ...settings,
  });
  return {
    ports: { db, clock, config, randomBytes, newId: () => uuidFrom(randomBytes), ...(config.stripe === null ? {} : { cards: stripeCards(config.stripe) }) },
    clock,
    databaseUrl,
    sql: async <Row extends QueryResultRow>(text: string, values?: unknown[]) => (await pool.query<Row>(text, values)).rows,
    async listener(onTrouble = () => undefined) {
      const wakeups = listen(databaseUrl, onTrouble);
      listeners.push(wakeups);
      await wakeups.ready;
      return wakeups;
    },
    async close() {
      // The database goes away with the server: to drop it by force would cut connections that are just closing.
      await Promise.all([...listeners.map((listener) => listener.close()), pool.end(), db.close()]);
    },
  };
}
