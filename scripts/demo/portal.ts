/** The portal as production runs it: `npm start`'s program, with settings in its environment. */
import { setTimeout as delay } from "node:timers/promises";
import { type Child, lastLines, runTypeScript, startChild } from "@/scripts/demo/child";
import type { Endings } from "@/scripts/demo/endings";
import type { RunFile } from "@/scripts/demo/run-file";

export interface PortalOptions {
  url: string;
  port: number;
  databaseUrl: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  portalSecret: string;
  smtpUrl: string;
  operators: string[];
  logFile: string;
  runFile: RunFile | null;
  endings: Endings;
  settings: Record<string, string>;
}

const READY_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 50;

/** Resolves when the portal's health check says that it serves. */
export async function startPortal(options: PortalOptions): Promise<Child> {
  const portal = await startChild({
    name: "The portal",
    command: runTypeScript("scripts/start.ts"),
    env: {
      PORTAL_URL: options.url,
      PORT: String(options.port),
      // This machine alone: the demo's passwords are no secret.
      LISTEN_ADDRESS: "127.0.0.1,::1",
      PORTAL_SECRET: options.portalSecret,
      DATABASE_URL: options.databaseUrl,
      OIDC_ISSUER: options.issuer,
      OIDC_CLIENT_ID: options.clientId,
      OIDC_CLIENT_SECRET: options.clientSecret,
      OIDC_NAME: "the demo provider",
      OIDC_FRESH_SIGN_IN: "on",
      SMTP_URL: options.smtpUrl,
      MAIL_FROM: "Portcullis <portal@portcullis.test>",
      PORTAL_OPERATORS: options.operators.join(","),
      ...options.settings,
    },
    logFile: options.logFile,
    runFile: options.runFile,
    endings: options.endings,
  });
  const problem = await Promise.race([portal.ended, untilHealthy(options.port)]);
  if (problem === null) return portal;
  throw new Error(`The portal did not start (${problem}). Its last lines, from ${options.logFile}:\n${await lastLines(options.logFile)}`);
}

/** null when the health check answers 200; else what it said last. */
async function untilHealthy(port: number): Promise<string | null> {
  const until = performance.now() + READY_WITHIN_MS;
  let last = "no answer";
  while (performance.now() < until) {
    const response = await fetch(`http://127.0.0.1:${port}/api/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (response?.ok) return null;
    if (response) last = `the health check says: ${(await response.text().catch(() => "")).slice(0, 300)}`;
    await delay(LOOK_EVERY_MS);
  }
  return last;
}
