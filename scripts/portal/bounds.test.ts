/**
 * Slow, huge and malformed requests at the portal's own server. The bounds are shortened; that they are in force is what is shown. Those
 * within which a good request must arrive are long enough for a machine that stands still for a moment.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "@/scripts/http";
import { SERVER_BOUNDS, type ServerBounds } from "@/scripts/portal/bounds";
import { type PortalServer, type RequestHandler, startPortalServer } from "@/scripts/portal/server";

let server: PortalServer | null = null;
let port = 0;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.stop(0);
  server = null;
});

/** Bounds that no test waits for, but for those given. */
async function start(bounds: Partial<ServerBounds>, handler: RequestHandler): Promise<void> {
  port = await freePort();
  const patient: ServerBounds = { headersMs: 600_000, requestMs: 600_000, silenceMs: 600_000, lingerMs: 600_000, lookEveryMs: 20, bodyBytes: SERVER_BOUNDS.bodyBytes };
  server = await startPortalServer(port, ["127.0.0.1"], 0, { ...patient, ...bounds });
  server.open(handler);
}

interface Conversation {
  socket: Socket;
  /** What the server has said so far. */
  said: () => string;
  closed: Promise<unknown>;
}

async function open(): Promise<Conversation> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let said = "";
  socket.setEncoding("latin1").on("data", (text: string) => (said += text));
  socket.on("error", () => undefined);
  const closed = new Promise((settle) => socket.once("close", settle));
  await once(socket, "connect");
  return { socket, said: () => said, closed };
}

/** Goes on writing, piece by piece, as long as somebody takes it. */
function trickle(socket: Socket, piece: string): void {
  const timer = setInterval(() => {
    if (socket.writable) socket.write(piece);
    else clearInterval(timer);
  }, 10);
  socket.once("close", () => clearInterval(timer));
}

/** A handler like a route's: reads all, and answers how long it was. */
const readsAll: RequestHandler = async (request, response) => {
  let bytes = 0;
  for await (const part of request) bytes += (part as Buffer).length;
  response.end(String(bytes));
};

describe("a slow request", () => {
  it("whose headers trickle in for ever is ended (slowloris)", async () => {
    await start({ headersMs: 200 }, readsAll);
    const { socket, said, closed } = await open();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
    trickle(socket, "X-More: 1\r\n");
    await closed;
    expect(said()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("that says nothing at all is ended", async () => {
    await start({ headersMs: 200 }, readsAll);
    const { closed } = await open();
    await closed;
  });

  it.each([
    ["with a length", "Content-Length: 100000\r\n\r\n", "x"],
    ["in chunks", "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"],
  ])("whose body trickles in for ever, %s, is ended, and so is the work on it", async (_, header, piece) => {
    let ended: (reason: unknown) => void = () => undefined;
    const workEnded = new Promise((settle) => (ended = settle));
    await start({ requestMs: 1_500, headersMs: 1_000 }, (request, response) => readsAll(request, response).catch(ended));
    const { socket, said, closed } = await open();
    socket.write(`POST /api/gateway/v1/ack HTTP/1.1\r\nHost: x\r\n${header}`);
    trickle(socket, piece);
    await closed;
    expect(said()).toMatch(/^HTTP\/1\.1 408 /);
    expect(await workEnded).toBeInstanceOf(Error);
  });

  it("of one who never reads the answer is ended", async () => {
    let ended: (finished: boolean) => void = () => undefined;
    const answerEnded = new Promise<boolean>((settle) => (ended = settle));
    await start({ silenceMs: 300 }, async (_request, response) => {
      response.writeHead(200);
      response.once("close", () => ended(response.writableFinished));
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1_000_000))) continue;
      };
      response.on("drain", more);
      more();
    });
    const { socket } = await open();
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await answerEnded).toBe(false);
  });

  it("doesn't hold up another, nor an answer that takes its time", async () => {
    let answer = (): void => undefined;
    let arrived: () => void = () => undefined;
    const waits = new Promise<void>((settle) => (arrived = settle));
    await start({ headersMs: 2_000, requestMs: 3_000 }, async (request, response) => {
      if (request.url !== "/state") return readsAll(request, response).catch(() => undefined);
      answer = () => void response.end("a change");
      arrived();
    });
    const longPoll = fetch(`http://127.0.0.1:${port}/state`);
    await waits;
    const slow = await open();
    slow.socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n");
    trickle(slow.socket, "");
    expect(await (await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "quick" })).text()).toBe("5");
    // The slow one's time is over, and the long-poll's is not.
    await slow.closed;
    answer();
    expect(await (await longPoll).text()).toBe("a change");
  });
});

describe("a huge request", () => {
  it("that says so is refused before any of it is read, and its connection ended", async () => {
    let reached = false;
    await start({ lingerMs: 100 }, async (_request, response) => {
      reached = true;
      response.end();
    });
    const { socket, said, closed } = await open();
    socket.write(`POST /api/gateway/v1/ack HTTP/1.1\r\nHost: x\r\nContent-Length: ${17 * 1024 * 1024}\r\n\r\n`);
    await closed;
    const [head = "", body = ""] = said().split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 413 /);
    expect(JSON.parse(body)).toMatchObject({ error: { code: "body_too_large" } });
    expect(reached).toBe(false);
  });

  it("that ends one byte below the bound is the portal's to judge", async () => {
    await start({ bodyBytes: 1_000 }, readsAll);
    const send = (bytes: number) => fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: Buffer.alloc(bytes) });
    expect(await (await send(1_000)).text()).toBe("1000");
    expect((await send(1_001)).status).toBe(413);
  });

  it("without an end is ended soon after its answer, whatever it goes on sending", async () => {
    await start({ lingerMs: 100 }, async (_request, response) => void response.writeHead(413).end("too large"));
    const { socket, said, closed } = await open();
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    trickle(socket, `1000\r\n${"x".repeat(0x1000)}\r\n`);
    await closed;
    expect(said()).toContain("too large");
  });

  it("with more headers than fit is refused", async () => {
    await start({}, readsAll);
    const { socket, said, closed } = await open();
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Huge: ${"x".repeat(1024 * 1024)}\r\n\r\n`);
    await closed;
    expect(said()).toMatch(/^HTTP\/1\.1 431 /);
  });
});

it.each(["GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"])(
  "what isn't HTTP is refused, and its connection ended: %j",
  async (text) => {
    await start({}, (request, response) => readsAll(request, response).catch(() => undefined));
    const { socket, said, closed } = await open();
    socket.write(text);
    await closed;
    expect(said()).toMatch(/^HTTP\/1\.1 400 /);
  },
);

it("the bounds leave room for what the portal does: a long-poll, an event stream's sign of life, a report on a slow line", () => {
  expect(SERVER_BOUNDS.silenceMs).toBeGreaterThan(2 * 30_000);
  expect(SERVER_BOUNDS.requestMs).toBeGreaterThan(SERVER_BOUNDS.headersMs);
  expect(SERVER_BOUNDS.headersMs + SERVER_BOUNDS.lookEveryMs).toBeLessThanOrEqual(20_000);
});
