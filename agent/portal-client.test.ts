import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PortalClient, PortalRefused, PortalUnreachable } from "@/agent/portal-client";
import { golden } from "@/lib/protocol/golden";
import { MAX_RESPONSE_BYTES } from "@/lib/protocol/limits";
import { ackRequestSchema, enrolRequestSchema, reportRequestSchema } from "@/lib/protocol/messages";

const CREDENTIAL = golden.enrolRequest.credential;
const never = new AbortController().signal;

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

let server: Server;
let url: string;
let seen: Seen[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      answer(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const json = (status: number, message: unknown) => (response: ServerResponse) => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(message));
const client = (onPortalTime?: (time: Date) => void): PortalClient => new PortalClient([url], CREDENTIAL, onPortalTime);

describe("the agent's requests are the golden messages, and it reads the golden answers", () => {
  test("enrol, without a credential in the header", async () => {
    answer = json(201, golden.enrolResponse);
    expect(await new PortalClient([url], null).enrol(enrolRequestSchema.parse(golden.enrolRequest), never)).toEqual(golden.enrolResponse);
    expect(seen[0]).toMatchObject({ method: "POST", url: "/api/gateway/v1/enrol", headers: { "portcullis-protocol": "1, 2", "user-agent": "portcullis-agent/0.1.0" } });
    expect(seen[0]!.headers.authorization).toBeUndefined();
    expect(JSON.parse(seen[0]!.body)).toEqual(golden.enrolRequest);
  });

  test.each([
    ["full", golden.stateFull, { since: null, wait: 0 }, "since=none&wait=0"],
    ["delta", golden.stateDelta, { since: 41, wait: 25 }, "since=41&wait=25"],
    ["unchanged", golden.stateUnchanged, { since: 44, wait: 25 }, "since=44&wait=25"],
  ])("state: %s", async (_, message, query, queryText) => {
    answer = json(200, message);
    expect(await client().state(query, never)).toEqual(message);
    expect(seen[0]).toMatchObject({ method: "GET", url: `/api/gateway/v1/state?${queryText}`, headers: { authorization: `Bearer ${CREDENTIAL}` } });
  });

  test("ack", async () => {
    answer = json(200, golden.ackResponse);
    expect(await client().acknowledge(ackRequestSchema.parse(golden.ackRequest), never)).toEqual(golden.ackResponse);
    expect(seen[0]).toMatchObject({ method: "POST", url: "/api/gateway/v1/ack" });
    expect(JSON.parse(seen[0]!.body)).toEqual(golden.ackRequest);
  });

  test("a report's answer that asks for another credential, and that credential", async () => {
    answer = json(200, golden.reportResponseRotate);
    expect(await client().report(reportRequestSchema.parse(golden.reportRequest), never)).toEqual(golden.reportResponseRotate);
    answer = json(200, golden.credentialResponse);
    expect(await client().handInCredential(golden.credentialRequest, never)).toEqual(golden.credentialResponse);
    expect(seen[1]).toMatchObject({ method: "POST", url: "/api/gateway/v1/credential" });
    expect(JSON.parse(seen[1]!.body)).toEqual(golden.credentialRequest);
  });

  test("report", async () => {
    answer = json(200, golden.reportResponse);
    expect(await client().report(reportRequestSchema.parse(golden.reportRequest), never)).toEqual(golden.reportResponse);
    expect(seen[0]).toMatchObject({ method: "POST", url: "/api/gateway/v1/report" });
    expect(JSON.parse(seen[0]!.body)).toEqual(golden.reportRequest);
  });
});

describe("what isn't an answer of the protocol", () => {
  const poll = (): Promise<unknown> => client().state({ since: 1, wait: 0 }, never);

  test("a refusal keeps its status, code and message", async () => {
    answer = json(401, golden.errorResponse);
    const error: unknown = await poll().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PortalRefused);
    expect(error).toMatchObject({ status: 401, code: "gateway_unauthenticated", message: golden.errorResponse.error.message });
  });

  test("a refusal from something that isn't the portal has a status alone", async () => {
    answer = json(502, { oops: true });
    await expect(poll()).rejects.toMatchObject({ name: "PortalRefused", status: 502, code: "unknown" });
  });

  test.each([
    ["another message", json(200, golden.ackResponse)],
    ["a full state with a field that would reach a command line", json(200, { ...golden.stateFull, instances: [{ ...golden.stateFull.instances[0], interfaceName: "--help" }] })],
    ["HTML", (response: ServerResponse) => void response.end("<html>")],
    ["nothing", (response: ServerResponse) => void response.end()],
    ["a broken connection", (response: ServerResponse) => void response.socket!.destroy()],
    ["a redirect, which could carry the credential elsewhere", (response: ServerResponse) => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()],
  ])("%s counts as no answer", async (_, misbehave) => {
    answer = misbehave;
    await expect(poll()).rejects.toBeInstanceOf(PortalUnreachable);
  });

  test("an endless answer is cut off at its bound", async () => {
    let sent = 0;
    answer = (response) => {
      const chunk = Buffer.alloc(1024 * 1024, 32);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.on("drain", more);
      more();
    };
    await expect(poll()).rejects.toThrow(/longer than/);
    expect(sent).toBeLessThan(MAX_RESPONSE_BYTES * 2);
  });

  test("errors name no credential", async () => {
    answer = (response) => void response.socket!.destroy();
    const error: unknown = await poll().catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain(CREDENTIAL);
    expect(String(error)).not.toContain("since=");
  });
});

