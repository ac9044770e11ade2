/** Second factors for people of the tests, added through the API as the pages do: each approved by a mailed code, or by a factor they have. */
import type { Page } from "@playwright/test";
import type { Inbox } from "@/e2e/stack/fixtures";
import type { AddedFactorView, NewTotpView, StepUpView } from "@/lib/usecases/views";
import { createPasskeyIn } from "./authenticator";
import type { Answer, Person } from "./people";
import { makePhone, type Phone } from "./totp";

type Prover = (challenge: StepUpView) => Promise<object>;

export interface OwnedPhone extends Phone {
  deviceId: string;
  /** Ten, with the first second factor; else empty. */
  recoveryCodes: string[];
  /** Proves a challenge by this phone. */
  proof: (challenge: { challengeId: string }) => Promise<object>;
}

function bodyOf<T>({ status, body, text }: Answer, wanted: number): T {
  if (status !== wanted) throw new Error(`Expected ${wanted}, got ${status}: ${text}`);
  return body as T;
}

/** Asks for the proof of an act on one's own account, and gives it by a mailed code. @param what part of the mail's subject, like: add the authenticator app */
export async function proveByMail(inbox: Inbox, { api, email }: Person, asked: { action: string; objectId?: string; parameters?: Record<string, string> }): Promise<object> {
  const after = await inbox.latest();
  const challenge = bodyOf<StepUpView>(await api.post("/api/v1/step-up", asked), 201);
  if (challenge.sentTo === null) bodyOf(await api.post(`/api/v1/challenges/${challenge.challengeId}/mail`), 200);
  return { challengeId: challenge.challengeId, code: await inbox.codeFor(email, { after, subject: challenge.act }) };
}

async function prove(inbox: Inbox, person: Person, asked: { action: string; parameters: Record<string, string> }, prover?: Prover): Promise<object> {
  if (!prover) return proveByMail(inbox, person, asked);
  return prover(bodyOf<StepUpView>(await person.api.post("/api/v1/step-up", asked), 201));
}

/**
 * Adds an authenticator app.
 *
 * @param options.prove for who has a second factor already; by a mailed code when left out
 */
export async function addPhone(inbox: Inbox, person: Person, { name = "Phone", prove: prover }: { name?: string; prove?: Prover } = {}): Promise<OwnedPhone> {
  const proof = await prove(inbox, person, { action: "totp.add", parameters: { name } }, prover);
  const begun = bodyOf<NewTotpView>(await person.api.post("/api/v1/account/totp", { name, proof }), 201);
  const phone = makePhone(begun);
  const added = bodyOf<AddedFactorView>(await person.api.post(`/api/v1/account/totp/${begun.deviceId}/confirm`, { code: await phone.code() }), 200);
  return {
    ...phone,
    deviceId: begun.deviceId,
    recoveryCodes: added.recoveryCodes ?? [],
    proof: async ({ challengeId }) => ({ challengeId, factor: "totp", code: await phone.code() }),
  };
}

/**
 * Adds a passkey, made by the page's virtual authenticator (support/authenticator).
 *
 * @param page any of the portal's
 * @param options.prove for who has a second factor already; by a mailed code when left out
 */
export async function addPasskey(inbox: Inbox, person: Person, page: Page, { name = "Laptop", prove: prover }: { name?: string; prove?: Prover } = {}): Promise<{ id: string; recoveryCodes: string[] }> {
  const proof = await prove(inbox, person, { action: "passkey.add", parameters: { name } }, prover);
  const options = bodyOf<object>(await person.api.post("/api/v1/account/passkeys/options", { name, proof }), 200);
  const added = bodyOf<AddedFactorView>(await person.api.post("/api/v1/account/passkeys", { name, response: await createPasskeyIn(page, options) }), 201);
  return { id: added.id, recoveryCodes: added.recoveryCodes ?? [] };
}
