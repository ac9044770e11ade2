import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { REMOTE_ADDRESS_HEADER } from "@/lib/auth/source";
import { freePort } from "@/scripts/http";
import { type PortalServer, startPortalServer } from "@/scripts/portal/server";

let server: PortalServer | null = null;
afterEach(async () => {
  await server?.stop(0);
  server = null;
});

async function start(): Promise<string> {
  const port = await freePort();
  server = await startPortalServer(port, ["127.0.0.1", "::1"], 0);
  return `http://127.0.0.1:${port}`;
}

describe("the portal's server", () => {
  it("says that it is starting until the portal is ready, and is on both addresses of localhost", async () => {
    const url = await start();
    const before = await fetch(`${url}/api/health`);
    expect([before.status, await before.json()]).toEqual([503, { status: "unavailable", reason: "The portal is starting." }]);
    server?.open(async (_request, response) => void response.end("ready"));
    expect(await (await fetch(url)).text()).toBe("ready");
    expect(await (await fetch(url.replace("127.0.0.1", "[::1]"))).text()).toBe("ready");
  });

  it("tells the portal the socket's address, not the one that a client made up", async () => {
    const url = await start();
    server?.open(async (request, response) => void response.end(String(request.headers[REMOTE_ADDRESS_HEADER])));
    const response = await fetch(url, { headers: { [REMOTE_ADDRESS_HEADER]: "203.0.113.9", "x-forwarded-for": "203.0.113.9" } });
    expect(await response.text()).toBe("127.0.0.1");
  });

  it("lets a request in flight end, ends those that wait, and takes no more, within the grace time", async () => {
    const url = await start();
    let finish = () => {};
    const arrived: string[] = [];
    const bothThere = new Promise<void>((settle) => {
      server?.open(async (request, response) => {
        arrived.push(request.url ?? "");
        if (request.url === "/short") finish = () => void response.end("done");
        if (arrived.length === 2) settle();
      });
    });
    const short = fetch(`${url}/short`);
    const longPoll = fetch(`${url}/long`);
    longPoll.catch(() => {});
    await bothThere;
    const stopped = server?.stop(200);
    finish();
    expect(await (await short).text()).toBe("done");
    await expect(longPoll).rejects.toThrow();
    await stopped;
    await expect(fetch(url)).rejects.toThrow();
  });

  it("stops even while a client is in the middle of its headers", async () => {
    const url = new URL(await start());
    server?.open(async (_request, response) => void response.end());
    const socket = connect(Number(url.port), "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
    socket.on("error", () => {});
    await once(socket, "connect");
    await server?.stop(50);
    expect((await once(socket, "close")).length).toBe(1);
  });

  it("names the port and the setting when another program has it", async () => {
    const url = new URL(await start());
    await expect(startPortalServer(Number(url.port), ["127.0.0.1"], 0)).rejects.toThrow(new RegExp(`Port ${url.port}.*the portal.*PORT=`));
  });
});
