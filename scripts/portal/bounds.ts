/** What a connection may cost the portal, whoever is at its other end and however slow or talkative. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { MAX_REQUEST_BYTES } from "@/lib/protocol/limits";

export interface ServerBounds {
  /** Until a request's headers have arrived. */
  headersMs: number;
  /** Until a whole request has arrived. How long its answer may take is not limited by it: long-polls last 30 s, event streams longer. */
  requestMs: number;
  /** How often the two above are looked at. */
  lookEveryMs: number;
  /** A connection on which nothing moves; longer than the 15 s between two signs of life of an event stream, and than any long-poll. */
  silenceMs: number;
  /** How long the rest of a body that nobody reads is taken in after its answer, so that the answer gets there. */
  lingerMs: number;
  /** No route takes more. */
  bodyBytes: number;
}

export const SERVER_BOUNDS: ServerBounds = { headersMs: 15_000, requestMs: 60_000, lookEveryMs: 5_000, silenceMs: 120_000, lingerMs: 2_000, bodyBytes: MAX_REQUEST_BYTES };

export function boundConnections(server: Server, bounds: ServerBounds): void {
  server.headersTimeout = bounds.headersMs;
  server.requestTimeout = bounds.requestMs;
  server.timeout = bounds.silenceMs;
  // Longer than the 60 s after which common reverse proxies drop an idle connection, so that they are the ones who do.
  server.keepAliveTimeout = 75_000;
}

/** Refuses a body that says it is too large before anything of it is read. @returns whether it did */
export function refuseHuge(request: IncomingMessage, response: ServerResponse, { bodyBytes }: ServerBounds): boolean {
  if (Number(request.headers["content-length"] ?? 0) <= bodyBytes) return false;
  const answer = JSON.stringify({ error: { code: "body_too_large", message: `That request is too large: at most ${bodyBytes} bytes are taken.`, facts: {} } });
  response.writeHead(413, { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(answer), "cache-control": "no-store" });
  response.end(answer);
  return true;
}

/** A body that is still coming when its answer has gone out is not taken in for ever. */
export function endUnread(request: IncomingMessage, response: ServerResponse, { lingerMs }: ServerBounds): void {
  response.once("finish", () => {
    if (request.complete) return;
    const timer = setTimeout(() => request.socket.destroy(), lingerMs);
    for (const end of ["end", "close"]) request.once(end, () => clearTimeout(timer));
  });
}
