/** The routes about factors, called as Next calls them and without the proxy in front (T6): who may, and each refused twin (T1, T3, T13). */
import { Secret } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DELETE as deletePasskey, PATCH as patchPasskey } from "@/app/api/v1/account/passkeys/[passkeyId]/route";
import { POST as passkeyOptions } from "@/app/api/v1/account/passkeys/options/route";
import { POST as addPasskeyRoute } from "@/app/api/v1/account/passkeys/route";
import { POST as recoveryCodes } from "@/app/api/v1/account/recovery-codes/route";
import { POST as confirmTotp } from "@/app/api/v1/account/totp/[deviceId]/confirm/route";
import { DELETE as deleteTotp, PATCH as patchTotp } from "@/app/api/v1/account/totp/[deviceId]/route";
import { POST as addTotp } from "@/app/api/v1/account/totp/route";
import { POST as twoFactor } from "@/app/api/v1/account/two-factor/route";
import { POST as mailChallenge } from "@/app/api/v1/challenges/[challengeId]/mail/route";
import { POST as challengePasskey } from "@/app/api/v1/challenges/[challengeId]/passkey/route";
import { POST as stepUp } from "@/app/api/v1/step-up/route";
import type { Actor } from "@/lib/auth/actor";
import { codeFor } from "@/lib/auth/step-up";
import { totpAt } from "@/lib/core/totp";
import { call, serve, type Answer } from "@/lib/testing/api";
import { makeAuthenticator } from "@/lib/testing/authenticator";
import { addPhone } from "@/lib/testing/factors";
import { openKit, type Kit } from "@/lib/testing/kit";
import { person, unprovedPerson } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import type { NewTotpView, StepUpView } from "@/lib/usecases/views";

let kit: Kit;
let stopServing: () => void;
let ada: Actor;
let eve: Actor;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
  ada = await person(kit, "ada@acme.test");
  eve = await person(kit, "eve@evil.test");
});
afterAll(async () => {
  stopServing();
  await kit.close();
});

type Handler = Parameters<typeof call>[2];
const post = (handler: Handler, as: Actor | null, params: Record<string, string>, body: unknown): Promise<Answer> => call(kit, "POST", handler, { as, params, body });
const refusalOf = ({ status, body }: Answer): string => `${status} ${(body as { error: { code: string } }).error.code}`;
const ask = async (as: Actor, body: unknown): Promise<StepUpView> => (await post(stepUp, as, {}, body)).body as StepUpView;
const NO_PROOF = { challengeId: "00000000-0000-4000-8000-00000000dead", code: "000000" };

