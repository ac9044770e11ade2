/** Answers to a challenge: nobody guesses one (T10), hands it in for something else (T11), or uses it twice (T18). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { passkeyRequestOptions } from "@/lib/auth/factors/passkeys";
import { spendRecoveryCode } from "@/lib/auth/factors/recovery-codes";
import { verifyTotp } from "@/lib/auth/factors/totp";
import { requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { makeAuthenticator } from "@/lib/testing/authenticator";
import { addPasskey, addPhone, askFor, mailed } from "@/lib/testing/factors";
import type { Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { codesOf, openScene, wrong, type Scene } from "@/lib/testing/step-up-scene";
import { addressProofOf, addMember, type Tenant } from "@/lib/testing/tenancy";
import { beginPasskey } from "@/lib/usecases/factors/add-passkey";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";
import { passkeyOptionsForChallenge } from "@/lib/usecases/step-up/passkey-options";

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

describe("an act that takes a second code besides, like the one mailed to a new address", () => {
  const email = "new@acme.test";
  const both = async () => {
    const newAct: Act<"address.verify"> = { action: "address.verify", objectId: ada.userId, parameters: { email } };
    const old = await askFor(kit, ada, "address.change", { parameters: { email } });
    const atNew = await kit.ports.db.transaction((tx) => requestProof(kit.ports, tx, ada, newAct, email, { act: "confirm", details: [] }));
    const change = (proof: PresentedProof, code: string) =>
      wideningTransaction(
        kit.ports,
        ada,
        proof,
        async () => ({ act: ACCOUNT_ACTS["address.change"](ada, { email }), also: { presented: { challengeId: atNew.challengeId, code }, act: newAct } }),
        async () => "changed",
      );
    return { old, atNew, change, right: addressProofOf(kit, atNew).code };
  };

  test("is done when both are right, and spends both", async () => {
    const { old, atNew, change, right } = await both();
    expect(await change(mailed(kit, old), right)).toBe("changed");
    await expect(change(mailed(kit, old), right)).rejects.toMatchObject({ code: "step_up_spent" });
    expect(await kit.sql("SELECT FROM step_up_challenges WHERE id = ANY($1) AND used_at IS NOT NULL", [[old.challengeId, atNew.challengeId]])).toHaveLength(2);
  });

  test("T11: with one wrong spends neither, takes a try of that one, and uses no code of an app up", async () => {
    const phone = await addPhone(kit, ada);
    const { old, atNew, change, right } = await both();
    const proof = phone.proof(old);
    await expect(change(proof, wrong(right))).rejects.toMatchObject({ code: "step_up_wrong_code", facts: { triesLeft: 4, field: "secondCode" } });
    await expect(change({ ...proof, code: wrong(phone.code()) }, right)).rejects.toMatchObject({ facts: { triesLeft: 4, field: "code" } });
    expect([await scene.triesLeft(old.challengeId), await scene.triesLeft(atNew.challengeId)]).toEqual([4, 4]);
    expect(await change(proof, right)).toBe("changed");
  });

  test("T10: guesses at the second code at once are five, not more", async () => {
    const { old, change, right } = await both();
    const outcome = codesOf(await Promise.allSettled(Array.from({ length: 20 }, () => change(mailed(kit, old), wrong(right)))));
    expect(outcome.filter((code) => code === "step_up_wrong_code")).toHaveLength(5);
    await expect(change(mailed(kit, old), right)).rejects.toMatchObject({ code: "step_up_spent" });
  });
});

describe("T10: guessing", () => {
  test("a wrong code of an app, a wrong recovery code and a wrong passkey each take a try; the fifth ends the challenge", async () => {
    const phone = await addPhone(kit, ada);
    const passkey = await addPasskey(kit, ada, "Laptop", phone.proof);
    kit.clock.advance(30_000);
    const challenge = await scene.askClient();
    const stranger = makeAuthenticator(kit.ports.config.url.origin, kit.ports.randomBytes);
    const { challengeId } = challenge;
    await expect(scene.issue({ challengeId, factor: "totp", code: wrong(phone.code()) })).rejects.toMatchObject({ code: "step_up_wrong_code", facts: { triesLeft: 4 } });
    await expect(scene.issue({ challengeId, factor: "recovery", code: "0000-0000-0000" })).rejects.toMatchObject({ facts: { triesLeft: 3 } });
    await expect(scene.issue({ challengeId, factor: "passkey", response: {} })).rejects.toMatchObject({ facts: { triesLeft: 2 }, message: expect.stringContaining("passkey") });
    const other = await passkeyRequestOptions(kit.ports, { userId: ada.userId });
    await passkeyOptionsForChallenge(kit.ports, ada, { challengeId });
    await expect(scene.issue({ challengeId, factor: "passkey", response: passkey.authenticator.get(other.options) })).rejects.toMatchObject({ facts: { triesLeft: 1 } });
    stranger.create(await beginPasskey(kit.ports, acme.owner, { name: "x" }, mailed(kit, await askFor(kit, acme.owner, "passkey.add", { parameters: { name: "x" } }))));
    await expect(scene.issue({ challengeId, factor: "passkey", response: stranger.get(await passkeyOptionsForChallenge(kit.ports, ada, { challengeId })) })).rejects.toMatchObject({ facts: { triesLeft: 0 } });
    await expect(scene.issue(phone.proof(challenge))).rejects.toMatchObject({ code: "step_up_spent" });
    expect(await scene.clients()).toBe(0);
    expect(await scene.events("step_up.wrong_code")).toHaveLength(5);
  });

  test("twenty wrong answers an hour end a session's guessing, whatever challenges it asks for; the owner's other session goes on", async () => {
    const phone = await addPhone(kit, ada);
    const elsewhere = await person(kit, ada.email);
    for (let i = 0; i < 4; i += 1) {
      const { challengeId } = await scene.askClient();
      for (let j = 0; j < 5; j += 1) await expect(scene.issue({ challengeId, factor: "totp", code: wrong(phone.code()) })).rejects.toMatchObject({ code: "step_up_wrong_code" });
    }
    await expect(scene.askClient()).rejects.toMatchObject({ code: "step_up_too_many", facts: { retryAfterSeconds: 3600 } });
    expect((await scene.issue(phone.proof(await scene.askClient(elsewhere)), elsewhere)).client.state).toBe("active");
    kit.clock.advance(3_600_000);
    expect((await scene.issue(phone.proof(await scene.askClient()))).client.state).toBe("active");
  });

  test("a stranger takes no try of another person's challenge, whatever the factor", async () => {
    const phone = await addPhone(kit, ada);
    const challenge = await scene.askClient();
    await expect(scene.issue({ challengeId: challenge.challengeId, factor: "totp", code: "000000" }, acme.owner)).rejects.toMatchObject({ code: "step_up_mismatch" });
    expect(await scene.triesLeft(challenge.challengeId)).toBe(5);
    await scene.issue(phone.proof(challenge));
  });
});

describe("a code of an app", () => {
  test("works once: not for a second challenge, not to sign in after it, and the person is told to wait", async () => {
    const phone = await addPhone(kit, ada);
    await scene.issue(phone.proof(await scene.askClient()));
    await expect(scene.issue(phone.proof(await scene.askClient()))).rejects.toMatchObject({ code: "step_up_wrong_code", message: expect.stringContaining("used already: wait for the next one") });
    expect(await kit.ports.db.transaction((tx) => verifyTotp(kit.ports, tx, ada.userId, phone.code()))).toMatchObject({ ok: false });
    kit.clock.advance(30_000);
    expect((await scene.issue(phone.proof(await scene.askClient()))).client.state).toBe("active");
  });

  test("from a phone whose clock is wrong says how wrong, and one that is ahead gains nothing by waiting", async () => {
    const phone = await addPhone(kit, ada);
    kit.clock.advance(600_000);
    const challenge = await scene.askClient();
    await expect(scene.issue({ ...phone.proof(challenge), code: phone.code(100) })).rejects.toMatchObject({ message: expect.stringMatching(/Your phone's clock is about \d+ s behind: set it to automatic time\. 4 tries left\./) });
    const ahead = phone.code(-180);
    await expect(scene.issue({ ...phone.proof(challenge), code: ahead })).rejects.toMatchObject({ message: expect.stringContaining("about 3 min ahead") });
    kit.clock.advance(180_000);
    await expect(scene.issue({ ...phone.proof(challenge), code: ahead })).rejects.toMatchObject({ message: expect.stringContaining("used already") });
    expect((await kit.sql("SELECT drift_steps FROM totp_devices WHERE id = $1", [phone.deviceId]))[0]).toEqual({ drift_steps: 0 });
    kit.clock.advance(60_000);
    await scene.issue({ ...phone.proof(challenge), code: phone.code(30) });
    expect((await kit.sql("SELECT drift_steps FROM totp_devices WHERE id = $1", [phone.deviceId]))[0]).toEqual({ drift_steps: 1 });
  });

  test("of any of the person's apps will do, and of nobody else's", async () => {
    const phone = await addPhone(kit, ada);
    const tablet = await addPhone(kit, ada, "Tablet", phone.proof);
    const theirs = await addPhone(kit, await addMember(kit, acme, "member"));
    await expect(scene.issue(theirs.proof(await scene.askClient()))).rejects.toMatchObject({ code: "step_up_wrong_code" });
    await scene.issue(tablet.proof(await scene.askClient()));
  });
});

describe("T18: of two hundred requests at once with one right answer, one is let through", () => {
  const twoHundred = <T>(one: () => Promise<T>) => Promise.allSettled(Array.from({ length: 200 }, one));

  test("an app's code", async () => {
    const phone = await addPhone(kit, ada);
    const proof = phone.proof(await scene.askClient());
    expect(codesOf(await twoHundred(() => scene.issue(proof))).filter((code) => code === "done")).toHaveLength(1);
    expect(await scene.clients()).toBe(1);
  });

  test("a recovery code", async () => {
    const phone = await addPhone(kit, ada);
    const proof: PresentedProof = { challengeId: (await scene.askClient()).challengeId, factor: "recovery", code: phone.added.recoveryCodes?.[3] ?? "" };
    expect(codesOf(await twoHundred(() => scene.issue(proof))).filter((code) => code === "done")).toHaveLength(1);
    expect(await scene.clients()).toBe(1);
    expect(await scene.mails("recovery-code-used")).toMatchObject([{ left: 9 }]);
  });

  test("a passkey", async () => {
    const passkey = await addPasskey(kit, ada);
    const proof = await passkey.proof(await scene.askClient());
    expect(codesOf(await twoHundred(() => scene.issue(proof))).filter((code) => code === "done")).toHaveLength(1);
    expect(await scene.clients()).toBe(1);
  });

  test("one app's code and one recovery code on ten challenges at once each open one", async () => {
    const phone = await addPhone(kit, ada);
    const challenges = [];
    for (let i = 0; i < 20; i += 1) challenges.push(await scene.askClient());
    const byApp = codesOf(await Promise.allSettled(challenges.slice(0, 10).map((challenge) => scene.issue(phone.proof(challenge)))));
    const byCode = codesOf(await Promise.allSettled(challenges.slice(10).map(({ challengeId }) => scene.issue({ challengeId, factor: "recovery", code: phone.added.recoveryCodes?.[0] ?? "" }))));
    for (const outcome of [byApp, byCode]) expect(outcome.filter((code) => code === "done")).toHaveLength(1);
  });

  test("the same when it is used to sign in", async () => {
    const phone = await addPhone(kit, ada);
    const code = phone.code();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => kit.ports.db.transaction((tx) => verifyTotp(kit.ports, tx, ada.userId, code))));
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(1);
    const spent = await Promise.all(Array.from({ length: 50 }, () => kit.ports.db.transaction((tx) => spendRecoveryCode(kit.ports, tx, ada.userId, phone.added.recoveryCodes?.[0] ?? ""))));
    expect(spent.filter(({ ok }) => ok)).toEqual([{ ok: true, left: 9 }]);
  });
});
