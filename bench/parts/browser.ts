/** The requests that a signed-in person's browser makes, and how long each took. */
import { randomBytes } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import type { Person } from "@/bench/parts/people";
import type { Portal } from "@/bench/parts/portal";
import { codeFor } from "@/lib/auth/step-up";
import { generateKeyPair, parsePublicKey, type KeyPair } from "@/lib/core/keys";
import { sealPresharedKey } from "@/lib/core/sealed-key";
import type { ClientChallengeView, ClientView, IssuedClientView } from "@/lib/usecases/views";

/** Connections stay open between requests, as a browser's do. */
const agent = new Agent({ keepAlive: true, maxSockets: 200 });

export interface Answer<T> {
  body: T;
  /** Date.now() when the request was handed to the system. */
  sentAt: number;
  /** From there to the last byte of the answer. */
  ms: number;
}

export class Refused extends Error {
  override readonly name = "Refused";
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(`The portal answered ${status}: ${text.slice(0, 300)}`);
  }
}

/** @throws Refused for any status but success */
export async function send<T>(portal: Portal, person: Person, method: "GET" | "POST", path: string, body?: object): Promise<Answer<T>> {
  const payload = body === undefined ? "" : JSON.stringify(body);
  const headers: Record<string, string> = { cookie: person.cookie, "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  if (method === "POST") Object.assign(headers, { origin: portal.origin, "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) });
  return new Promise((settle, refuse) => {
    const sentAt = Date.now();
    const began = performance.now();
    const request = httpRequest(`${portal.origin}${path}`, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", refuse);
      response.on("end", () => {
        const ms = performance.now() - began;
        const text = Buffer.concat(chunks).toString("utf8");
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) refuse(new Refused(status, text));
        else settle({ body: JSON.parse(text) as T, sentAt, ms });
      });
    });
    request.on("error", refuse);
    request.end(payload);
  });
}

export interface Proved {
  person: Person;
  subscriptionId: string;
  nickname: string;
  challengeId: string;
  /** The gateway's box key. */
  sealTo: string | null;
}

let nicknames = 0;

/** Asks for a code for a new client. */
export async function askForCode(portal: Portal, person: Person, subscriptionId: string): Promise<{ proved: Proved; ms: number }> {
  const nickname = `Laptop ${(nicknames += 1)}`;
  const { body, ms } = await send<ClientChallengeView>(portal, person, "POST", `/api/v1/subscriptions/${subscriptionId}/clients/challenge`, { nickname });
  return { proved: { person, subscriptionId, nickname, challengeId: body.challengeId, sealTo: body.sealTo }, ms };
}

/** What the browser makes before it sends the code: never part of a measured time. */
export interface ClientKeys {
  keys: KeyPair;
  presharedKey: Uint8Array;
  sealedPresharedKey: string;
}

export function makeKeys(sealTo: string | null): ClientKeys {
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const presharedKey = random(32);
  return { keys: generateKeyPair(random), presharedKey, sealedPresharedKey: sealPresharedKey(presharedKey, parsePublicKey(sealTo ?? ""), random) };
}

/** Hands in the code with the public key. */
export function issue(portal: Portal, proved: Proved, { keys, sealedPresharedKey }: Pick<ClientKeys, "keys" | "sealedPresharedKey">): Promise<Answer<IssuedClientView>> {
  const { person, subscriptionId, nickname, challengeId } = proved;
  const proof = { challengeId, code: codeFor(portal.ports, challengeId) };
  return send(portal, person, "POST", `/api/v1/subscriptions/${subscriptionId}/clients`, { nickname, publicKey: keys.publicKey, sealedPresharedKey, proof });
}

export function revoke(portal: Portal, person: Person, subscriptionId: string, clientId: string): Promise<Answer<ClientView>> {
  return send(portal, person, "POST", `/api/v1/subscriptions/${subscriptionId}/clients/${clientId}/revoke`);
}
