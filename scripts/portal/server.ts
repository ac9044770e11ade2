/** The portal's HTTP server around Next: addresses that can't be forged, bounds, and an orderly end. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { close, portProblem } from "@/scripts/http";
import { boundConnections, endUnread, refuseHuge, SERVER_BOUNDS, type ServerBounds } from "@/scripts/portal/bounds";
import { markRemoteAddress } from "@/scripts/portal/remote-address";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface PortalServer {
  /** From now on requests go to the portal; before, they are told that it is starting. */
  open(handler: RequestHandler): void;
  /** Takes no more connections, lets requests in flight end for `graceMs`, then ends those that wait (long-polls, event streams). */
  stop(graceMs: number): Promise<void>;
}

/**
 * Listens on each address; an empty list means all of them. An address that this machine doesn't have (::1 without IPv6)
 * is left out as long as another one works.
 */
export async function startPortalServer(port: number, addresses: string[], trustedProxyHops: number, bounds: ServerBounds = SERVER_BOUNDS): Promise<PortalServer> {
  let handler: RequestHandler = sayStarting;
  const servers: Server[] = [];
  const problems: Error[] = [];
  for (const address of addresses.length > 0 ? addresses : [undefined]) {
    const server = createServer({ connectionsCheckingInterval: bounds.lookEveryMs }, (request, response) => {
      endUnread(request, response, bounds);
      if (refuseHuge(request, response, bounds)) return;
      markRemoteAddress(request, trustedProxyHops);
      handler(request, response).catch((error: unknown) => {
        console.error("A request failed:", error instanceof Error ? error.message : error);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    boundConnections(server, bounds);
    const problem = await tryToListen(server, port, address);
    if (!problem) servers.push(server);
    else if (problem.code === "EADDRNOTAVAIL" || problem.code === "EAFNOSUPPORT") problems.push(problem);
    else {
      await Promise.all(servers.map(close));
      throw new Error(portProblem(problem, port, { name: "the portal", variable: "PORT" }), { cause: problem });
    }
  }
  if (servers.length === 0) throw new Error(`The portal can't listen on ${addresses.join(", ")}: ${problems[0]?.message ?? ""}. Set LISTEN_ADDRESS to addresses of this machine.`);
  return {
    open: (portal) => {
      handler = portal;
    },
    stop: async (graceMs) => {
      const ended = Promise.all(servers.map((server) => new Promise((settle) => server.close(settle))));
      for (const server of servers) server.closeIdleConnections();
      const timer = setTimeout(() => {
        for (const server of servers) server.closeAllConnections();
      }, graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function tryToListen(server: Server, port: number, address: string | undefined): Promise<NodeJS.ErrnoException | null> {
  return new Promise((settle) => {
    server.once("error", settle);
    server.listen({ port, host: address }, () => {
      server.off("error", settle);
      settle(null);
    });
  });
}

async function sayStarting(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(503, { "content-type": "application/json; charset=utf-8", "retry-after": "1", "cache-control": "no-store" });
  response.end(JSON.stringify({ status: "unavailable", reason: "The portal is starting." }));
}
