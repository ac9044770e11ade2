import { randomUUID } from "node:crypto";
import { PortcullisError } from "@/lib/core/errors";
import { log } from "@/lib/log";
import { STATUS } from "./status";

const NO_STORE = { "cache-control": "no-store" };

export const json = (body: unknown, status = 200): Response => Response.json(body, { status, headers: NO_STORE });

/**
 * `{error: {code, message, facts}}` with the code's status. What is no PortcullisError is a fault of ours: logged in full under a
 * reference, shown as the reference alone.
 */
export function errorResponse(error: unknown, route: string): Response {
  if (error instanceof PortcullisError) {
    if (error.detail) log("warn", "refused", error.detail, { route, code: error.code });
    const headers: Record<string, string> = { ...NO_STORE };
    if (error.facts.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.facts.retryAfterSeconds);
    return Response.json({ error: { code: error.code, message: error.message, facts: error.facts } }, { status: STATUS[error.code], headers });
  }
  const reference = randomUUID();
  const unavailable = isDatabaseDown(error);
  log("error", "request failed", error instanceof Error ? `${error.name}: ${error.message}` : String(error), { route, reference });
  return unavailable
    ? json({ error: { code: "unavailable", message: "The portal can't reach its database right now. Nothing was changed; try again in a moment.", facts: {} } }, 503)
    : json({ error: { code: "internal", message: `Something went wrong on our side. Nothing was changed. If it happens again, tell your operator: ${reference}`, facts: {} } }, 500);
}

/** Prisma's and pg's words for "no connection". */
const isDatabaseDown = (error: unknown): boolean =>
  error instanceof Error && (/P1001|P1002|P1008|P1017|P2024|P2028|ECONNREFUSED|ECONNRESET|57P0[123]/.test(`${"code" in error ? String(error.code) : ""} ${error.message}`) || error.message.includes("Connection terminated"));
