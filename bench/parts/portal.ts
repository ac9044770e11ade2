/** A portal as production runs it, on a database of its own, and what the bench needs to act as its people and its operator. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Pool } from "pg";
import { loadConfig, type PortalConfig } from "@/lib/config";
import { openDatabase } from "@/lib/db/client";
import type { Ports } from "@/lib/ports";
import { systemPorts } from "@/lib/runtime";
import { createEndings, type Endings } from "@/scripts/demo/endings";
import { startPortal } from "@/scripts/demo/portal";
import { freePort } from "@/scripts/http";

export interface Portal {
  origin: string;
  databaseUrl: string;
  config: PortalConfig;
  /** For use cases that an operator runs from the command line. */
  ports: Ports;
  /** For loading and looking, on connections of the bench's own. */
  sql: Pool;
  /** Serves from when it resolves. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A portal that is not started yet: its database can be loaded meanwhile. */
export async function preparePortal(options: { name: string; databaseUrl: string; smtpUrl: string; folder: string; endings: Endings }): Promise<Portal> {
  const { name, databaseUrl, smtpUrl, folder } = options;
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const oidc = { issuer: "http://127.0.0.1:9/", clientId: "bench", clientSecret: randomBytes(32).toString("hex") };
  const portalSecret = randomBytes(48).toString("base64url");
  const endings = createEndings((problem) => console.error(problem));
  await options.endings.add(() => endings.end());
  const config = loadConfig({
    PORTAL_URL: origin, PORT: String(port), DATABASE_URL: databaseUrl, PORTAL_SECRET: portalSecret, SMTP_URL: smtpUrl, MAIL_FROM: "bench@portcullis.test",
    OIDC_ISSUER: oidc.issuer, OIDC_CLIENT_ID: oidc.clientId, OIDC_CLIENT_SECRET: oidc.clientSecret,
  });
  const db = openDatabase(databaseUrl, 2);
  await endings.add(() => db.close());
  const sql = new Pool({ connectionString: databaseUrl, max: 3 });
  // Connections that end when the server is started anew are replaced at the next query.
  sql.on("error", () => undefined);
  await endings.add(() => sql.end());
  return {
    origin, databaseUrl, config, ports: { ...systemPorts(), config, db }, sql,
    start: async () => {
      const logFile = join(folder, `portal-${name}.log`);
      await startPortal({ url: origin, port, databaseUrl, smtpUrl, portalSecret, operators: [], ...oidc, logFile, runFile: null, endings, settings: {} });
    },
    stop: () => endings.end(),
  };
}
