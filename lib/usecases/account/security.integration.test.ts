/** What signs a person in, and who is signed in: shown, ended, removed; each act with its proof, its entry in the log and its mail. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { SESSION_IDLE_SECONDS } from "@/lib/core/session-lifetime";
import { openKit, TEST_ISSUER, type Kit } from "@/lib/testing/kit";
import { TestBrowser } from "@/lib/testing/browser";
import { addPasskey, addPhone, askFor, mailed } from "@/lib/testing/factors";
import { actorOf, claimsOf, enter, person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { endOtherSessions, endSession } from "./sessions";
import { setPassword } from "./set-password";
import { unlinkIdentity } from "./unlink-identity";
import { viewSecurity } from "./view-security";

const PASSWORD = "several words that nobody knows";

let kit: Kit;
let ada: Actor;
let number = 0;

beforeAll(async () => {
  kit = await openKit({ OIDC_NAME: "Test login", GITHUB_CLIENT_ID: "portcullis", GITHUB_CLIENT_SECRET: "0123456789abcdef" });
});
afterAll(() => kit.close());
beforeEach(async () => {
  ada = await person(kit, `ada-${++number}@acme.test`);
});

const mails = async (actor: Actor, template: string) => (await kit.sql<{ payload: Record<string, unknown> }>("SELECT payload FROM outbox_mails WHERE recipient = $1 AND template = $2", [actor.email, template])).map(({ payload }) => payload);
const logged = async (actor: Actor, action: string) => (await kit.sql<{ data: Record<string, unknown> }>("SELECT data FROM audit_events WHERE chain_id = $1 AND action = $2 ORDER BY seq", [actor.userId, action])).map(({ data }) => data);

describe("the security page", () => {
  test("shows identities, factors, sessions and what happened, of its reader alone", async () => {
    const eve = await person(kit, `eve-${number}@evil.test`);
    await addPhone(kit, eve, "Eve's phone");
    expect((await viewSecurity(kit.ports, ada)).sessions).toMatchObject([{ twoFactor: null }]);
    await addPhone(kit, ada, "Phone");
    const view = await viewSecurity(kit.ports, ada);
    expect(view).toMatchObject({
      email: ada.email,
      identities: [{ provider: "oidc", providerName: "Test login", email: ada.email }],
      linkable: [{ id: "github", name: "GitHub", icon: "github" }],
      totp: [{ name: "Phone" }],
      passkeys: [],
      recoveryCodesLeft: 10,
      hasPassword: false,
      passwordLogin: true,
      sessions: [{ id: ada.sessionId, current: true, browser: "Firefox on Linux", address: "192.0.2.10", method: "provider", providerName: "Test login", twoFactor: "portal" }],
    });
    expect(view.events[0]).toMatchObject({ summary: "Added the authenticator app “Phone”.", actor: ada.email });
    expect(JSON.stringify(view)).not.toContain("Eve");
  });

  test("puts the session that asks first, then the others by when they were seen; ended and long unused ones are gone", async () => {
    const forgotten = await person(kit, ada.email);
    await kit.sql("UPDATE sessions SET last_seen_at = $1 WHERE id = $2", [new Date(kit.clock.now().getTime() - SESSION_IDLE_SECONDS * 1000), forgotten.sessionId]);
    const second = await person(kit, ada.email);
    kit.clock.advance(60_000);
    const third = await person(kit, ada.email);
    await endSession(kit.ports, ada, { sessionId: second.sessionId });
    expect((await viewSecurity(kit.ports, ada)).sessions.map(({ id, current }) => [id, current])).toEqual([[ada.sessionId, true], [third.sessionId, false]]);
  });

  test("says who saw two factors: the provider or the portal", async () => {
    const atProvider = await enter(kit, claimsOf(ada.email, { amr: ["pwd", "otp"], twoFactor: true }));
    const oneFactor = await person(kit, ada.email);
    await addPhone(kit, ada);
    const { sessions } = await viewSecurity(kit.ports, ada);
    expect(Object.fromEntries(sessions.map(({ id, twoFactor }) => [id, twoFactor]))).toEqual({ [ada.sessionId]: "portal", [atProvider]: "provider", [oneFactor.sessionId]: null });
  });
});

describe("ending sessions", () => {
  test("one, from its next request on; somebody else's is not found", async () => {
    const other = await person(kit, ada.email);
    const eve = await person(kit, `eve-${number}@evil.test`);
    const before = await snapshotOf(kit);
    for (const sessionId of [ada.sessionId, kit.ports.newId(), "x"]) await expect(endSession(kit.ports, eve, { sessionId })).rejects.toMatchObject({ code: "not_found" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    await endSession(kit.ports, ada, { sessionId: other.sessionId });
    expect(await actorOf(kit, other.sessionId)).toBeNull();
    expect(await actorOf(kit, ada.sessionId)).not.toBeNull();
    expect(await logged(ada, "session.ended_by_owner")).toEqual([{ browser: "Firefox on Linux" }]);
    await expect(endSession(kit.ports, ada, { sessionId: other.sessionId })).rejects.toMatchObject({ code: "not_found" });
  });

  test("all others, and nobody else's", async () => {
    const others = [await person(kit, ada.email), await person(kit, ada.email)];
    const eve = await person(kit, `eve-${number}@evil.test`);
    expect(await endOtherSessions(kit.ports, ada)).toEqual({ ended: 2 });
    expect(await endOtherSessions(kit.ports, ada)).toEqual({ ended: 0 });
    for (const { sessionId } of others) expect(await actorOf(kit, sessionId)).toBeNull();
    for (const { sessionId } of [ada, eve]) expect(await actorOf(kit, sessionId)).not.toBeNull();
    expect(await logged(ada, "sessions.ended")).toEqual([{ ended: 2, by: "owner" }]);
  });

  test("T11: a proof that was asked for in a session that has ended is worth nothing", async () => {
    const other = await person(kit, ada.email);
    const challenge = await askFor(kit, other, "password.set");
    await endOtherSessions(kit.ports, ada);
    await expect(setPassword(kit.ports, other, { password: PASSWORD }, mailed(kit, challenge))).rejects.toMatchObject({ code: "not_signed_in" });
    expect((await viewSecurity(kit.ports, ada)).hasPassword).toBe(false);
  });
});

describe("setting a password", () => {
  test("takes a proof for it, is mailed and logged, and opens the account from then on", async () => {
    await setPassword(kit.ports, ada, { password: PASSWORD }, mailed(kit, await askFor(kit, ada, "password.set")));
    const browser = new TestBrowser(kit);
    const opened = await browser.signIn(ada.email, PASSWORD);
    expect(await actorOf(kit, opened.sessionId)).toMatchObject({ userId: ada.userId, method: "password" });
    expect(await mails(ada, "password-set")).toEqual([expect.objectContaining({ had: false, browser: "Firefox on Linux", securityUrl: "https://portal.test/security" })]);
    await setPassword(kit.ports, ada, { password: `${PASSWORD} at all` }, mailed(kit, await askFor(kit, ada, "password.set")));
    await expect(browser.password(ada.email, PASSWORD)).rejects.toMatchObject({ code: "credentials_wrong" });
    expect(await logged(ada, "password.set")).toEqual([{ had: false }, { had: true }]);
    const [{ hash }] = await kit.sql<{ hash: string }>("SELECT hash FROM passwords WHERE user_id = $1", [ada.userId]) as [{ hash: string }];
    expect(hash).toMatch(/^\$argon2id\$/);
  });

  test("a weak one changes and spends nothing", async () => {
    const challenge = await askFor(kit, ada, "password.set");
    await expect(setPassword(kit.ports, ada, { password: "short" }, mailed(kit, challenge))).rejects.toMatchObject({ code: "password_weak" });
    await setPassword(kit.ports, ada, { password: PASSWORD }, mailed(kit, challenge));
  });

  test("ends a sign-in that was under way with the old one", async () => {
    await setPassword(kit.ports, ada, { password: PASSWORD }, mailed(kit, await askFor(kit, ada, "password.set")));
    const thief = new TestBrowser(kit, "198.51.100.7");
    await thief.password(ada.email, PASSWORD);
    const code = await thief.mailedCodeOrFail(ada.email);
    await setPassword(kit.ports, ada, { password: `${PASSWORD} at all` }, mailed(kit, await askFor(kit, ada, "password.set")));
    await expect(thief.code("sign_in", code)).rejects.toMatchObject({ code: "attempt_over" });
  });

  test("is refused where the portal doesn't use passwords", async () => {
    const ports = { ...kit.ports, config: { ...kit.ports.config, passwordLogin: false } };
    await expect(setPassword(ports, ada, { password: PASSWORD }, mailed(kit, await askFor(kit, ada, "password.set")))).rejects.toMatchObject({ code: "password_login_off" });
  });
});

describe("removing a way to sign in", () => {
  const identityOf = async (actor: Actor): Promise<string> => (await viewSecurity(kit.ports, actor)).identities[0]?.id ?? "";
  const proofToUnlink = async (actor: Actor, objectId: string) => mailed(kit, await askFor(kit, actor, "identity.unlink", { objectId }));

  test("never the last one, whatever else is there that doesn't sign in", async () => {
    const id = await identityOf(ada);
    await expect(unlinkIdentity(kit.ports, ada, { identityId: id }, await proofToUnlink(ada, id))).rejects.toMatchObject({ code: "last_factor" });
    // A provider that the portal no longer knows signs nobody in; nor does a password where passwords are off.
    await kit.sql("INSERT INTO identities VALUES (gen_random_uuid(), $1, 'https://gone.test', 'x', NULL, now(), now())", [ada.userId]);
    await expect(unlinkIdentity(kit.ports, ada, { identityId: id }, await proofToUnlink(ada, id))).rejects.toMatchObject({ code: "last_factor" });
    await setPassword(kit.ports, ada, { password: PASSWORD }, mailed(kit, await askFor(kit, ada, "password.set")));
    const noPasswords = { ...kit.ports, config: { ...kit.ports.config, passwordLogin: false } };
    const proof = await proofToUnlink(ada, id);
    await expect(unlinkIdentity(noPasswords, ada, { identityId: id }, proof)).rejects.toMatchObject({ code: "last_factor" });
    // Refused, and so not spent.
    await unlinkIdentity(kit.ports, ada, { identityId: id }, proof);
  });

  test("with a passkey left it goes: sessions it began end but the one at hand, it is mailed and logged, and makes a new account if used again", async () => {
    const id = await identityOf(ada);
    const other = await person(kit, ada.email);
    const passkey = await addPasskey(kit, ada);
    const challenge = await askFor(kit, ada, "identity.unlink", { objectId: id });
    expect(challenge).toMatchObject({ act: expect.stringContaining("as a way to sign in") });
    await unlinkIdentity(kit.ports, ada, { identityId: id }, await passkey.proof(challenge));
    expect(await actorOf(kit, other.sessionId)).toBeNull();
    expect(await actorOf(kit, ada.sessionId)).toMatchObject({ userId: ada.userId });
    expect((await viewSecurity(kit.ports, ada)).identities).toEqual([]);
    expect(await mails(ada, "identity-unlinked")).toEqual([expect.objectContaining({ provider: "Test login", identity: ada.email })]);
    expect(await logged(ada, "identity.unlinked")).toEqual([{ provider: TEST_ISSUER, email: ada.email }]);
    await expect(enter(kit, claimsOf(ada.email))).rejects.toMatchObject({ code: "address_taken" });
  });

  test("T3, T11: another person's is not found, and a proof for one removes no other", async () => {
    const eve = await person(kit, `eve-${number}@evil.test`);
    const id = await identityOf(ada);
    await expect(askFor(kit, eve, "identity.unlink", { objectId: id })).rejects.toMatchObject({ code: "not_found" });
    await expect(unlinkIdentity(kit.ports, eve, { identityId: id }, { challengeId: kit.ports.newId(), code: "000000" })).rejects.toMatchObject({ code: "not_found" });
    const second = kit.ports.newId();
    await kit.sql("INSERT INTO identities VALUES ($1, $2, 'https://other.test', 'x', NULL, now(), now())", [second, ada.userId]);
    await expect(unlinkIdentity(kit.ports, ada, { identityId: id }, await proofToUnlink(ada, second))).rejects.toMatchObject({ code: "step_up_mismatch" });
  });
});