describe("T13: each route refuses by itself", () => {
  const routes: [string, Handler, unknown][] = [
    ["step-up", stepUp, { action: "password.set" }],
    ["challenge's passkey", challengePasskey, {}],
    ["add an app", addTotp, { name: "x", proof: NO_PROOF }],
    ["confirm an app", confirmTotp, { code: "000000" }],
    ["rename an app", patchTotp, { name: "x" }],
    ["remove an app", deleteTotp, { proof: NO_PROOF }],
    ["passkey options", passkeyOptions, { name: "x", proof: NO_PROOF }],
    ["add a passkey", addPasskeyRoute, { name: "x", response: {} }],
    ["rename a passkey", patchPasskey, { name: "x" }],
    ["remove a passkey", deletePasskey, { proof: NO_PROOF }],
    ["recovery codes", recoveryCodes, { proof: NO_PROOF }],
    ["two factors", twoFactor, { proof: NO_PROOF }],
  ];
  const params = { deviceId: NO_PROOF.challengeId, passkeyId: NO_PROOF.challengeId, challengeId: NO_PROOF.challengeId };

  test.each(routes)("%s: nobody, a foreign page, and who has no proved address", async (_name, handler, body) => {
    const unproved = await unprovedPerson(kit, `una-${kit.ports.newId()}@acme.test`);
    const before = await snapshotOf(kit);
    expect(refusalOf(await post(handler, null, params, body))).toBe("401 not_signed_in");
    expect(refusalOf(await call(kit, "POST", handler, { as: ada, params, body, headers: { origin: "https://evil.test" } }))).toBe("403 foreign_origin");
    expect(refusalOf(await call(kit, "POST", handler, { as: unproved, params, body }))).toBe("403 address_not_verified");
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test.each(routes.slice(2).filter(([name]) => name !== "add a passkey"))("%s: without a proof or an object of one's own", async (_name, handler, body) => {
    expect(refusalOf(await post(handler, ada, params, body))).toMatch(/^40[34] (?:step_up_mismatch|not_found)$/);
  });

  test("an act that has a request of its own, or that there is none of, is no act here", async () => {
    for (const action of ["client.issue", "address.verify", "root", ""]) expect(refusalOf(await post(stepUp, ada, {}, { action }))).toBe("400 bad_request");
  });
});

test("T1: a body can't say whose, confirmed, two-factor, or what a factor may", async () => {
  const more = { userId: eve.userId, confirmedAt: "2020-01-01", twoFactor: true, isOperator: true, id: eve.userId };
  const challenge = await ask(ada, { action: "totp.add", parameters: { name: "Phone", ...more, confirmedAt: "x", twoFactor: "y", isOperator: "z" }, ...more });
  const added = (await post(addTotp, ada, {}, { name: "Phone", ...more, proof: { challengeId: challenge.challengeId, code: codeFor(kit.ports, challenge.challengeId), ...more } })).body as NewTotpView;
  expect(await kit.sql("SELECT user_id, confirmed_at FROM totp_devices WHERE id = $1", [added.deviceId])).toEqual([{ user_id: ada.userId, confirmed_at: null }]);
  const code = totpAt(Secret.fromBase32(added.secret).bytes, { digits: 6, periodSeconds: 30 }, kit.clock.now());
  expect(refusalOf(await post(confirmTotp, eve, { deviceId: added.deviceId }, { code }))).toBe("404 not_found");
  expect(await post(confirmTotp, ada, { deviceId: added.deviceId }, { code, ...more })).toMatchObject({ status: 200, body: { id: added.deviceId, suggestBackup: true, hint: null } });
  expect(await post(patchTotp, ada, { deviceId: added.deviceId }, { name: "Mine", ...more })).toMatchObject({ status: 200, body: { id: added.deviceId, name: "Mine" } });
  expect(await kit.sql("SELECT user_id, name FROM totp_devices WHERE id = $1", [added.deviceId])).toEqual([{ user_id: ada.userId, name: "Mine" }]);
});

test("a passkey, from the prompt to its removal, over the routes alone", async () => {
  const grace = await person(kit, "grace@acme.test");
  const phone = await addPhone(kit, grace);
  const authenticator = makeAuthenticator(kit.ports.config.url.origin, kit.ports.randomBytes);
  const forAdding = await ask(grace, { action: "passkey.add", parameters: { name: "Laptop" } });
  expect(forAdding).toMatchObject({ factors: ["totp", "recovery"], sentTo: null, act: "add the passkey “Laptop”", details: [{ label: "Passkey", value: "Laptop" }, { label: "Account", value: "grace@acme.test" }] });
  expect(refusalOf(await post(mailChallenge, grace, { challengeId: forAdding.challengeId }, {}))).toBe("403 step_up_factor_refused");
  const options = await post(passkeyOptions, grace, {}, { name: "Laptop", proof: phone.proof(forAdding) });
  const made = await post(addPasskeyRoute, grace, {}, { name: "Laptop", response: authenticator.create(options.body as Parameters<typeof authenticator.create>[0]) });
  expect(made).toMatchObject({ status: 201, body: { recoveryCodes: null, suggestBackup: false } });
  const { id } = made.body as { id: string };
  expect(refusalOf(await post(patchPasskey, eve, { passkeyId: id }, { name: "Mine" }))).toBe("404 not_found");

  const forRemoval = await ask(grace, { action: "passkey.remove", objectId: id });
  expect(forRemoval.factors).toEqual(["passkey", "totp", "recovery"]);
  expect(refusalOf(await post(challengePasskey, eve, { challengeId: forRemoval.challengeId }, {}))).toBe("403 step_up_mismatch");
  const toSign = await post(challengePasskey, grace, { challengeId: forRemoval.challengeId }, {});
  const proof = { challengeId: forRemoval.challengeId, factor: "passkey", response: authenticator.get(toSign.body as Parameters<typeof authenticator.get>[0]) };
  expect(await post(deletePasskey, grace, { passkeyId: id }, { proof })).toMatchObject({ status: 200, body: { id, last: false, meaning: null } });

  kit.clock.advance(30_000);
  const forCodes = await ask(grace, { action: "recovery-codes.replace" });
  const codes = await post(recoveryCodes, grace, {}, { proof: phone.proof(forCodes) });
  expect(codes).toMatchObject({ status: 201, body: { codes: expect.arrayContaining([expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)]) } });
  const forTwo = await ask(grace, { action: "session.elevate" });
  expect((await post(twoFactor, grace, {}, { proof: { challengeId: forTwo.challengeId, factor: "recovery", code: (codes.body as { codes: string[] }).codes[0] } })).status).toBe(204);
});
