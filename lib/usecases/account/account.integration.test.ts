/** One's own account: profile (T1), change of address (T9, T11, T14), deletion. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DELETE as deleteRoute, PATCH as patchRoute } from "@/app/api/v1/account/route";
import type { Actor } from "@/lib/auth/actor";
import { call, serve } from "@/lib/testing/api";
import { TestBrowser } from "@/lib/testing/browser";
import { addPhone, askFor, mailed } from "@/lib/testing/factors";
import { makeGateway } from "@/lib/testing/gateway";
import { openKit, type Kit } from "@/lib/testing/kit";
import { actorOf, claimsOf, enter, person } from "@/lib/testing/people";
import { changedTables, snapshotOf, tablesHolding } from "@/lib/testing/snapshot";
import { addClient, addMember, addressProofOf, makeTenant, prepareIssue, wrongCodeOf, type Tenant } from "@/lib/testing/tenancy";
import { codesOf, wrong as wrongDigits } from "@/lib/testing/step-up-scene";
import { resendChallenge } from "@/lib/usecases/resend-challenge";
import { revokeClient } from "@/lib/usecases/revoke-client";
import type { AddressChangeView } from "@/lib/usecases/views";
import { beginAddressChange, confirmAddressChange } from "./change-address";
import { deleteAccount } from "./delete-account";
import { updateProfile, viewAccount } from "./profile";
import { setPassword } from "./set-password";

let kit: Kit;
let stopServing: () => void;
let acme: Tenant;
let ada: Actor;
let number = 0;

beforeAll(async () => {
  kit = await openKit();
  stopServing = serve(kit, await kit.listener());
  acme = await makeTenant(kit);
});
afterAll(async () => {
  stopServing();
  await kit.close();
});
beforeEach(async () => {
  ada = await addMember(kit, acme, "member", `ada-${++number}@acme.test`);
});

const mailsTo = async (email: string, template: string) => (await kit.sql<{ payload: Record<string, unknown> }>("SELECT payload FROM outbox_mails WHERE recipient = $1 AND template = $2", [email, template])).map(({ payload }) => payload);
const logged = async (actor: Actor, action: string) => (await kit.sql<{ data: Record<string, unknown> }>("SELECT data FROM audit_events WHERE chain_id = $1 AND action = $2 ORDER BY seq", [actor.userId, action])).map(({ data }) => data);

describe("the profile", () => {
  test("name, language and time zone change, one by one; what changed is logged", async () => {
    expect(await updateProfile(kit.ports, ada, { name: "  Ada  Lovelace " })).toMatchObject({ name: "Ada Lovelace", locale: "en", timeZone: "UTC" });
    expect(await updateProfile(kit.ports, ada, { locale: "pt-br", timeZone: "Europe/Lisbon" })).toMatchObject({ name: "Ada Lovelace", locale: "pt-BR", timeZone: "Europe/Lisbon" });
    await updateProfile(kit.ports, ada, { name: "Ada Lovelace" });
    expect(await logged(ada, "profile.changed")).toEqual([
      { changed: ["name"], name: "Ada Lovelace" },
      { changed: ["locale", "timeZone"], locale: "pt-BR", timeZone: "Europe/Lisbon" },
    ]);
  });

  test.each([
    ["name", ""],
    ["name", "   "],
    ["name", "Ada\r\nBcc: eve@evil.test"],
    ["name", "Ada\u202eevil"],
    ["name", "a".repeat(81)],
    ["locale", "not a language"],
    ["locale", ""],
    ["timeZone", "Europe/Nowhere"],
    ["timeZone", "+02:00"],
    ["timeZone", "../../etc/passwd"],
  ])("T9, T15: refuses the %s %j", async (field, value) => {
    await expect(updateProfile(kit.ports, ada, { [field]: value })).rejects.toMatchObject({ code: "bad_request", facts: { field } });
  });

  test("T1: every other field of an account, sent with a right one, is refused and changes nothing", async () => {
    const more = { role: "owner", isOperator: true, is_operator: true, email: "eve@evil.test", emailVerified: true, deactivatedAt: null, twoFactor: true, id: acme.owner.userId, userId: acme.owner.userId, subscriptionId: acme.subscriptionId, createdAt: "2020-01-01" };
    const before = await snapshotOf(kit);
    for (const [key, value] of Object.entries(more)) expect((await call(kit, "PATCH", patchRoute, { as: ada, body: { name: "Eve", [key]: value } })).status).toBe(400);
    expect((await call(kit, "PATCH", patchRoute, { as: ada, body: '{"name":"Eve","__proto__":{"isOperator":true}}' })).status).toBe(400);
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    expect(await call(kit, "PATCH", patchRoute, { as: ada, body: { name: "Ada" } })).toMatchObject({ status: 200, body: { name: "Ada", email: ada.email } });
  });
});

describe("changing the address", () => {
  const codeAtNew = ({ newAddress }: AddressChangeView) => addressProofOf(kit, newAddress);

  test("takes a proof by the old side and the code at the new one; both hear of it, and the account is found under the new alone", async () => {
    const email = `new-${number}@acme.test`;
    const asked = await beginAddressChange(kit.ports, ada, { email: `  New-${number}@Acme.test ` });
    expect(asked).toMatchObject({ stepUp: { factors: ["mail"], act: `change your e-mail address to ${email}` }, newAddress: { sentTo: "n•••@acme.test" } });
    expect(await mailsTo(email, "step-up-code")).toEqual([expect.objectContaining({ challengeId: asked.newAddress.challengeId, act: "make this the address of your account" })]);
    expect(await confirmAddressChange(kit.ports, ada, { email, newAddress: codeAtNew(asked) }, mailed(kit, asked.stepUp))).toEqual({ email });
    expect(await actorOf(kit, ada.sessionId)).toMatchObject({ email });
    for (const [address, side] of [[ada.email, "old"], [email, "new"]] as const) {
      expect(await mailsTo(address, "address-changed")).toEqual([expect.objectContaining({ side, from: ada.email, to: email, endSessionsLink: expect.any(String) })]);
    }
    expect(await logged(ada, "address.changed")).toEqual([{ from: ada.email, to: email }]);
    // The identity is the same one still: it is known by issuer and subject.
    expect((await person(kit, ada.email)).userId).toBe(ada.userId);
  });

  test("T11: neither code alone is enough, a wrong one takes a try of its own, and none of it changes anything", async () => {
    const email = `new-${number}@acme.test`;
    const asked = await beginAddressChange(kit.ports, ada, { email });
    const right = codeAtNew(asked);
    const wrong = { ...right, code: wrongDigits(right.code) };
    await expect(confirmAddressChange(kit.ports, ada, { email, newAddress: wrong }, mailed(kit, asked.stepUp))).rejects.toMatchObject({ code: "step_up_wrong_code", facts: { triesLeft: 4, field: "secondCode" } });
    await expect(confirmAddressChange(kit.ports, ada, { email, newAddress: right }, { ...mailed(kit, asked.stepUp), code: wrongCodeOf(kit, asked.stepUp) })).rejects.toMatchObject({ code: "step_up_wrong_code", facts: { triesLeft: 4, field: "code" } });
    await expect(confirmAddressChange(kit.ports, ada, { email, newAddress: mailed(kit, asked.stepUp) }, mailed(kit, asked.stepUp))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(confirmAddressChange(kit.ports, ada, { email: "other@acme.test", newAddress: right }, mailed(kit, asked.stepUp))).rejects.toMatchObject({ code: "step_up_mismatch" });
    expect(await actorOf(kit, ada.sessionId)).toMatchObject({ email: ada.email });
    await confirmAddressChange(kit.ports, ada, { email, newAddress: right }, mailed(kit, asked.stepUp));
  });

  test("T11: who has a second factor proves the change with it; a mailbox and a session are not enough", async () => {
    const phone = await addPhone(kit, ada);
    const email = `new-${number}@acme.test`;
    const asked = await beginAddressChange(kit.ports, ada, { email });
    expect(asked.stepUp).toMatchObject({ factors: ["totp", "recovery"], sentTo: null });
    await expect(confirmAddressChange(kit.ports, ada, { email, newAddress: codeAtNew(asked) }, mailed(kit, asked.stepUp))).rejects.toMatchObject({ code: "step_up_factor_refused" });
    await confirmAddressChange(kit.ports, ada, { email, newAddress: codeAtNew(asked) }, phone.proof(asked.stepUp));
  });

  test("T14: an address that another account has is told apart by nobody who can't read its mail, and never taken over", async () => {
    const grace = await person(kit, `grace-${number}@acme.test`);
    const [taken, free] = [await beginAddressChange(kit.ports, ada, { email: grace.email }), await beginAddressChange(kit.ports, ada, { email: `grate-${number}@acme.test` })];
    expect(Object.keys(taken.newAddress)).toEqual(Object.keys(free.newAddress));
    expect(taken.newAddress.sentTo).toBe(free.newAddress.sentTo);
    await expect(confirmAddressChange(kit.ports, ada, { email: grace.email, newAddress: codeAtNew(taken) }, mailed(kit, taken.stepUp))).rejects.toMatchObject({ code: "address_taken" });
    expect(await actorOf(kit, grace.sessionId)).toMatchObject({ userId: grace.userId, email: grace.email });
  });

  test("of two accounts that take one address at the same time, one gets it", async () => {
    const grace = await person(kit, `grace-${number}@acme.test`);
    const email = `wanted-${number}@acme.test`;
    const [hers, his] = [await beginAddressChange(kit.ports, ada, { email }), await beginAddressChange(kit.ports, grace, { email })];
    const results = await Promise.allSettled([
      confirmAddressChange(kit.ports, ada, { email, newAddress: codeAtNew(hers) }, mailed(kit, hers.stepUp)),
      confirmAddressChange(kit.ports, grace, { email, newAddress: codeAtNew(his) }, mailed(kit, his.stepUp)),
    ]);
    expect(codesOf(results).sort()).toEqual(["address_taken", "done"]);
  });

  test("T9: an address with a quoted local part, a list, a line break or a look-alike is refused before any mail; so is one's own", async () => {
    const before = await snapshotOf(kit);
    for (const email of ['"e@attacker"@acme.test', "a@acme.test, b@acme.test", "a@acme.test\r\nBcc: eve@evil.test", "a＠acme.test", ada.email.toUpperCase()]) {
      await expect(beginAddressChange(kit.ports, ada, { email })).rejects.toMatchObject({ code: "bad_request" });
    }
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("a stranger's mailbox is not filled: mails to one address are counted", async () => {
    const email = `stranger-${number}@elsewhere.test`;
    const attempts = await Promise.allSettled(Array.from({ length: 6 }, () => beginAddressChange(kit.ports, ada, { email })));
    expect(codesOf(attempts)).toContain("too_many_tries");
    expect((await mailsTo(email, "step-up-code")).length).toBeLessThanOrEqual(4);
  });

  test("the code at the new address can be mailed again, and codes on their way to the old one are worth nothing after the change", async () => {
    const pending = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const email = `new-${number}@acme.test`;
    const asked = await beginAddressChange(kit.ports, ada, { email });
    kit.clock.advance(31_000);
    expect(await resendChallenge(kit.ports, ada, { challengeId: asked.newAddress.challengeId })).toMatchObject({ sentTo: "n•••@acme.test" });
    expect(await mailsTo(email, "step-up-code")).toHaveLength(2);
    await confirmAddressChange(kit.ports, ada, { email, newAddress: codeAtNew(asked) }, mailed(kit, asked.stepUp));
    await expect(pending.issue()).rejects.toMatchObject({ code: "step_up_expired" });
  });

  test("a code to sign in that went to the old address signs nobody in after the change", async () => {
    const [thief, password] = [new TestBrowser(kit), "several words that nobody knows"];
    await setPassword(kit.ports, ada, { password }, mailed(kit, await askFor(kit, ada, "password.set")));
    await thief.password(ada.email, password);
    const code = await thief.mailedCodeOrFail(ada.email);
    const asked = await beginAddressChange(kit.ports, ada, { email: `new-${number}@acme.test` });
    await confirmAddressChange(kit.ports, ada, { email: `new-${number}@acme.test`, newAddress: codeAtNew(asked) }, mailed(kit, asked.stepUp));
    await expect(thief.code("sign_in", code)).rejects.toMatchObject({ code: "attempt_over" });
  });
});

describe("deleting the account", () => {
  const proofToDelete = async (actor: Actor) => mailed(kit, await askFor(kit, actor, "account.delete"));

  test("revokes its clients with their gateways' revisions, and leaves nothing of the person but the log", async () => {
    const other = await makeTenant(kit, { name: "globex", gateway: await makeGateway(kit) });
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'member', now())", [other.subscriptionId, ada.userId]);
    const clients = [await addClient(kit, ada, acme.subscriptionId, "one"), await addClient(kit, ada, acme.subscriptionId, "two"), await addClient(kit, ada, other.subscriptionId, "three")];
    const kept = await addClient(kit, acme.owner, acme.subscriptionId, "theirs");
    await acme.gateway.sync();
    await other.gateway.sync();
    expect((await viewAccount(kit.ports, ada)).deletion).toEqual({ clients: 3, soleOwnerOf: [] });
    const phone = await addPhone(kit, ada);
    await deleteAccount(kit.ports, ada, phone.proof(await askFor(kit, ada, "account.delete")));

    expect(await kit.sql("SELECT state, count(*)::int FROM access_clients WHERE owner_id = $1 GROUP BY state", [ada.userId])).toEqual([{ state: "revoked", count: 3 }]);
    expect(await kit.sql("SELECT state FROM access_clients WHERE id = $1", [kept.id])).toEqual([{ state: "active" }]);
    // The gateways take them off their devices, and what they then hold is what the portal wants there.
    await acme.gateway.sync();
    await other.gateway.sync();
    const cut = await kit.sql<{ subject_id: string }>("SELECT subject_id FROM audit_events WHERE action = 'client.cut' AND subject_id = ANY($1)", [clients.map(({ id }) => id)]);
    expect(cut).toHaveLength(3);

    expect(await actorOf(kit, ada.sessionId)).toBeNull();
    expect(await mailsTo(ada.email, "account-deleted")).toEqual([expect.objectContaining({ clients: 3 })]);
    expect(tablesHolding(await snapshotOf(kit), ada.email).sort()).toEqual(["audit_events", "outbox_mails"]);
    expect(await kit.sql("SELECT email, name, is_operator FROM users WHERE id = $1", [ada.userId])).toEqual([{ email: null, name: "Deleted account", is_operator: false }]);
    for (const chain of [acme.subscriptionId, other.subscriptionId]) expect(await kit.sql("SELECT data FROM audit_events WHERE chain_id = $1 AND action = 'member.left' AND actor_id = $2", [chain, ada.userId])).toEqual([{ data: { email: ada.email } }]);
    expect(await logged(ada, "account.deleted")).toEqual([{ clients: 3 }]);
    // The address is free, for an account that knows nothing of the old one.
    expect((await person(kit, ada.email)).userId).not.toBe(ada.userId);
  });

  test("is refused to the only owner of a subscription, naming it, and the proof stays good; a second owner makes it possible", async () => {
    const { owner, subscriptionId } = await makeTenant(kit, { name: "Initech", gateway: acme.gateway });
    expect((await viewAccount(kit.ports, owner)).deletion.soleOwnerOf).toEqual([{ id: subscriptionId, name: "Initech" }]);
    const proof = await proofToDelete(owner);
    const refused = await call(kit, "DELETE", deleteRoute, { as: owner, body: { proof } });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: "sole_owner", message: expect.stringContaining("“Initech”") } } });
    // Who can't sign in is no owner to leave it to.
    const second = await addMember(kit, { subscriptionId }, "owner", `second-${number}@initech.test`);
    await kit.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [second.userId]);
    expect((await call(kit, "DELETE", deleteRoute, { as: owner, body: { proof } })).status).toBe(409);
    await kit.sql("UPDATE users SET deactivated_at = NULL WHERE id = $1", [second.userId]);
    expect((await call(kit, "DELETE", deleteRoute, { as: owner, body: { proof } })).status).toBe(204);
    await expect(proofToDelete(second).then((last) => deleteAccount(kit.ports, second, last))).rejects.toMatchObject({ code: "sole_owner" });
  });

  test("of two owners who leave at the same time, one stays", async () => {
    const { owner, subscriptionId } = await makeTenant(kit, { name: "Hooli", gateway: acme.gateway });
    const second = await addMember(kit, { subscriptionId }, "owner", `second-${number}@hooli.test`);
    const proofs = [await proofToDelete(owner), await proofToDelete(second)] as const;
    const results = await Promise.allSettled([deleteAccount(kit.ports, owner, proofs[0]), deleteAccount(kit.ports, second, proofs[1])]);
    expect(codesOf(results).sort()).toEqual(["done", "sole_owner"]);
  });

  test("takes turns with a client being revoked, and with one being added", async () => {
    const clients = await Promise.all(["a", "b", "c"].map((name) => addClient(kit, ada, acme.subscriptionId, name)));
    const adding = await prepareIssue(kit, ada, acme.subscriptionId, "late");
    const proof = await proofToDelete(ada);
    await Promise.allSettled([
      ...clients.map(({ id }) => revokeClient(kit.ports, acme.owner, { subscriptionId: acme.subscriptionId, clientId: id })),
      deleteAccount(kit.ports, ada, proof),
      adding.issue(),
    ]);
    expect(await kit.sql("SELECT FROM access_clients WHERE owner_id = $1 AND state <> 'revoked'", [ada.userId])).toEqual([]);
    expect(await actorOf(kit, ada.sessionId)).toBeNull();
  });

  test("T12: what was under way with the account is over with it", async () => {
    const other = await person(kit, ada.email);
    const pending = await prepareIssue(kit, other, acme.subscriptionId, "laptop");
    await deleteAccount(kit.ports, ada, await proofToDelete(ada));
    await expect(pending.issue()).rejects.toMatchObject({ code: expect.stringMatching(/^not_(signed_in|found)$/) });
    const again = await enter(kit, claimsOf(ada.email));
    expect((await actorOf(kit, again))?.userId).not.toBe(ada.userId);
  });
});
