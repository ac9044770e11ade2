/** Accounts, identities, sessions: who comes in as whom (T12, T14). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endSessionById } from "@/lib/auth/end-session";
import { signIn, type ProviderClaims } from "@/lib/auth/sign-in";
import { SESSION_IDLE_SECONDS, SESSION_LIFETIME_SECONDS } from "@/lib/core/session-lifetime";
import { setOperator } from "@/lib/db/accounts";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { actorOf, claimsOf, enter as enterWith, operator, person, unprovedPerson } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { wrong } from "@/lib/testing/step-up-scene";
import { addressProofOf } from "@/lib/testing/tenancy";
import { requestAddressChallenge, verifyAddress } from "@/lib/usecases/verify-address";

let kit: Kit;
beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());

const enter = (claims: ProviderClaims): Promise<string> => enterWith(kit, claims);
const accounts = async (email: string): Promise<number> => (await kit.sql("SELECT FROM users WHERE email = $1", [email])).length;

describe("the first sign-in", () => {
  test("makes an account with its proved address, an identity, a session and their events; the next one a session alone", async () => {
    const ada = await person(kit, "ada@acme.test");
    const again = await person(kit, "ada@acme.test");
    expect(again.userId).toBe(ada.userId);
    expect(again.sessionId).not.toBe(ada.sessionId);
    expect(ada).toMatchObject({ email: "ada@acme.test", isOperator: false, source: { address: "192.0.2.10", browser: "Firefox on Linux" } });
    expect(await kit.sql("SELECT action FROM audit_events WHERE chain_id = $1 ORDER BY seq", [ada.userId])).toEqual([{ action: "account.created" }, { action: "session.started" }, { action: "session.started" }]);
  });

  test("of one person in twenty tabs at once makes one account", async () => {
    // Others first, so that twenty connections are open and nobody waits for one.
    await Promise.all(Array.from({ length: 20 }, (_, i) => enter(claimsOf(`earlier-${i}@acme.test`))));
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => enter(claimsOf("tabs@acme.test"))));
    expect(await accounts("tabs@acme.test")).toBe(1);
    expect(await kit.sql("SELECT FROM identities WHERE subject = 'subject of tabs@acme.test'")).toHaveLength(1);
    expect(results.map(({ status }) => status)).toEqual(results.map(() => "fulfilled"));
  });

  test("takes a name from outside for a name and no more: one line, visible, at most 80 characters", async () => {
    const sessionId = await enter(claimsOf("odd@acme.test", { name: `Od\u0000d\r\nBcc: x\u202e ${"n".repeat(200)}` }));
    const actor = await actorOf(kit, sessionId);
    expect(actor?.name).toMatch(/^Od d Bcc: x n+$/);
    expect(actor?.name).toHaveLength(80);
  });
});

describe("T14: accounts are never joined by address", () => {
  test("another provider, or another subject of the same one, with an address that is taken is refused, and nothing is made", async () => {
    const victim = await person(kit, "victim@acme.test");
    for (const claims of [
      claimsOf("victim@acme.test", { subject: "recycled" }),
      claimsOf("victim@acme.test", { issuer: "https://other.test" }),
      claimsOf("VICTIM@Acme.Test", { subject: "mixed case" }),
      claimsOf(" victim@acme.test ", { subject: "spaces" }),
    ]) {
      const before = await snapshotOf(kit);
      await expect(enter(claims)).rejects.toMatchObject({ code: "address_taken" });
      expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    }
    expect((await person(kit, "victim@acme.test")).userId).toBe(victim.userId);
  });

  test("an unverified claim of a taken address makes an account apart, which can't prove it with a code that goes to the owner", async () => {
    await person(kit, "owner@acme.test");
    const eve = await unprovedPerson(kit, "Owner@ACME.test", { subject: "eve", issuer: "https://evil.test" });
    expect(eve.email).toBeNull();
    const challenge = await requestAddressChallenge(kit.ports, eve);
    expect(await kit.sql("SELECT recipient FROM outbox_mails WHERE payload->>'challengeId' = $1", [challenge.challengeId])).toEqual([{ recipient: "owner@acme.test" }]);
    // Even with the code, which only the owner's mailbox has.
    await expect(verifyAddress(kit.ports, eve, addressProofOf(kit, challenge))).rejects.toMatchObject({ code: "address_taken" });
    expect((await actorOf(kit, eve.sessionId))?.email).toBeNull();
  });

  test("an address that the provider later gives to somebody else stays with the account that proved it", async () => {
    const first = await person(kit, "shared@acme.test");
    // The same subject now claims another address, and a new subject the old one.
    await enter(claimsOf("renamed@acme.test", { subject: "subject of shared@acme.test" }));
    expect(await actorOf(kit, first.sessionId)).toMatchObject({ userId: first.userId, email: "shared@acme.test" });
    await expect(enter(claimsOf("shared@acme.test", { subject: "the next holder" }))).rejects.toMatchObject({ code: "address_taken" });
  });

  test("of two accounts that prove one address at once, one has it", async () => {
    const claimants = await Promise.all(["a", "b"].map((subject) => unprovedPerson(kit, "contested@acme.test", { subject })));
    const challenges = await Promise.all(claimants.map((claimant) => requestAddressChallenge(kit.ports, claimant)));
    const results = await Promise.allSettled(claimants.map((claimant, i) => verifyAddress(kit.ports, claimant, addressProofOf(kit, challenges[i]!))));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "address_taken" } });
    expect(await accounts("contested@acme.test")).toBe(1);
  });

  test("of two sign-ins at once with one verified address and two subjects, one comes in", async () => {
    const results = await Promise.allSettled(["a", "b"].map((subject) => enter(claimsOf("twice@acme.test", { subject: `twice ${subject}` }))));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "address_taken" } });
  });
});

describe("an address that the provider did not verify", () => {
  test("T10: is nobody's to flood: mails to one address are counted, whatever accounts ask for them", async () => {
    const results = [];
    for (let subject = 0; subject < 6; subject++) {
      const eve = await unprovedPerson(kit, "flooded@elsewhere.test", { subject: `flooder ${subject}` });
      results.push(...(await Promise.allSettled([requestAddressChallenge(kit.ports, eve)])));
    }
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected", "rejected", "rejected"]);
    expect(results.at(-1)).toMatchObject({ reason: { code: "too_many_tries" } });
  });

  test("is set by the mailed code and by nothing else; a wrong one takes a try, a second proof is refused", async () => {
    const una = await unprovedPerson(kit, "una@acme.test");
    const challenge = await requestAddressChallenge(kit.ports, una);
    expect(challenge).toMatchObject({ sentTo: "u•••@acme.test" });
    await expect(verifyAddress(kit.ports, una, { ...challenge, code: wrong(addressProofOf(kit, challenge).code) })).rejects.toMatchObject({ code: "step_up_wrong_code", facts: { triesLeft: 4 } });
    expect(await accounts("una@acme.test")).toBe(0);
    const unused = await requestAddressChallenge(kit.ports, una);
    await verifyAddress(kit.ports, una, addressProofOf(kit, challenge));
    const proved = await actorOf(kit, una.sessionId);
    expect(proved).toMatchObject({ email: "una@acme.test", isOperator: false });
    if (!proved) throw new Error("Not signed in.");
    await expect(requestAddressChallenge(kit.ports, proved)).rejects.toMatchObject({ code: "bad_request" });
    await expect(verifyAddress(kit.ports, proved, addressProofOf(kit, unused))).rejects.toMatchObject({ code: "bad_request" });
  });

  test("is proved for the address that the code was mailed to: a later claim of another doesn't ride on it", async () => {
    const una = await unprovedPerson(kit, "mine@evil.test", { subject: "rider" });
    const challenge = await requestAddressChallenge(kit.ports, una);
    await enter(claimsOf("chief@acme.test", { subject: "rider", emailVerified: false }));
    const now = await actorOf(kit, una.sessionId);
    expect(now).toMatchObject({ email: null, claimedEmail: "chief@acme.test" });
    await expect(verifyAddress(kit.ports, now!, addressProofOf(kit, challenge))).rejects.toMatchObject({ code: "step_up_mismatch" });
    expect(await accounts("chief@acme.test")).toBe(0);
  });

  test("is none at all when it can't be an address (T9), and there is nothing to prove", async () => {
    for (const email of ['"e@attacker"@victim.test', "a@acme.test,b@acme.test", "a@acme.test\r\nBcc: b@acme.test", "a＠acme.test", ""]) {
      const nobody = await unprovedPerson(kit, email, { subject: `T9 ${email}`, emailVerified: true });
      expect(nobody.claimedEmail).toBeNull();
      await expect(requestAddressChallenge(kit.ports, nobody)).rejects.toMatchObject({ code: "bad_request" });
    }
  });

  test("of somebody named as operator makes no operator until it is proved", async () => {
    const eve = await unprovedPerson(kit, TEST_OPERATOR, { subject: "eve as olga" });
    expect(eve).not.toHaveProperty("isOperator");
    expect(await operator(kit)).toMatchObject({ email: TEST_OPERATOR, isOperator: true });
    expect((await actorOf(kit, eve.sessionId))?.email).toBeNull();
  });
});

describe("an operator", () => {
  test("is whom the settings name or the command line made one, from the next request on, and no longer after", async () => {
    const ada = await person(kit, "ada.op@acme.test");
    const isOperator = async () => (await actorOf(kit, ada.sessionId)) as { isOperator?: boolean };
    expect(await isOperator()).toMatchObject({ isOperator: false });
    await setOperator(kit.ports.db.read, ada.userId, true);
    expect(await isOperator()).toMatchObject({ isOperator: true });
    await setOperator(kit.ports.db.read, ada.userId, false);
    expect(await isOperator()).toMatchObject({ isOperator: false });
  });
});

describe("T12: a session", () => {
  test("that is ended is none at the next look; the account's others go on; ending it again is no event", async () => {
    const [one, other] = [await person(kit, "two.tabs@acme.test"), await person(kit, "two.tabs@acme.test")];
    await Promise.all([endSessionById(kit.ports, one.sessionId), endSessionById(kit.ports, one.sessionId)]);
    expect(await actorOf(kit, one.sessionId)).toBeNull();
    expect(await actorOf(kit, other.sessionId)).toMatchObject({ userId: other.userId });
    expect(await kit.sql("SELECT FROM audit_events WHERE action = 'session.ended' AND chain_id = $1", [one.userId])).toHaveLength(1);
  });

  test("lasts fourteen days and not a moment longer", async () => {
    const ada = await person(kit, "long@acme.test");
    // Used each day.
    for (let left = SESSION_LIFETIME_SECONDS * 1000 - 1; left > 0; left -= 24 * 3600_000) {
      kit.clock.advance(Math.min(left, 24 * 3600_000));
      expect(await actorOf(kit, ada.sessionId)).not.toBeNull();
    }
    kit.clock.advance(1);
    expect(await actorOf(kit, ada.sessionId)).toBeNull();
  });

  test("that is left unused for three days is over", async () => {
    const ada = await person(kit, "idle@acme.test");
    kit.clock.advance(SESSION_IDLE_SECONDS * 1000 - 1);
    expect(await actorOf(kit, ada.sessionId)).not.toBeNull();
    kit.clock.advance(SESSION_IDLE_SECONDS * 1000);
    expect(await actorOf(kit, ada.sessionId)).toBeNull();
  });

  test("ends when its browser signs in again, whoever signs in", async () => {
    const [ada, bob] = [await person(kit, "first@acme.test"), await person(kit, "second@acme.test")];
    const next = await signIn(kit.ports, claimsOf("first@acme.test"), ada.source, null, ada.sessionId);
    expect(await actorOf(kit, ada.sessionId)).toBeNull();
    await signIn(kit.ports, claimsOf("first@acme.test"), bob.source, null, bob.sessionId);
    expect([await actorOf(kit, bob.sessionId), (await actorOf(kit, next.sessionId))?.userId]).toEqual([null, ada.userId]);
    expect(await kit.sql("SELECT FROM audit_events WHERE action = 'session.ended' AND chain_id = ANY($1)", [[ada.userId, bob.userId]])).toHaveLength(2);
  });

  test("of a deactivated account is none, its codes are worth nothing, and it can't sign in again", async () => {
    const una = await unprovedPerson(kit, "gone@acme.test");
    const challenge = await requestAddressChallenge(kit.ports, una);
    await kit.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [una.userId]);
    expect(await actorOf(kit, una.sessionId)).toBeNull();
    await expect(enter(claimsOf("gone@acme.test"))).rejects.toMatchObject({ code: "account_deactivated" });
    expect(await kit.sql("SELECT FROM sessions WHERE user_id = $1", [una.userId])).toHaveLength(1);
    // A request that was already under way when the account was deactivated.
    await expect(verifyAddress(kit.ports, una, addressProofOf(kit, challenge))).rejects.toMatchObject({ code: "not_signed_in" });
    expect(await accounts("gone@acme.test")).toBe(0);
  });

  test("is noted as seen once a minute, not at each request", async () => {
    const ada = await person(kit, "seen@acme.test");
    const seen = async () => (await kit.sql<{ last_seen_at: Date }>("SELECT last_seen_at FROM sessions WHERE id = $1", [ada.sessionId]))[0]?.last_seen_at.getTime();
    const start = kit.clock.now().getTime();
    kit.clock.advance(60_000);
    await actorOf(kit, ada.sessionId);
    expect(await seen()).toBe(start);
    kit.clock.advance(1);
    await actorOf(kit, ada.sessionId);
    expect(await seen()).toBe(start + 60_001);
  });
});
