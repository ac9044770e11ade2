/**
 * The gateway protocol, served by the same handlers as app/api/gateway/v1 and past Next: thousands of gateways ask every few seconds, and
 * finding a route, rendering contexts and their like cost a request several times what it is about (docs/performance.md).
 *
 * These are other copies of the modules than those that Next bundled, with a pool and a listener of their own.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { NextRequest } from "next/server";
import { POST as ack } from "@/app/api/gateway/v1/ack/route";
import { POST as credential } from "@/app/api/gateway/v1/credential/route";
import { POST as report } from "@/app/api/gateway/v1/report/route";
import { GET as state } from "@/app/api/gateway/v1/state/route";
import { API_HEADERS } from "@/lib/http/api-headers";
import { useOwnRuntime } from "@/lib/runtime";
import type { RequestHandler } from "@/scripts/portal/server";

/** What gateways ask again and again. Everything else, and every other spelling of these, is Next's. */
const HANDLERS = new Map<string, (request: NextRequest) => Promise<Response>>([
  ["GET /api/gateway/v1/state", state],
  ["POST /api/gateway/v1/ack", ack],
  ["POST /api/gateway/v1/report", report],
  ["POST /api/gateway/v1/credential", credential],
]);

/** @param origin the portal's. @param next for all other requests */
export function withGatewayApi(origin: string, next: RequestHandler): RequestHandler {
  useOwnRuntime();
  return async (request, response) => {
    const handler = HANDLERS.get(`${request.method} ${(request.url ?? "").split("?", 1)[0]}`);
    if (!handler) return next(request, response);
    await answer(await handler(asNextRequest(origin, request, response)), response);
  };
}

function asNextRequest(origin: string, request: IncomingMessage, response: ServerResponse): NextRequest {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) for (const one of [value ?? []].flat()) headers.append(name, one);
  const body = request.method === "POST" ? (Readable.toWeb(request) as ReadableStream<Uint8Array>) : undefined;
  return new NextRequest(new URL(request.url ?? "/", origin), { method: request.method, headers, signal: gone.signal, ...(body && { body: body as unknown as BodyInit, duplex: "half" }) });
}

async function answer(from: Response, response: ServerResponse): Promise<void> {
  const text = Buffer.from(await from.arrayBuffer());
  if (response.destroyed) return;
  for (const { key, value } of API_HEADERS) response.setHeader(key, value);
  for (const [name, value] of from.headers) response.setHeader(name, value);
  response.writeHead(from.status, { "content-length": text.byteLength });
  response.end(text);
}
