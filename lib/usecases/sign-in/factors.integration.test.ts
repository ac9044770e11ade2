/** Second factors at sign-in and reset, and passkeys without a password (T10, T11). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import type { Actor } from "@/lib/auth/actor";
import { spendRecoveryCode } from "@/lib/auth/factors/recovery-codes";
import { TestBrowser, wrongCode } from "@/lib/testing/browser";
import { addPasskey, addPhone } from "@/lib/testing/factors";
import { openKit, type Kit } from "@/lib/testing/kit";
import { actorOf, person } from "@/lib/testing/people";
import { passkeyOptions, showPasskey, showRecoveryCode, showTotp } from "./factor-step";
import { finishReset } from "./reset";

const PASSWORD = "tin lantern over the weir";
const NEW_PASSWORD = "a grey heron waits there";

let kit: Kit;
let count = 0;
const newBrowser = (): TestBrowser => new TestBrowser(kit, `198.51.100.${++count % 250}`);

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());

async function newAccount(): Promise<{ actor: Actor; email: string }> {
  const email = `eve-${++count}@people.test`;
  const { sessionId } = await newBrowser().makeAccount(email, PASSWORD);
  const actor = await actorOf(kit, sessionId);
  if (!actor || actor.email === null) throw new Error("The new account is not signed in.");
  return { actor, email };
}

async function optionsFor(browser: TestBrowser, secondFactor = false): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { options, passkeyToken } = await passkeyOptions(kit.ports, browser.request, { secondFactor });
  browser.passkeyToken = passkeyToken ?? browser.passkeyToken;
  return options as PublicKeyCredentialRequestOptionsJSON;
}

describe("a password, then an authenticator app", () => {
  test("signs in with two factors; no code is mailed, and none would do", async () => {
    const { actor, email } = await newAccount();
    const phone = await addPhone(kit, actor);
    const browser = newBrowser();
    expect(await browser.password(email, PASSWORD)).toEqual({ next: "factor", factors: ["totp", "recovery"] });
    expect(await browser.mailedCode(email)).toBeNull();
    await expect(browser.code("sign_in", "000000")).rejects.toMatchObject({ code: "attempt_over" });
    const { sessionId } = await browser.redeem(await showTotp(kit.ports, browser.request, { code: phone.code() }));
    expect(await actorOf(kit, sessionId)).toMatchObject({ email, method: "password", twoFactor: true });
  });

  test("T11: asks for the app also where it was added after the code was mailed", async () => {
    const { actor, email } = await newAccount();
    const browser = newBrowser();
    await browser.password(email, PASSWORD);
    const code = await browser.mailedCodeOrFail(email);
    const phone = await addPhone(kit, actor);
    expect(await browser.code("sign_in", code)).toEqual({ next: "factor", factors: ["totp", "recovery"] });
    const { sessionId } = await browser.redeem(await showTotp(kit.ports, browser.request, { code: phone.code() }));
    expect(await actorOf(kit, sessionId)).toMatchObject({ email, twoFactor: true });
  });

  test("T10: five wrong codes end the attempt, and the owner's log shows them", async () => {
    const { actor, email } = await newAccount();
    const phone = await addPhone(kit, actor);
    const browser = newBrowser();
    await browser.password(email, PASSWORD);
    for (const triesLeft of [4, 3, 2, 1, 0]) await expect(showTotp(kit.ports, browser.request, { code: wrongCode(phone.code()) })).rejects.toMatchObject({ code: "code_wrong", facts: { triesLeft } });
    await expect(showTotp(kit.ports, browser.request, { code: phone.code() })).rejects.toMatchObject({ code: "attempt_over" });
    expect(await kit.sql("SELECT FROM audit_events WHERE chain_id = $1 AND action = 'sign_in.wrong_factor'", [actor.userId])).toHaveLength(5);
  });

  test("a late phone is told so", async () => {
    const { actor, email } = await newAccount();
    const phone = await addPhone(kit, actor);
    const browser = newBrowser();
    await browser.password(email, PASSWORD);
    await expect(showTotp(kit.ports, browser.request, { code: phone.code(120) })).rejects.toMatchObject({ code: "code_wrong", message: expect.stringMatching(/behind/) });
  });

  test("a recovery code does instead, once", async () => {
    const { actor, email } = await newAccount();
    const { added } = await addPhone(kit, actor);
    const [code = ""] = added.recoveryCodes ?? [];
    const browser = newBrowser();
    await browser.password(email, PASSWORD);
    const { sessionId } = await browser.redeem(await showRecoveryCode(kit.ports, browser.request, { code }));
    expect(await actorOf(kit, sessionId)).toMatchObject({ twoFactor: true });
    await browser.password(email, PASSWORD);
    await expect(showRecoveryCode(kit.ports, browser.request, { code })).rejects.toMatchObject({ code: "code_wrong" });
  });

  test("T11: no factor without the password, and not somebody else's", async () => {
    const [one, two] = [await newAccount(), await newAccount()];
    const phone = await addPhone(kit, one.actor);
    await addPhone(kit, two.actor);
    const browser = newBrowser();
    await expect(showTotp(kit.ports, browser.request, { code: phone.code() })).rejects.toMatchObject({ code: "attempt_over" });
    await browser.password(two.email, PASSWORD);
    await expect(showTotp(kit.ports, browser.request, { code: phone.code() })).rejects.toMatchObject({ code: "code_wrong" });
    await browser.register("nobody@people.test");
    await expect(showTotp(kit.ports, browser.request, { code: phone.code() })).rejects.toMatchObject({ code: "attempt_over" });
  });
});

describe("passkeys", () => {
  test("sign in without a password, an address, or an attempt before; they are two factors in one", async () => {
    const owner = await person(kit, `fay-${++count}@people.test`);
    const { authenticator } = await addPasskey(kit, owner);
    const browser = newBrowser();
    const response = authenticator.get(await optionsFor(browser));
    const { sessionId } = await browser.redeem(await showPasskey(kit.ports, browser.request, { response, secondFactor: false }));
    expect(await actorOf(kit, sessionId)).toMatchObject({ email: owner.email, method: "passkey", twoFactor: true });
  });

  test("after a password, that person's alone", async () => {
    const [mine, theirs] = [await newAccount(), await newAccount()];
    const { authenticator } = await addPasskey(kit, mine.actor);
    const other = await addPasskey(kit, theirs.actor);
    const browser = newBrowser();
    expect(await browser.password(mine.email, PASSWORD)).toMatchObject({ next: "factor", factors: ["passkey", "recovery"] });
    const wrong = other.authenticator.get({ ...(await optionsFor(browser, true)), allowCredentials: [] });
    await expect(showPasskey(kit.ports, browser.request, { response: wrong, secondFactor: true })).rejects.toMatchObject({ code: "code_wrong" });
    const response = authenticator.get(await optionsFor(browser, true));
    const { sessionId } = await browser.redeem(await showPasskey(kit.ports, browser.request, { response, secondFactor: true }));
    expect(await actorOf(kit, sessionId)).toMatchObject({ email: mine.email, method: "password", twoFactor: true });
  });

  test("an answer is good once, for the browser and the challenge it was made for", async () => {
    const owner = await person(kit, `fay-${++count}@people.test`);
    const { authenticator } = await addPasskey(kit, owner);
    const [browser, thief] = [newBrowser(), newBrowser()];
    const response = authenticator.get(await optionsFor(browser));
    await optionsFor(thief);
    await expect(showPasskey(kit.ports, thief.request, { response, secondFactor: false })).rejects.toMatchObject({ code: "code_wrong" });
    await showPasskey(kit.ports, browser.request, { response, secondFactor: false });
    await expect(showPasskey(kit.ports, browser.request, { response, secondFactor: false })).rejects.toMatchObject({ code: "attempt_over" });
  });

  test("asked for in a second tab, end no sign-in that the first is at, and the browser has both", async () => {
    const { actor, email } = await newAccount();
    const mine = await addPasskey(kit, actor);
    const owner = await person(kit, `fay-${++count}@people.test`);
    const { authenticator } = await addPasskey(kit, owner);
    const browser = newBrowser();
    await browser.password(email, PASSWORD);
    const first = mine.authenticator.get(await optionsFor(browser, true));
    const second = authenticator.get(await optionsFor(browser));
    // What is asked for by itself is no answer to the second factor, and the other way round.
    await expect(showPasskey(kit.ports, browser.request, { response: second, secondFactor: true })).rejects.toMatchObject({ code: "code_wrong" });
    await optionsFor(browser, true);
    await expect(showPasskey(kit.ports, browser.request, { response: first, secondFactor: true })).rejects.toMatchObject({ code: "code_wrong" });
    const answered = await showPasskey(kit.ports, browser.request, { response: second, secondFactor: false });
    expect(await actorOf(kit, (await browser.redeem(answered)).sessionId)).toMatchObject({ email: owner.email, method: "passkey" });
    await optionsFor(browser);
    const last = mine.authenticator.get(await optionsFor(browser, true));
    const opened = await browser.redeem(await showPasskey(kit.ports, browser.request, { response: last, secondFactor: true }));
    expect(await actorOf(kit, opened.sessionId)).toMatchObject({ email, method: "password", twoFactor: true });
  });

  test("T12: of a deactivated account sign nobody in", async () => {
    const owner = await person(kit, `fay-${++count}@people.test`);
    const { authenticator } = await addPasskey(kit, owner);
    await kit.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [owner.userId]);
    const browser = newBrowser();
    const response = authenticator.get(await optionsFor(browser));
    await expect(showPasskey(kit.ports, browser.request, { response, secondFactor: false })).rejects.toMatchObject({ code: "code_wrong" });
  });

  test.each([null, {}, "x", { id: "x" }, { response: {} }])("nonsense %j is a wrong passkey", async (response) => {
    const browser = newBrowser();
    await optionsFor(browser);
    await expect(showPasskey(kit.ports, browser.request, { response, secondFactor: false })).rejects.toMatchObject({ code: "code_wrong" });
  });
});

describe("T11: a reset with a second factor set", () => {
  test("takes the factor before the new password: a stolen mailbox gets nobody in", async () => {
    const { actor, email } = await newAccount();
    const phone = await addPhone(kit, actor);
    const browser = newBrowser();
    await browser.reset(email);
    expect(await browser.code("reset", await browser.mailedCodeOrFail(email))).toEqual({ next: "factor", factors: ["totp", "recovery"] });
    expect(await finishReset(kit.ports, browser.request, { password: NEW_PASSWORD })).toEqual({ next: "factor", factors: ["totp", "recovery"] });
    await expect(newBrowser().password(email, NEW_PASSWORD)).rejects.toMatchObject({ code: "credentials_wrong" });
    expect(await showTotp(kit.ports, browser.request, { code: phone.code() })).toEqual({ next: "password" });
    const { sessionId } = await browser.redeem(await finishReset(kit.ports, browser.request, { password: NEW_PASSWORD }));
    expect(await actorOf(kit, sessionId)).toMatchObject({ email, twoFactor: true });
  });

  test("the last recovery code is enough, though none is left once it was shown", async () => {
    const { actor, email } = await newAccount();
    const { added } = await addPhone(kit, actor);
    const codes = added.recoveryCodes ?? [];
    for (const code of codes.slice(1)) expect(await spendRecoveryCode(kit.ports, kit.ports.db.read, actor.userId, code)).toMatchObject({ ok: true });
    const browser = newBrowser();
    await browser.reset(email);
    await browser.code("reset", await browser.mailedCodeOrFail(email));
    expect(await showRecoveryCode(kit.ports, browser.request, { code: codes[0] ?? "" })).toEqual({ next: "password" });
    const { sessionId } = await browser.redeem(await finishReset(kit.ports, browser.request, { password: NEW_PASSWORD }));
    expect(await actorOf(kit, sessionId)).toMatchObject({ email, twoFactor: true });
  });

  test("no factor before the mailed code", async () => {
    const { actor, email } = await newAccount();
    const phone = await addPhone(kit, actor);
    const browser = newBrowser();
    await browser.reset(email);
    await expect(showTotp(kit.ports, browser.request, { code: phone.code() })).rejects.toMatchObject({ code: "attempt_over" });
  });
});
