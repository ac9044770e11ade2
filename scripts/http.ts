/** What the portal's server and the demo's small ones need of HTTP. */
import type { IncomingMessage, Server } from "node:http";
import { createServer } from "node:net";

const BODY_LIMIT_BYTES = 20_000;

/** The fields of a posted form. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = "";
  for await (const part of request) {
    body += String(part);
    if (body.length > BODY_LIMIT_BYTES) throw new Error("The form is too long.");
  }
  return new URLSearchParams(body);
}

/** A port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((settle, refuse) => {
    const probe = createServer();
    probe.once("error", refuse);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? settle(address.port) : refuse(new Error("There is no free port."))));
    });
  });
}

/** Starts listening; a port that is taken gives one line that names it and how to choose another. */
export async function listen(server: Server, port: number, host: string, what: { name: string; variable?: string }): Promise<number> {
  await new Promise<void>((settle, refuse) => {
    const fail = (error: NodeJS.ErrnoException) => refuse(new Error(portProblem(error, port, what)));
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      settle();
    });
  });
  const address = server.address();
  return address && typeof address === "object" ? address.port : port;
}

export function portProblem(error: NodeJS.ErrnoException, port: number, { name, variable }: { name: string; variable?: string }): string {
  const change = variable ? ` Stop that program, or choose another port with ${variable}=…` : "";
  if (error.code === "EADDRINUSE") return `Port ${port}, wanted for ${name}, is in use by another program.${change}`;
  if (error.code === "EACCES") return `Port ${port}, wanted for ${name}, is not open to this account.${change}`;
  return `${name} can't listen on port ${port}: ${error.message}.`;
}

/** Ends open connections too: a waiting request would otherwise hold the server for as long as it likes. */
export async function close(server: Server): Promise<void> {
  await new Promise<void>((settle) => {
    server.close(() => settle());
    server.closeAllConnections();
  });
}