test("a caller that gives up gets its own reason, at once", async () => {
  answer = () => undefined;
  const stop = new AbortController();
  const waiting = client().state({ since: 1, wait: 25 }, stop.signal);
  await once(server, "request");
  stop.abort(new Error("the agent stops"));
  await expect(waiting).rejects.toThrow("the agent stops");
});

test("every answer tells the portal's time", async () => {
  answer = (response) => void response.writeHead(200, { date: "Sun, 22 Nov 2026 12:00:00 GMT" }).end(JSON.stringify(golden.stateUnchanged));
  let time: Date | null = null;
  await client((portalTime) => (time = portalTime)).state({ since: 44, wait: 0 }, never);
  expect(time).toEqual(new Date("2026-11-22T12:00:00.000Z"));
});

describe("several portals of one database", () => {
  test("a portal that doesn't answer is left for the next, and that one is stayed with", async () => {
    const gone = createServer();
    gone.listen(0, "127.0.0.1");
    await once(gone, "listening");
    const nobody = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
    gone.close();
    await once(gone, "close");
    const both = new PortalClient([nobody, url], CREDENTIAL);
    answer = json(200, golden.stateUnchanged);
    const ask = () => both.state({ since: 44, wait: 0 }, never);
    await expect(ask()).rejects.toBeInstanceOf(PortalUnreachable);
    expect(await ask()).toEqual(golden.stateUnchanged);
    expect(await ask()).toEqual(golden.stateUnchanged);
    expect(seen).toHaveLength(2);
  });

  test("so is one whose proxy answers for it; one that refuses is not: the next would refuse as well", async () => {
    const other = createServer((_request, response) => json(200, golden.stateUnchanged)(response));
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const both = new PortalClient([url, `http://127.0.0.1:${(other.address() as AddressInfo).port}`], CREDENTIAL);
    const ask = () => both.state({ since: 44, wait: 0 }, never);
    answer = json(401, { error: { code: "gateway_unauthenticated", message: "No." } });
    await expect(ask()).rejects.toMatchObject({ status: 401 });
    await expect(ask()).rejects.toMatchObject({ status: 401 });
    answer = json(502, { error: { code: "bad_gateway", message: "Nobody there." } });
    await expect(ask()).rejects.toMatchObject({ status: 502 });
    expect(await ask()).toEqual(golden.stateUnchanged);
    other.close();
  });

  test("requests that fail together move on once, not past the next", async () => {
    const other = createServer((_request, response) => json(200, golden.stateUnchanged)(response));
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const both = new PortalClient([url, `http://127.0.0.1:${(other.address() as AddressInfo).port}`], CREDENTIAL);
    const ask = () => both.state({ since: 44, wait: 0 }, never);
    answer = (response) => void response.destroy();
    const failed = await Promise.allSettled([ask(), ask()]);
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await ask()).toEqual(golden.stateUnchanged);
    other.close();
  });
});
