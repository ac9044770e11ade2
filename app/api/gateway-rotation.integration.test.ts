/**
 * A credential's replacement with the real agent's steps and the real portal's, and a death at every one of them: whoever dies, the gateway
 * is never locked out, and in the end one credential counts.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Identity, IdentityStore, newCredential } from "@/agent/identity";
import { PortalClient, PortalRefused } from "@/agent/portal-client";
import { Rotation } from "@/agent/rotate";
import { POST as credential } from "@/app/api/gateway/v1/credential/route";
import { POST as report } from "@/app/api/gateway/v1/report/route";
import type { Actor } from "@/lib/auth/actor";
import { GATEWAY_API_PATH } from "@/lib/protocol/messages";
import { serve } from "@/lib/testing/api";
import { makeGateway, type TestGateway } from "@/lib/testing/gateway";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { rotateGatewayCredential } from "@/lib/usecases/gateways/credential";

/** Who dies at which step, counted from a life's beginning; the portal comes back at once, the agent with its next life. */
interface Death {
  who: "agent" | "portal";
  step: number;
}

let kit: Kit;
let stopServing: () => void;
let operator: Actor;
let server: Server;
let url: string;
let gateway: TestGateway;
let folder: string;
/** Every credential that was ever on disk or handed in. */
let everMade: Set<string>;
let death: Death | null;
let steps: { agent: number; portal: number };
let agentDead: boolean;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
  operator = await person(kit, TEST_OPERATOR);
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  stopServing();
  await kit.close();
});
beforeEach(async () => {
  gateway = await makeGateway(kit);
  folder = await mkdtemp(path.join(tmpdir(), "portcullis-rotation-"));
  everMade = new Set([gateway.credential]);
  [death, steps, agentDead] = [null, { agent: 0, portal: 0 }, false];
  const identity: Identity = { credential: gateway.credential, box: gateway.boxKeys, formerCredential: null, nextCredential: null, tokenHash: "", enrolment: { gatewayId: gateway.id, name: gateway.name } };
  await new IdentityStore(folder).write(identity);
  return () => rm(folder, { recursive: true });
});

/** @returns whether this is the instant of somebody's death */
function dies(who: Death["who"]): boolean {
  const step = steps[who];
  steps[who] += 1;
  const now = death?.who === who && death.step === step;
  if (now && who === "agent") agentDead = true;
  return now;
}

/** The portal dies before it has done what it is asked, or when it has and before it has said so. The agent's death on the way is either of these to it. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (dies("portal") || dies("agent")) return void request.socket.destroy();
  const handler = request.url === `${GATEWAY_API_PATH}/credential` ? credential : report;
  const answered = await handler(new NextRequest(`${url}${request.url}`, { method: "POST", headers: request.headers as Record<string, string>, body: Buffer.concat(chunks) }));
  if (dies("portal") || dies("agent")) return void request.socket.destroy();
  response.writeHead(answered.status, { "content-type": "application/json" }).end(await answered.text());
}

/** Writes nothing any more once its agent is dead, and dies before a write or after it. */
class MortalStore extends IdentityStore {
  override async write(identity: Identity): Promise<void> {
    for (const made of [identity.credential, identity.nextCredential]) if (made !== null) everMade.add(made);
    if (agentDead || dies("agent")) throw new Error("killed");
    await super.write(identity);
    if (dies("agent")) throw new Error("killed");
  }
}

/** From its start to its death, or until the portal asks for nothing more. */
async function live(reports: number): Promise<void> {
  [steps, agentDead] = [{ agent: 0, portal: 0 }, false];
  const identities = new MortalStore(folder);
  const identity = (await identities.read())!;
  const portal = new PortalClient([url], identity.credential, undefined, identity.formerCredential);
  const rotation = new Rotation({ identities, portal, log: () => undefined, makeCredential: newCredential }, identity);
  const { signal } = new AbortController();
  for (let i = 0; i < reports && !agentDead; i += 1) {
    try {
      const { rotateCredential } = await portal.report({ revision: 0, digest: "0".repeat(64), peers: [], repairs: [] }, signal);
      if (rotateCredential) await rotation.run(signal);
      else if (i > 0) return;
    } catch (error) {
      if (error instanceof PortalRefused) throw error;
    }
  }
}

async function counts(token: string): Promise<boolean> {
  const answered = await report(new NextRequest(url, { method: "POST", headers: { authorization: `Bearer ${token}`, "portcullis-protocol": "1, 2" }, body: JSON.stringify({ revision: 0, digest: "0".repeat(64), peers: [] }) }));
  return answered.status === 200;
}

async function endsWell(): Promise<void> {
  death = null;
  await live(10);
  const { credential: own } = (await new IdentityStore(folder).read())!;
  expect(own).not.toBe(gateway.credential);
  kit.clock.advance(60_001);
  for (const token of everMade) expect([token === own, await counts(token)]).toEqual([token === own, token === own]);
  // Nothing waits to take over either.
  expect(await kit.sql("SELECT FROM gateways WHERE id = $1 AND next_credential_hash IS NULL AND rotation_asked_at IS NULL", [gateway.id])).toHaveLength(1);
}

// Steps of a whole replacement: three requests, each before and after; for the agent also two writes, each before and after.
describe.each([
  { who: "agent", count: 10 },
  { who: "portal", count: 6 },
] as const)("the $who killed", ({ who, count }) => {
  test.each(Array.from({ length: count }, (_, step) => step))("at step %i: the gateway authenticates afterwards, with one credential that is new", async (step) => {
    await rotateGatewayCredential(kit.ports, operator, { gatewayId: gateway.id });
    death = { who, step };
    await live(3);
    expect(who === "agent" ? agentDead : steps.portal > step).toBe(true);
    await endsWell();
  });
});

test("both killed, at any two steps one after the other", async () => {
  for (let first = 0; first < 10; first += 1) {
    for (let second = 0; second < 6; second += 1) {
      await rotateGatewayCredential(kit.ports, operator, { gatewayId: gateway.id });
      const before = (await new IdentityStore(folder).read())!.credential;
      death = { who: "agent", step: first };
      await live(3);
      death = { who: "portal", step: second };
      await live(3);
      death = null;
      await live(10);
      const { credential: own } = (await new IdentityStore(folder).read())!;
      expect([first, second, await counts(own), own === before]).toEqual([first, second, true, false]);
    }
  }
  await endsWell();
});

test("with nobody killed, it takes as many steps as the deaths above are tried at", async () => {
  await rotateGatewayCredential(kit.ports, operator, { gatewayId: gateway.id });
  await live(2);
  expect(steps).toEqual({ agent: 10, portal: 6 });
});
