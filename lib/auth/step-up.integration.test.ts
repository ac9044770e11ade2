/** A proof is good for one act, once, for ten minutes, at most five tries (product rule 3; T10, T11). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { CHALLENGE_LIFETIME_MS } from "@/lib/auth/step-up";
import { RESEND_AFTER_SECONDS } from "@/lib/core/proof-limits";
import { openKit, type Kit } from "@/lib/testing/kit";
import { actorOf, person, unprovedPerson } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, addressProofOf, issueInput, makeTenant, prepareIssue, proofOf, wrongCodeOf, type Tenant } from "@/lib/testing/tenancy";
import { issueClient } from "@/lib/usecases/issue-client";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";
import { resendChallenge } from "@/lib/usecases/resend-challenge";
import { requestAddressChallenge, verifyAddress } from "@/lib/usecases/verify-address";
import { revokeClient } from "@/lib/usecases/revoke-client";

let kit: Kit;
let acme: Tenant;
let globex: Tenant;
let ada: Actor;

beforeAll(async () => {
  kit = await openKit();
  acme = await makeTenant(kit, { name: "acme" });
  globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
});
afterAll(() => kit.close());
beforeEach(async () => {
  ada = await addMember(kit, acme, "admin");
});

const clientsOf = async (actor: Actor): Promise<number> => (await kit.sql("SELECT FROM access_clients WHERE owner_id = $1", [actor.userId])).length;
const mailsTo = async (actor: { email: string | null }, template: string): Promise<number> =>
  (await kit.sql("SELECT FROM outbox_mails WHERE recipient = $1 AND template = $2", [actor.email, template])).length;
const challengeRow = async (challengeId: string) => (await kit.sql("SELECT tries_left, used_at, sends FROM step_up_challenges WHERE id = $1", [challengeId]))[0];

describe("T11: a proof for one act is no proof for another", () => {
  /** Hands Ada's proof in for something else; that changes nothing, and it is still good for what it was made for. */
  async function isRefused(attempt: (prepared: Awaited<ReturnType<typeof prepareIssue>>) => Promise<unknown>): Promise<void> {
    const prepared = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const before = await snapshotOf(kit);
    await expect(attempt(prepared)).rejects.toMatchObject({ code: "step_up_mismatch" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect((await prepared.issue()).client.nickname).toBe("laptop");
  }

  test("another nickname", () => isRefused(({ input, proof }) => issueClient(kit.ports, ada, { ...input, nickname: "Laptop" }, proof)));

  test("another instance, of a subscription that the same person may add to", async () => {
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'owner', now())", [globex.subscriptionId, ada.userId]);
    await isRefused(({ input, proof }) => issueClient(kit.ports, ada, { ...input, subscriptionId: globex.subscriptionId }, proof));
  });

  test("another session of the same person", async () => {
    const elsewhere = await person(kit, ada.email);
    expect(elsewhere.userId).toBe(ada.userId);
    await isRefused(({ input, proof }) => issueClient(kit.ports, elsewhere, input, proof));
  });

  test("another person of the same subscription", () => isRefused(({ input, proof }) => issueClient(kit.ports, acme.owner, input, proof)));

  test("another challenge's code", async () => {
    const other = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const prepared = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    await expect(issueClient(kit.ports, ada, prepared.input, { ...prepared.proof, code: other.proof.code })).rejects.toMatchObject({ code: "step_up_wrong_code" });
  });

  test("another act: the code that proves an address adds no client, and the other way round", async () => {
    const email = "grace@acme.test";
    const unproved = await unprovedPerson(kit, email);
    const [first, second] = [await requestAddressChallenge(kit.ports, unproved), await requestAddressChallenge(kit.ports, unproved)];
    await verifyAddress(kit.ports, unproved, addressProofOf(kit, first));
    const grace = await actorOf(kit, unproved.sessionId);
    if (!grace || grace.email === null) throw new Error("Not proved.");
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'member', now())", [acme.subscriptionId, grace.userId]);
    const { input, proof } = await prepareIssue(kit, grace, acme.subscriptionId, "laptop");
    await expect(issueClient(kit.ports, grace, input, proofOf(kit, second))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(verifyAddress(kit.ports, { ...unproved }, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
  });

  test("a challenge that isn't there, and text that is no id", () =>
    isRefused(async ({ input, proof }) => {
      for (const challengeId of ["", "x", "' OR 1=1 --", `${proof.challengeId} `, proof.challengeId.toUpperCase()]) {
        await expect(issueClient(kit.ports, ada, input, { ...proof, challengeId })).rejects.toMatchObject({ code: "step_up_mismatch" });
      }
      return issueClient(kit.ports, ada, input, { ...proof, challengeId: kit.ports.newId() });
    }));
});

describe("T11: a proof is spent once", () => {
  test("replaying it for another key makes nothing", async () => {
    const { input, proof, issue } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    await issue();
    const again = { ...input, publicKey: issueInput(kit, acme.subscriptionId, "laptop", null).publicKey };
    const before = await snapshotOf(kit);
    await expect(issueClient(kit.ports, ada, again, proof)).rejects.toMatchObject({ code: "step_up_spent" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("of two hundred requests at once with the right code, each with a key of its own, one makes a client", async () => {
    const { input, proof } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, () => issueClient(kit.ports, ada, { ...input, publicKey: issueInput(kit, acme.subscriptionId, "laptop", null).publicKey }, proof)),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(new Set(results.flatMap((result) => (result.status === "rejected" ? [(result.reason as { code: string }).code] : [])))).toEqual(new Set(["step_up_spent"]));
    expect(await clientsOf(ada)).toBe(1);
  });

  test("the same request sent twenty times gets the same client twenty times", async () => {
    const { issue } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const answers = await Promise.all(Array.from({ length: 20 }, () => issue()));
    const [first] = answers;
    for (const answer of answers) expect(answer).toEqual(first);
    expect(await clientsOf(ada)).toBe(1);
    expect(await mailsTo(ada, "client-issued")).toBe(1);
  });
});

test("T12: a request that was under way when its session ended, or its account was deactivated, adds nothing and spends nothing", async () => {
  for (const end of ["UPDATE sessions SET revoked_at = now() WHERE user_id = $1", "UPDATE users SET deactivated_at = now() WHERE id = $1"]) {
    const grace = await addMember(kit, acme, "admin");
    const { proof, issue } = await prepareIssue(kit, grace, acme.subscriptionId, "laptop");
    await kit.sql(end, [grace.userId]);
    await expect(issue()).rejects.toMatchObject({ code: "not_signed_in" });
    expect(await clientsOf(grace)).toBe(0);
    expect(await challengeRow(proof.challengeId)).toMatchObject({ used_at: null, tries_left: 5 });
  }
});

describe("a request that is repeated because its answer was lost", () => {
  test("gets the client as it is now, also when it was revoked meanwhile", async () => {
    const { issue } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const { client } = await issue();
    expect(await issue()).toMatchObject({ client: { id: client.id, state: "active" } });
    await revokeClient(kit.ports, ada, { subscriptionId: acme.subscriptionId, clientId: client.id });
    const before = await snapshotOf(kit);
    expect(await issue()).toMatchObject({ client: { id: client.id, state: "revoked" } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("is refused to another session, another person, for another subscription, and to whoever lost their role", async () => {
    const { input, proof, issue } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    await issue();
    await expect(issueClient(kit.ports, await person(kit, ada.email), input, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(issueClient(kit.ports, acme.owner, input, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'owner', now())", [globex.subscriptionId, ada.userId]);
    await expect(issueClient(kit.ports, ada, { ...input, subscriptionId: globex.subscriptionId }, proof)).rejects.toMatchObject({ code: "step_up_spent" });
    await kit.sql("DELETE FROM memberships WHERE user_id = $1", [ada.userId]);
    await expect(issue()).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("T10: a wrong code", () => {
  test("takes a try and says how many are left, is noted in the person's log, and changes nothing else", async () => {
    const { input, proof } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const before = await snapshotOf(kit);
    await expect(issueClient(kit.ports, ada, input, { ...proof, code: wrongCodeOf(kit, proof) })).rejects.toMatchObject({
      code: "step_up_wrong_code",
      message: "That code is not right. 4 tries left.",
      facts: { triesLeft: 4 },
    });
    expect(changedTables(before, await snapshotOf(kit))).toEqual(["audit_chains", "audit_events", "step_up_challenges"]);
    expect(await challengeRow(proof.challengeId)).toMatchObject({ tries_left: 4, used_at: null });
    expect(await kit.sql("SELECT data FROM audit_events WHERE chain_id = $1 AND action = 'step_up.wrong_code'", [ada.userId])).toEqual([{ data: { for: "client.issue", triesLeft: 4 } }]);
  });

  test.each(["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "000000; DROP TABLE users"])("of another shape takes a try as well: %j", async (code) => {
    const { input, proof } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    await expect(issueClient(kit.ports, ada, input, { ...proof, code })).rejects.toMatchObject({ code: "step_up_wrong_code", facts: { triesLeft: 4 } });
  });

  test("five times ends the challenge: the right code then makes nothing", async () => {
    const { input, proof, issue } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    for (const triesLeft of [4, 3, 2, 1, 0]) {
      await expect(issueClient(kit.ports, ada, input, { ...proof, code: wrongCodeOf(kit, proof) })).rejects.toMatchObject({ facts: { triesLeft } });
    }
    await expect(issue()).rejects.toMatchObject({ code: "step_up_spent", message: expect.stringContaining("Too many wrong codes") });
    expect(await clientsOf(ada)).toBe(0);
  });

  test("forty times at once is five tries, not more", async () => {
    const { input, proof, issue } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => issueClient(kit.ports, ada, input, { ...proof, code: wrongCodeOf(kit, proof) })));
    const left = results.flatMap((result) => (result.status === "rejected" ? [(result.reason as { code: string; facts: { triesLeft?: number } })] : []));
    expect(left.filter(({ code }) => code === "step_up_wrong_code").map(({ facts }) => facts.triesLeft).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(left.filter(({ code }) => code === "step_up_spent")).toHaveLength(35);
    await expect(issue()).rejects.toMatchObject({ code: "step_up_spent" });
  });

  test("by a stranger takes no try: nobody can use up another person's code", async () => {
    const { input, proof, issue } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    for (const stranger of [acme.owner, await person(kit, ada.email)]) {
      await expect(issueClient(kit.ports, stranger, input, { ...proof, code: wrongCodeOf(kit, proof) })).rejects.toMatchObject({ code: "step_up_mismatch" });
    }
    await expect(issueClient(kit.ports, globex.owner, input, proof)).rejects.toMatchObject({ code: "not_found" });
    expect(await challengeRow(proof.challengeId)).toMatchObject({ tries_left: 5 });
    expect((await issue()).client.state).toBe("active");
  });
});

describe("a code's ten minutes", () => {
  test("are over at the end of the tenth, and not before", async () => {
    const early = await prepareIssue(kit, ada, acme.subscriptionId, "early");
    const late = await prepareIssue(kit, ada, acme.subscriptionId, "late");
    kit.clock.advance(CHALLENGE_LIFETIME_MS - 1);
    expect((await early.issue()).client.nickname).toBe("early");
    kit.clock.advance(1);
    await expect(late.issue()).rejects.toMatchObject({ code: "step_up_expired" });
    expect(await clientsOf(ada)).toBe(1);
  });

  test("are over for a wrong code, too, and it is told nothing of right or wrong", async () => {
    const { input, proof } = await prepareIssue(kit, ada, acme.subscriptionId, "late");
    kit.clock.advance(CHALLENGE_LIFETIME_MS);
    await expect(issueClient(kit.ports, ada, input, { ...proof, code: wrongCodeOf(kit, proof) })).rejects.toMatchObject({ code: "step_up_expired" });
    expect(await challengeRow(proof.challengeId)).toMatchObject({ tries_left: 5 });
  });
});

describe("a proof is never spent on an act that failed", () => {
  test("a key that is in use: the same code then serves another key", async () => {
    const taken = await addClient(kit, ada, acme.subscriptionId, "first");
    const { input, proof, issue } = await prepareIssue(kit, ada, acme.subscriptionId, "second");
    const before = await snapshotOf(kit);
    await expect(issueClient(kit.ports, ada, { ...input, publicKey: taken.publicKey }, proof)).rejects.toMatchObject({ code: "public_key_in_use", facts: { field: "publicKey" } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect((await issue()).client.nickname).toBe("second");
  });

  test("the key of another tenant's client is in use as well, and the refusal doesn't say whose it is", async () => {
    const theirs = await addClient(kit, globex.owner, globex.subscriptionId, "theirs");
    const { input, proof } = await prepareIssue(kit, ada, acme.subscriptionId, "mine");
    await expect(issueClient(kit.ports, ada, { ...input, publicKey: theirs.publicKey }, proof)).rejects.toMatchObject({
      code: "public_key_in_use",
      message: expect.not.stringMatching(/globex|theirs/),
    });
  });

  test("the instance's own key: WireGuard would leave such a peer out, and the gateway could confirm nothing any more", async () => {
    const { input, proof, issue } = await prepareIssue(kit, ada, acme.subscriptionId, "mirror");
    const before = await snapshotOf(kit);
    const publicKey = acme.gateway.keyOf(acme.instanceId);
    await expect(issueClient(kit.ports, ada, { ...input, publicKey }, proof)).rejects.toMatchObject({ code: "public_key_invalid", facts: { field: "publicKey" } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect((await issue()).client.nickname).toBe("mirror");
  });

  test("of two people who hand in one key at once, one gets it, and the other can still use the code", async () => {
    const one = await prepareIssue(kit, ada, acme.subscriptionId, "one");
    const other = await prepareIssue(kit, globex.owner, globex.subscriptionId, "other");
    const { publicKey } = one.input;
    const results = await Promise.allSettled([one.issue(), issueClient(kit.ports, globex.owner, { ...other.input, publicKey }, other.proof)]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(results.find((result) => result.status === "rejected")).toMatchObject({ reason: { code: "public_key_in_use" } });
    const [loserChallenge] = await kit.sql("SELECT count(*)::int AS open FROM step_up_challenges WHERE id = ANY($1) AND used_at IS NULL", [[one.proof.challengeId, other.proof.challengeId]]);
    expect(loserChallenge).toEqual({ open: 1 });
  });

  test.each([
    ["suspended", "subscription_inactive"],
    ["cancelled", "subscription_inactive"],
  ])("a subscription that became %s meanwhile", async (billingState, code) => {
    const tenant = await makeTenant(kit, { gateway: acme.gateway });
    const { proof, issue } = await prepareIssue(kit, tenant.owner, tenant.subscriptionId, "laptop");
    await kit.sql("UPDATE subscriptions SET billing_state = $2::billing_state, billing_until = CASE WHEN $2 = 'cancelled' THEN now() END WHERE id = $1", [tenant.subscriptionId, billingState]);
    await expect(issue()).rejects.toMatchObject({ code });
    expect(await challengeRow(proof.challengeId)).toMatchObject({ used_at: null, tries_left: 5 });
  });
});

describe("sending a code again", () => {
  test("is possible after thirty seconds, three times; asked for twenty times at once it mails once", async () => {
    const { proof } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const resend = () => resendChallenge(kit.ports, ada, proof);
    await expect(resend()).rejects.toMatchObject({ code: "step_up_too_soon", facts: { retryAfterSeconds: RESEND_AFTER_SECONDS } });
    expect(await mailsTo(ada, "step-up-code")).toBe(1);
    for (const mails of [2, 3, 4]) {
      kit.clock.advance(RESEND_AFTER_SECONDS * 1000);
      const results = await Promise.allSettled(Array.from({ length: 20 }, resend));
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await mailsTo(ada, "step-up-code")).toBe(mails);
    }
    kit.clock.advance(RESEND_AFTER_SECONDS * 1000);
    await expect(resend()).rejects.toMatchObject({ code: "step_up_too_many" });
  });

  test("is refused for another's challenge, another session's, one that isn't there, a spent one and an expired one", async () => {
    const { proof, issue } = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    kit.clock.advance(RESEND_AFTER_SECONDS * 1000);
    for (const stranger of [acme.owner, globex.owner, await person(kit, ada.email)]) {
      await expect(resendChallenge(kit.ports, stranger, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
    }
    await expect(resendChallenge(kit.ports, ada, { challengeId: kit.ports.newId() })).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(resendChallenge(kit.ports, ada, { challengeId: "no id" })).rejects.toMatchObject({ code: "not_found" });
    await issue();
    await expect(resendChallenge(kit.ports, ada, proof)).rejects.toMatchObject({ code: "step_up_spent" });
    const other = await prepareIssue(kit, ada, acme.subscriptionId, "other");
    kit.clock.advance(CHALLENGE_LIFETIME_MS);
    await expect(resendChallenge(kit.ports, ada, other.proof)).rejects.toMatchObject({ code: "step_up_expired" });
  });
});

describe("T10: asking for codes", () => {
  test("stops at thirty an hour for one person, also when asked forty times at once, and no one else is held up", async () => {
    const ask = (actor: Actor) => requestClientChallenge(kit.ports, actor, { subscriptionId: acme.subscriptionId, nickname: "laptop" });
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => ask(ada)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(30);
    expect(await mailsTo(ada, "step-up-code")).toBe(30);
    await expect(ask(ada)).rejects.toMatchObject({ code: "step_up_too_many" });
    expect((await ask(await addMember(kit, acme, "member"))).triesLeft).toBe(5);
    kit.clock.advance(3_600_000);
    expect((await ask(ada)).triesLeft).toBe(5);
  });
});
