/** Passkeys, with an authenticator in software: made once and for one portal, and good for whoever they belong to. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { verifyPasskey, passkeyRequestOptions } from "@/lib/auth/factors/passkeys";
import { makeAuthenticator } from "@/lib/testing/authenticator";
import { addPasskey, addPhone, askFor, mailed } from "@/lib/testing/factors";
import type { Kit } from "@/lib/testing/kit";
import { person } from "@/lib/testing/people";
import { codesOf, openScene, type Scene } from "@/lib/testing/step-up-scene";
import type { Tenant } from "@/lib/testing/tenancy";
import { beginPasskey, finishPasskey } from "@/lib/usecases/factors/add-passkey";

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

describe("a passkey", () => {
  const begin = async (name = "Key") => beginPasskey(kit.ports, ada, { name }, mailed(kit, await askFor(kit, ada, "passkey.add", { parameters: { name } })));
  const authenticator = () => makeAuthenticator(kit.ports.config.url.origin, kit.ports.randomBytes);

  test("is discoverable and verifies its person; the first brings recovery codes", async () => {
    expect(await begin()).toMatchObject({ authenticatorSelection: { residentKey: "required", userVerification: "required" }, rp: { id: "portal.test" }, attestation: "none" });
    const { added } = await addPasskey(kit, ada);
    expect(added.recoveryCodes).toHaveLength(10);
    expect(await scene.isTwoFactor()).toBe(true);
  });

  test.each([
    ["another origin", { origin: "https://portal.test.evil.test" }],
    ["a page inside another", { crossOrigin: true }],
    ["no verification of the person", { userVerified: false }],
    ["a challenge of its own", { challenge: Buffer.alloc(32, 7).toString("base64url") }],
  ])("made with %s is refused", async (_what, behaviour) => {
    const response = authenticator().create(await begin(), behaviour);
    await expect(finishPasskey(kit.ports, ada, { name: "Key", response })).rejects.toMatchObject({ code: expect.stringMatching(/passkey_refused|step_up_mismatch/) });
    expect((await scene.askClient()).factors).toEqual(["mail"]);
  });

  test("T11: is added once, under the name that was approved, by the session that was", async () => {
    const response = authenticator().create(await begin());
    await expect(finishPasskey(kit.ports, ada, { name: "Other", response })).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(finishPasskey(kit.ports, await person(kit, ada.email), { name: "Key", response })).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(finishPasskey(kit.ports, acme.owner, { name: "Key", response })).rejects.toMatchObject({ code: "step_up_mismatch" });
    const outcome = codesOf(await Promise.allSettled(Array.from({ length: 10 }, () => finishPasskey(kit.ports, ada, { name: "Key", response }))));
    expect(outcome.filter((code) => code === "done")).toHaveLength(1);
  });

  test("T11: one that a mailed code approved is not added any more once there is a first second factor", async () => {
    const response = authenticator().create(await begin());
    await addPhone(kit, ada);
    await expect(finishPasskey(kit.ports, ada, { name: "Key", response })).rejects.toMatchObject({ code: "step_up_mismatch" });
  });

  test("signs in whoever it belongs to, and is refused for another's name, without verification, replayed, or once its account is deactivated", async () => {
    const passkey = await addPasskey(kit, ada);
    const verify = (challenge: Uint8Array, response: unknown, userId: string | null = null) => kit.ports.db.transaction((tx) => verifyPasskey(kit.ports, tx, { challenge, response, userId }));
    const { options, challenge } = await passkeyRequestOptions(kit.ports, { userId: null });
    expect(options).toMatchObject({ allowCredentials: [], userVerification: "required", rpId: "portal.test" });
    const response = passkey.authenticator.get(options);
    expect(await verify(challenge, { ...response, response: { ...response.response, userHandle: Buffer.alloc(16).toString("base64url") } })).toEqual({ ok: false });
    expect(await verify(challenge, { ...response, response: { ...response.response, userHandle: null } })).toEqual({ ok: false });
    expect(await verify(challenge, response, acme.owner.userId)).toEqual({ ok: false });
    expect(await verify(new Uint8Array(32), response)).toEqual({ ok: false });
    expect(await verify(challenge, passkey.authenticator.get(options, { userVerified: false }))).toEqual({ ok: false });
    expect(await verify(challenge, passkey.authenticator.get(options, { crossOrigin: true }))).toEqual({ ok: false });
    for (const garbage of [null, "x", {}, { id: "x" }, { ...response, id: "AAAA", rawId: "AAAA" }]) expect(await verify(challenge, garbage)).toEqual({ ok: false });
    const fresh = passkey.authenticator.get(options);
    expect(await verify(challenge, fresh)).toMatchObject({ ok: true, userId: ada.userId });
    // Its counter went on: a copy of what was sent before is worth nothing.
    expect(await verify(challenge, fresh)).toEqual({ ok: false });
    await kit.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [ada.userId]);
    expect(await verify(challenge, passkey.authenticator.get(options))).toEqual({ ok: false });
  });
});
