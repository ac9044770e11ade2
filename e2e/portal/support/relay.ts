/** The portal, within reach of a machine that reaches a gateway and nothing else. */
import { rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Host, spawnIn } from "@/e2e/tunnel/netns";

/** Listens in the machine's namespace as the portal does outside: a socket in the file system passes between namespaces. */
const RELAY = `
  const { createServer, connect } = require("node:net");
  const [, path, port] = process.argv;
  createServer((from) => { const to = connect(path); from.on("error", () => to.destroy()); to.on("error", () => from.destroy()); from.pipe(to).pipe(from); })
    .listen(Number(port), "127.0.0.1", () => console.log("listens"));
`;

/** @returns the way to end it */
export async function relayPortal(machine: Host, portalUrl: string, id: string): Promise<() => Promise<void>> {
  const { hostname, port } = new URL(portalUrl);
  const path = join(tmpdir(), `portcullis-relay-${id}.sock`);
  const server = createServer((from) => {
    const to = connect(Number(port), hostname);
    from.on("error", () => to.destroy());
    to.on("error", () => from.destroy());
    from.pipe(to).pipe(from);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const inside = spawnIn(machine, [process.execPath, "-e", RELAY, path, port], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    inside.stdout?.once("data", () => resolve());
    inside.once("exit", (code) => reject(new Error(`The relay ended with ${code}.`)));
  });
  return async () => {
    inside.removeAllListeners("exit");
    inside.kill();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(path, { force: true });
  };
}
