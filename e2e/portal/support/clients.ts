/** Adding a client over HTTP as the browser does: challenge, mailed code, keys made here, one request. */
import { randomBytes } from "node:crypto";
import type { Inbox } from "@/e2e/stack/fixtures";
import { renderClientConfig } from "@/lib/core/client-config";
import { generateKeyPair, generatePresharedKey, type KeyPair, parsePublicKey } from "@/lib/core/keys";
import { sealPresharedKey } from "@/lib/core/sealed-key";
import type { ClientChallengeView, ClientView, IssuedClientView } from "@/lib/usecases/views";
import type { Answer, Person } from "./people";
import type { Tenant } from "./tenants";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

export interface Approval {
  challenge: ClientChallengeView;
  code: string;
}

export interface MadeKeys {
  pair: KeyPair;
  presharedKey: Uint8Array;
  sealedPresharedKey: string;
}

export interface AddedClient extends MadeKeys {
  client: ClientView;
  /** The file, as the browser would write it. */
  config: string;
}

/** Asks for a code and reads it from the mail. */
export async function askForCode(inbox: Inbox, person: Person, tenant: Tenant, nickname: string): Promise<Approval> {
  const after = await inbox.latest();
  const answer = await person.api.post(`${tenant.apiPath}/clients/challenge`, { nickname });
  if (answer.status !== 201) throw new Error(`No challenge: ${answer.status} ${answer.text}`);
  const challenge = answer.body as ClientChallengeView;
  // Another code for the same person may still be on its way.
  const mail = await inbox.waitFor(person.email, { after, subject: `is your code to add the client “${nickname}”` });
  return { challenge, code: /\b\d{6}\b/.exec(mail.text)?.[0] ?? "" };
}

export function makeKeys(sealTo: string | null): MadeKeys {
  const presharedKey = generatePresharedKey(random);
  return { pair: generateKeyPair(random), presharedKey, sealedPresharedKey: sealPresharedKey(presharedKey, parsePublicKey(sealTo ?? ""), random) };
}

/** The body of the request that issues a client. */
export function issueBody(nickname: string, { challenge, code }: Approval, keys: MadeKeys): object {
  return { nickname, publicKey: keys.pair.publicKey, sealedPresharedKey: keys.sealedPresharedKey, proof: { challengeId: challenge.challengeId, code } };
}

export async function addClient(inbox: Inbox, person: Person, tenant: Tenant, nickname: string): Promise<AddedClient> {
  const approval = await askForCode(inbox, person, tenant, nickname);
  const keys = makeKeys(approval.challenge.sealTo);
  const { status, body, text } = await person.api.post(`${tenant.apiPath}/clients`, issueBody(nickname, approval, keys));
  if (status !== 201) throw new Error(`Not issued: ${status} ${text}`);
  const { client, configuration } = body as IssuedClientView;
  return { ...keys, client, config: renderClientConfig(configuration, { privateKey: keys.pair.privateKey, presharedKey: keys.presharedKey }) };
}

/** A six-digit code that isn't this one. */
export const wrongCode = (code: string, step = 1): string => String((Number(code) + step) % 1_000_000).padStart(6, "0");

/** The code of an error that the portal answered with. */
export const errorCode = ({ body }: Answer): string | undefined => (body as { error?: { code?: string } } | undefined)?.error?.code;
