/** Adding, offering, removing second factors: nobody gets past the one that is there (T11), nor reads it from the database (T19). */
import { Secret } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { totpAt } from "@/lib/core/totp";
import { addPasskey, addPhone, askFor, mailed } from "@/lib/testing/factors";
import { openKit, type Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { changedTables, snapshotOf, tablesHolding } from "@/lib/testing/snapshot";
import { openScene, type Scene } from "@/lib/testing/step-up-scene";
import { addMember, issueInput, type Tenant } from "@/lib/testing/tenancy";
import { beginPasskey } from "@/lib/usecases/factors/add-passkey";
import { beginTotp, confirmTotp } from "@/lib/usecases/factors/add-totp";
import { removePasskey, removeTotp, renameFactor } from "@/lib/usecases/factors/change-factor";
import { elevateSession } from "@/lib/usecases/factors/elevate-session";
import { newRecoveryCodes } from "@/lib/usecases/factors/recovery-codes";
import { issueClient } from "@/lib/usecases/issue-client";
import { resendChallenge } from "@/lib/usecases/resend-challenge";

let scene: Scene;
let kit: Kit;
let acme: Tenant;
let ada: Actor;

beforeAll(async () => {
  scene = await openScene();
  ({ kit, acme } = scene);
});
afterAll(() => kit.close());
beforeEach(async () => {
  ada = await scene.nextAda();
});

describe("adding an authenticator app", () => {
  test("takes a proof and then a code; brings ten recovery codes with the first, asks for a backup, and tells its owner", async () => {
    const phone = await addPhone(kit, ada);
    expect(phone.added).toMatchObject({ id: phone.deviceId, suggestBackup: true, hint: null });
    expect(new Set(phone.added.recoveryCodes).size).toBe(10);
    expect(await scene.mails("factor-added")).toMatchObject([{ factor: "authenticator app", name: "Phone", browser: "Firefox on Linux", sourceAddress: "192.0.2.10" }]);
    expect(await scene.events("totp.begun")).toEqual([{ name: "Phone" }]);
    expect(await scene.events("totp.added")).toEqual([{ name: "Phone", recoveryCodes: true }]);
    expect(await scene.isTwoFactor()).toBe(true);
    const second = await addPhone(kit, ada, "Tablet", phone.proof);
    expect(second.added).toMatchObject({ recoveryCodes: null, suggestBackup: false });
  });

  test("counts for nothing until it is confirmed", async () => {
    const name = "Phone";
    const begun = await beginTotp(kit.ports, ada, { name }, mailed(kit, await askFor(kit, ada, "totp.add", { parameters: { name } })));
    expect((await scene.askClient()).factors).toEqual(["mail"]);
    await expect(confirmTotp(kit.ports, ada, { deviceId: begun.deviceId, code: "000000" })).rejects.toMatchObject({ code: "totp_wrong_code" });
    expect((await scene.askClient()).factors).toEqual(["mail"]);
  });

  test("T11: can't be confirmed by another session or another person, nor after ten minutes, nor twice", async () => {
    const name = "Phone";
    const begin = async () => beginTotp(kit.ports, ada, { name }, mailed(kit, await askFor(kit, ada, "totp.add", { parameters: { name } })));
    const codeOf = (begun: Awaited<ReturnType<typeof begin>>) => totpAt(Secret.fromBase32(begun.secret).bytes, { digits: 6, periodSeconds: 30 }, kit.clock.now());
    const begun = await begin();
    const confirm = (actor: Actor, made = begun) => confirmTotp(kit.ports, actor, { deviceId: made.deviceId, code: codeOf(made) });
    await expect(confirm(await person(kit, ada.email))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(confirm(acme.owner)).rejects.toMatchObject({ code: "not_found" });
    expect((await confirm(ada)).suggestBackup).toBe(true);
    await expect(confirm(ada)).rejects.toMatchObject({ code: "not_found" });
    const grace = await addMember(kit, acme, "member");
    const late = await beginTotp(kit.ports, grace, { name }, mailed(kit, await askFor(kit, grace, "totp.add", { parameters: { name } })));
    kit.clock.advance(600_000);
    await expect(confirm(grace, late)).rejects.toMatchObject({ code: "step_up_mismatch" });
  });

  test("uses the operator's settings, and keeps them for this device", async () => {
    const strict = await openKit({ TOTP_DIGITS: "8", TOTP_PERIOD_SECONDS: "60", TOTP_WINDOW: "0" });
    try {
      const eve = await person(strict, "eve@acme.test");
      const phone = await addPhone(strict, eve);
      expect(phone.code()).toMatch(/^\d{8}$/);
      expect(await strict.sql("SELECT digits, period_seconds, \"window\" FROM totp_devices")).toEqual([{ digits: 8, period_seconds: 60, window: 0 }]);
      await expect(elevateSession(strict.ports, eve, { ...phone.proof(await askFor(strict, eve, "session.elevate")), code: "123456" })).rejects.toMatchObject({ message: expect.stringContaining("8 digits") });
    } finally {
      await strict.close();
    }
  });
});

describe("T11: a new factor never skips the old one", () => {
  test("who has an app adds, removes and replaces with it: a mailed code is not sent for that, and the right one is refused", async () => {
    const phone = await addPhone(kit, ada);
    for (const [action, parameters, objectId] of [
      ["totp.add", { name: "Mine" }, null],
      ["passkey.add", { name: "Mine" }, null],
      ["totp.remove", {}, phone.deviceId],
      ["recovery-codes.replace", {}, null],
      ["address.change", { email: "eve@evil.test" }, null],
      ["password.set", {}, null],
    ] as const) {
      const challenge = await askFor(kit, ada, action, { parameters, objectId });
      expect(challenge).toMatchObject({ factors: ["totp", "recovery"], sentTo: null });
      await expect(resendChallenge(kit.ports, ada, challenge)).rejects.toMatchObject({ code: "step_up_factor_refused" });
    }
    const before = (await scene.mails("step-up-code")).length;
    const challenge = await askFor(kit, ada, "totp.add", { parameters: { name: "Mine" } });
    await expect(beginTotp(kit.ports, ada, { name: "Mine" }, mailed(kit, challenge))).rejects.toMatchObject({ code: "step_up_factor_refused" });
    expect((await scene.mails("step-up-code")).length).toBe(before);
    expect((await beginTotp(kit.ports, ada, { name: "Mine" }, phone.proof(challenge))).deviceId).toBeTruthy();
  });

  test("a proof that was asked for before the first factor was there doesn't get in by mail afterwards", async () => {
    const early = await askFor(kit, ada, "passkey.add", { parameters: { name: "Mine" } });
    expect(early.factors).toEqual(["mail"]);
    await addPhone(kit, ada);
    await expect(beginPasskey(kit.ports, ada, { name: "Mine" }, mailed(kit, early))).rejects.toMatchObject({ code: "step_up_factor_refused" });
  });

  test("a proof for one act, name, device or session is none for another", async () => {
    const phone = await addPhone(kit, ada);
    const tablet = await addPhone(kit, ada, "Tablet", phone.proof);
    const forName = await askFor(kit, ada, "totp.add", { parameters: { name: "One" } });
    const forRemoval = await askFor(kit, ada, "totp.remove", { objectId: tablet.deviceId });
    const elsewhere = await person(kit, ada.email);
    const before = await snapshotOf(kit);
    for (const attempt of [
      () => beginTotp(kit.ports, ada, { name: "Other" }, phone.proof(forName)),
      () => beginPasskey(kit.ports, ada, { name: "One" }, phone.proof(forName)),
      () => newRecoveryCodes(kit.ports, ada, phone.proof(forName)),
      () => removeTotp(kit.ports, ada, { id: phone.deviceId }, phone.proof(forRemoval)),
      () => beginTotp(kit.ports, elsewhere, { name: "One" }, phone.proof(forName)),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "step_up_mismatch" });
    }
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect(await removeTotp(kit.ports, ada, { id: tablet.deviceId }, phone.proof(forRemoval))).toEqual({ id: tablet.deviceId, last: false, meaning: null });
  });

  test("T3: another person's factor is not found, whoever asks", async () => {
    const phone = await addPhone(kit, ada);
    await expect(askFor(kit, acme.owner, "totp.remove", { objectId: phone.deviceId })).rejects.toMatchObject({ code: "not_found" });
    await expect(renameFactor(kit.ports, acme.owner, "totp", { id: phone.deviceId, name: "Mine" })).rejects.toMatchObject({ code: "not_found" });
    await expect(removeTotp(kit.ports, acme.owner, { id: phone.deviceId }, { challengeId: kit.ports.newId(), code: "1" })).rejects.toMatchObject({ code: "not_found" });
    await expect(askFor(kit, ada, "totp.remove", { objectId: "../x" })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("the factors that are offered", () => {
  test("for adding a client: strongest first, mailed only when asked for, and every one of them does it", async () => {
    const phone = await addPhone(kit, ada);
    const passkey = await addPasskey(kit, ada, "Laptop", phone.proof);
    const ask = async () => {
      kit.clock.advance(30_000);
      return scene.askClient();
    };
    expect(await ask()).toMatchObject({ factors: ["passkey", "totp", "mail", "recovery"], sentTo: null, act: "add the client “laptop” to acme atlas" });
    const sent = (await scene.mails("step-up-code")).length;
    await scene.issue(await passkey.proof(await ask()));
    await scene.issue(phone.proof(await ask()));
    await scene.issue({ challengeId: (await ask()).challengeId, factor: "recovery", code: phone.added.recoveryCodes?.[0]?.toLowerCase() ?? "" });
    expect((await scene.mails("step-up-code")).length).toBe(sent);
    const byMail = await ask();
    await expect(scene.issue(mailed(kit, byMail))).rejects.toMatchObject({ code: "step_up_wrong_code" });
    expect(await resendChallenge(kit.ports, ada, byMail)).toMatchObject({ sentTo: expect.stringContaining("•") });
    await scene.issue(mailed(kit, byMail));
    expect(await scene.clients()).toBe(4);
    const proofs = await kit.sql("SELECT e.data->>'proof' AS proof FROM audit_events e WHERE e.chain_id = $1 AND e.action = 'client.issued' AND e.actor_id = $2 ORDER BY seq", [acme.subscriptionId, ada.userId]);
    expect(proofs.map(({ proof }) => proof)).toEqual(["passkey", "authenticator app", "recovery code", "mailed code"]);
  });

  test("a session that began with one factor has two once the second was shown, and not by mail", async () => {
    await addPhone(kit, ada);
    const again = await person(kit, ada.email);
    expect(await scene.isTwoFactor(again)).toBe(false);
    const challenge = await askFor(kit, again, "session.elevate");
    await expect(elevateSession(kit.ports, again, mailed(kit, challenge))).rejects.toMatchObject({ code: "step_up_factor_refused" });
    expect(await scene.isTwoFactor(again)).toBe(false);
    await expect(askFor(kit, acme.owner, "session.elevate")).rejects.toMatchObject({ code: "step_up_factor_refused" });
  });
});

describe("recovery codes", () => {
  test("are each good once, told of by mail and in the log, and worthless once there are new ones", async () => {
    const phone = await addPhone(kit, ada);
    const [first = "", second = ""] = phone.added.recoveryCodes ?? [];
    const challenge = await askFor(kit, ada, "recovery-codes.replace");
    const { codes } = await newRecoveryCodes(kit.ports, ada, { challengeId: challenge.challengeId, factor: "recovery", code: first });
    expect(codes).toHaveLength(10);
    expect(await scene.mails("recovery-code-used")).toMatchObject([{ left: 9, browser: "Firefox on Linux" }]);
    expect(await scene.mails("recovery-codes-replaced")).toHaveLength(1);
    expect(await scene.events("recovery_code.used")).toEqual([{ left: 9 }]);
    const { challengeId } = await scene.askClient();
    for (const code of [first, second]) await expect(scene.issue({ challengeId, factor: "recovery", code })).rejects.toMatchObject({ code: "step_up_wrong_code" });
    await scene.issue({ challengeId, factor: "recovery", code: codes[9] ?? "" });
  });

  test("an act that fails uses none up", async () => {
    const phone = await addPhone(kit, ada);
    const code = phone.added.recoveryCodes?.[0] ?? "";
    const { challengeId } = await scene.askClient();
    const taken = await scene.issue(phone.proof(await scene.askClient()));
    const before = await snapshotOf(kit);
    await expect(issueClient(kit.ports, ada, { ...issueInput(kit, acme.subscriptionId, "laptop", null), publicKey: taken.client.publicKey }, { challengeId, factor: "recovery", code })).rejects.toMatchObject({ code: "public_key_in_use" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    await scene.issue({ challengeId, factor: "recovery", code });
  });
});

describe("removing", () => {
  test("the last second factor says what it means, takes the recovery codes with it, and tells the owner", async () => {
    const phone = await addPhone(kit, ada);
    const challenge = await askFor(kit, ada, "totp.remove", { objectId: phone.deviceId });
    expect(challenge.details).toContainEqual({ label: "What this means", value: expect.stringContaining("last second factor") });
    const answer = await removeTotp(kit.ports, ada, { id: phone.deviceId }, phone.proof(challenge));
    expect(answer).toMatchObject({ last: true, meaning: expect.stringContaining("recovery codes stop working") });
    expect(await scene.mails("factor-removed")).toMatchObject([{ name: "Phone", last: true }]);
    expect(await scene.events("totp.removed")).toEqual([{ name: "Phone", last: true }]);
    expect(await kit.sql("SELECT FROM recovery_codes WHERE user_id = $1", [ada.userId])).toEqual([]);
    expect((await scene.askClient()).factors).toEqual(["mail"]);
  });

  test("the only passkey of who has no other way in is refused, and stays", async () => {
    const passkey = await addPasskey(kit, ada);
    await kit.sql("UPDATE sessions SET identity_id = NULL WHERE user_id = $1", [ada.userId]);
    await kit.sql("DELETE FROM identities WHERE user_id = $1", [ada.userId]);
    const challenge = await askFor(kit, ada, "passkey.remove", { objectId: passkey.added.id });
    await expect(removePasskey(kit.ports, ada, { id: passkey.added.id }, await passkey.proof(challenge))).rejects.toMatchObject({ code: "last_factor" });
    expect((await scene.askClient()).factors).toContain("passkey");
  });

  test("renaming takes no proof, and is noted", async () => {
    const phone = await addPhone(kit, ada);
    expect(await renameFactor(kit.ports, ada, "totp", { id: phone.deviceId, name: " Work  phone " })).toEqual({ id: phone.deviceId, name: "Work phone" });
    expect(await scene.events("totp.renamed")).toEqual([{ name: "Work phone", before: "Phone" }]);
    await expect(renameFactor(kit.ports, ada, "totp", { id: phone.deviceId, name: "a\u202Eb" })).rejects.toMatchObject({ code: "factor_name_invalid" });
  });
});

describe("T19: what the database holds", () => {
  test("no app's secret, no recovery code, and no mailed code, in any form", async () => {
    const name = "Phone";
    const challenge = await askFor(kit, ada, "totp.add", { parameters: { name } });
    const begun = await beginTotp(kit.ports, ada, { name }, mailed(kit, challenge));
    const secret = Secret.fromBase32(begun.secret);
    const { recoveryCodes } = await confirmTotp(kit.ports, ada, { deviceId: begun.deviceId, code: totpAt(secret.bytes, { digits: 6, periodSeconds: 30 }, kit.clock.now()) });
    const snapshot = await snapshotOf(kit);
    for (const text of [begun.secret, secret.hex.toLowerCase(), ...(recoveryCodes ?? []), ...(recoveryCodes ?? []).map((code) => code.replaceAll("-", ""))]) expect(tablesHolding(snapshot, text)).toEqual([]);
  });

  test("a sealed secret copied to another account opens nothing there", async () => {
    const phone = await addPhone(kit, ada);
    const mallory = await addMember(kit, acme, "member");
    const own = await addPhone(kit, mallory);
    await kit.sql("UPDATE totp_devices SET sealed_secret = (SELECT sealed_secret FROM totp_devices WHERE id = $1) WHERE id = $2", [own.deviceId, phone.deviceId]);
    await expect(scene.issue({ challengeId: (await scene.askClient()).challengeId, factor: "totp", code: own.code() })).rejects.toThrow("does not open");
    expect(await scene.clients()).toBe(0);
  });
});
