/** Clients prepared for colleagues: by whom, for whom, once; and what becomes of a link whose people or rules changed meanwhile. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { enrolmentToken } from "@/lib/auth/account-links";
import { ENROLMENT_DAYS, ENROLMENT_MAILS, ENROLMENT_MAILS_A_DAY } from "@/lib/core/enrolment";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator, person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { addClient, addMember, issueInput, makeTenant, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { demoteMember, removeMember } from "@/lib/usecases/members/remove-member";
import { deactivateUser } from "@/lib/usecases/operator-users/users";
import { setPolicy } from "@/lib/usecases/subscription-policy";
import { enrolClient, requestEnrolment, viewEnrolment } from "./enrol-client";
import { prepareClient, requestPreparation, resendEnrolment, viewEnrolments, withdrawPrepared } from "./prepare-client";

const UNKNOWN = "00000000-0000-4000-8000-00000000dead";
const DAY_MS = 24 * 3_600_000;
let kit: Kit;
let acme: Tenant;
let globex: Tenant;
let ann: Actor;

beforeAll(async () => {
  kit = await openKit();
});
beforeEach(async () => {
  acme = await makeTenant(kit, { gateway: acme?.gateway });
  globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
  ann = await addMember(kit, acme, "member");
});
afterAll(() => kit.close());

const here = () => ({ subscriptionId: acme.subscriptionId });
const inDays = (days: number): string => new Date(kit.clock.now().getTime() + days * DAY_MS).toISOString();
const clientsOf = async ({ userId }: Actor) => kit.sql<{ id: string; nickname: string; state: string; expires_at: Date | null; held: boolean }>("SELECT * FROM access_clients WHERE owner_id = $1 ORDER BY created_at, id", [userId]);
const events = async (action: string) => kit.sql<{ actor_label: string; data: object }>("SELECT actor_label, data FROM audit_events WHERE chain_id = $1 AND action = $2 ORDER BY seq", [acme.subscriptionId, action]);
const mailsTo = async (recipient: string, template: string) => kit.sql<{ payload: { enrolmentLink: string } }>("SELECT payload FROM outbox_mails WHERE recipient = $1 AND template = $2 ORDER BY created_at, id", [recipient, template]);
const waiting = async (as: Actor = acme.owner) => (await viewEnrolments(kit.ports, as, here())).items;

/** @returns what the link in the mail carries */
async function prepare({ by = acme.owner, to = ann, nickname = "Field laptop", expiresAt = null as string | null } = {}): Promise<string> {
  const input = { ...here(), email: to.email, nickname, expiresAt };
  await prepareClient(kit.ports, by, input, proofOf(kit, await requestPreparation(kit.ports, by, input)));
  return tokenFor(to.email);
}

const seenLinks = new Set<string>();

/** Of the mail that came since it was asked for last: the clock stands still between some of them. */
async function tokenFor(email: string): Promise<string> {
  const link = (await mailsTo(email, "client-prepared")).map(({ payload }) => payload.enrolmentLink).find((each) => !seenLinks.has(each)) ?? "";
  seenLinks.add(link);
  return enrolmentToken(kit.ports, link);
}

/** Everything up to the request, with keys as a browser makes them. */
async function begin(token: string, as: Actor = ann) {
  const challenge = await requestEnrolment(kit.ports, as, { token });
  const { publicKey, sealedPresharedKey } = issueInput(kit, acme.subscriptionId, "unused", challenge);
  return { proof: proofOf(kit, challenge), input: { token, publicKey, sealedPresharedKey }, enrol: () => enrolClient(kit.ports, as, { token, publicKey, sealedPresharedKey }, proofOf(kit, challenge)) };
}

describe("a prepared client", () => {
  test("waits for a key, is looked at without being spent, and becomes the colleague's; log and mails name both", async () => {
    const token = await prepare({ expiresAt: inDays(30) });
    expect(await waiting()).toMatchObject([{ nickname: "Field laptop", email: ann.email, preparedByEmail: acme.owner.email, mine: false, may: { resend: true, withdraw: true } }]);
    expect(await waiting(ann)).toMatchObject([{ nickname: "Field laptop", mine: true, may: { resend: false, withdraw: true } }]);
    expect(await waiting(await addMember(kit, acme, "member"))).toEqual([]);
    for (let i = 0; i < 3; i++) expect(await viewEnrolment(kit.ports, ann, { token })).toMatchObject({ forYou: true, nickname: "Field laptop", preparedByEmail: acme.owner.email, hindrance: null, instance: { name: "acme atlas" } });
    const { enrol } = await begin(token);
    const { client, configuration } = await enrol();
    expect(client).toMatchObject({ nickname: "Field laptop", ownerEmail: ann.email, mine: true, state: "active", hasPresharedKey: true, expiresAt: expect.any(String) });
    expect(configuration).toMatchObject({ addresses: [`${client.addressV4}/32`, `${client.addressV6}/128`] });
    await acme.gateway.sync();
    const [change] = await kit.sql<{ acknowledged_at: Date | null }>("SELECT acknowledged_at FROM gateway_changes WHERE client_id = $1", [client.id]);
    expect(change?.acknowledged_at).not.toBeNull();
    expect(await waiting()).toEqual([]);
    expect(await events("client.prepared")).toMatchObject([{ actor_label: acme.owner.email, data: { email: ann.email, nickname: "Field laptop" } }]);
    expect(await events("client.enrolled")).toMatchObject([{ actor_label: ann.email, data: { preparedBy: acme.owner.email, nickname: "Field laptop", proof: "mailed code" } }]);
    expect([await mailsTo(ann.email, "client-issued"), await mailsTo(acme.owner.email, "client-enrolled")].map((mails) => mails.length)).toEqual([1, 1]);
  });

  test("is only kept as a hash: neither the table nor the outbox nor the log holds what the link carries", async () => {
    const token = await prepare();
    const rows = await kit.sql<{ row: string }>("SELECT to_jsonb(e)::text AS row FROM enrolments e UNION ALL SELECT to_jsonb(o)::text FROM outbox_mails o UNION ALL SELECT to_jsonb(a)::text FROM audit_events a");
    expect(rows.some(({ row }) => row.includes(token) || row.includes(Buffer.from(token, "base64url").toString("hex")))).toBe(false);
  });

  test("is prepared by owners and admins, for others who are in the subscription", async () => {
    const input = { ...here(), email: ann.email, nickname: "x" };
    const outcomes: [Actor, object, string][] = [
      [ann, { ...input, email: acme.owner.email }, "forbidden"],
      [await operator(kit), input, "forbidden"],
      [globex.owner, input, "not_found"],
      [acme.owner, { ...input, subscriptionId: globex.subscriptionId }, "not_found"],
      [acme.owner, { ...input, email: globex.owner.email }, "not_a_member"],
      [acme.owner, { ...input, email: "nobody@acme.test" }, "not_a_member"],
      [acme.owner, { ...input, email: acme.owner.email }, "bad_request"],
      [acme.owner, { ...input, email: "no address" }, "bad_request"],
      [acme.owner, { ...input, nickname: "laptop\nPostUp = evil" }, "nickname_invalid"],
      [acme.owner, { ...input, expiresAt: inDays(-1) }, "expiry_invalid"],
    ];
    for (const [as, what, code] of outcomes) await expect(requestPreparation(kit.ports, as, what as typeof input)).rejects.toMatchObject({ code });
    await prepare({ by: await addMember(kit, acme, "admin"), to: acme.owner });
  });

  test("T11: a proof for one is none for another colleague, name, end or subscription; nor is one to add a client", async () => {
    const bob = await addMember(kit, acme, "member");
    const input = { ...here(), email: ann.email, nickname: "laptop", expiresAt: inDays(3) };
    const proof = proofOf(kit, await requestPreparation(kit.ports, acme.owner, input));
    for (const other of [{ email: bob.email }, { nickname: "phone" }, { expiresAt: inDays(4) }, { expiresAt: null }]) {
      await expect(prepareClient(kit.ports, acme.owner, { ...input, ...other }, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
    }
    await prepareClient(kit.ports, acme.owner, input, proof);
    await expect(prepareClient(kit.ports, acme.owner, input, proof)).rejects.toMatchObject({ code: "step_up_spent" });
    const first = await tokenFor(ann.email);
    const second = await prepare({ nickname: "phone" });
    const begun = await begin(first);
    await expect(enrolClient(kit.ports, ann, { ...begun.input, token: second }, begun.proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
    expect((await begun.enrol()).client.nickname).toBe("laptop");
  });

  test("T11: takes a right code: a wrong one takes a try and spends no link", async () => {
    const token = await prepare();
    const { input, proof, enrol } = await begin(token);
    await expect(enrolClient(kit.ports, ann, input, { ...proof, code: proof.code === "000000" ? "000001" : "000000" })).rejects.toMatchObject({ code: "step_up_wrong_code", facts: { triesLeft: 4 } });
    expect(await clientsOf(ann)).toEqual([]);
    await enrol();
  });

  test("T2, T18: fifty requests with one link, each with its own key, make one client; the others are told that it was used", async () => {
    const token = await prepare();
    const begun = await Promise.all(Array.from({ length: 25 }, () => begin(token)));
    const other = await Promise.all(begun.map(async ({ proof }) => ({ ...issueInput(kit, acme.subscriptionId, "unused", null), proof })));
    const attempts = [...begun.map(({ enrol }) => enrol), ...other.map(({ publicKey, proof }) => () => enrolClient(kit.ports, ann, { token, publicKey, sealedPresharedKey: null }, proof))];
    const results = await Promise.allSettled(attempts.map((attempt) => attempt()));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(["link_invalid", "step_up_spent"]).toContain(result.reason.code);
    expect(await clientsOf(ann)).toHaveLength(1);
    expect(await events("client.enrolled")).toHaveLength(1);
  });

  test("the same request sent again, because its answer was lost, gets the same answer; with another key it is used up", async () => {
    const token = await prepare();
    const { input, proof, enrol } = await begin(token);
    const { client } = await enrol();
    expect((await enrol()).client.id).toBe(client.id);
    const { publicKey } = issueInput(kit, acme.subscriptionId, "unused", null);
    await expect(enrolClient(kit.ports, ann, { ...input, publicKey }, proof)).rejects.toMatchObject({ code: "link_invalid", message: expect.stringContaining("was used") });
    expect(await clientsOf(ann)).toHaveLength(1);
  });
});

describe("one clear answer", () => {
  const refused = async (token: string, says: string, as: Actor = ann) => {
    const before = await snapshotOf(kit);
    const answer = { code: "link_invalid", message: expect.stringContaining(says) };
    await expect(viewEnrolment(kit.ports, as, { token })).rejects.toMatchObject(answer);
    await expect(requestEnrolment(kit.ports, as, { token })).rejects.toMatchObject(answer);
    await expect(enrolClient(kit.ports, as, { ...issueInput(kit, acme.subscriptionId, "x", null), token }, { challengeId: UNKNOWN, code: "000000" })).rejects.toMatchObject(answer);
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  };

  test("to a link that is none", async () => {
    for (const token of ["", "x", "A".repeat(43), "\u0000"]) await refused(token, "opens nothing");
  });

  test("to one that was used, withdrawn or mailed again", async () => {
    const used = await prepare();
    await (await begin(used)).enrol();
    await refused(used, "was used");
    const withdrawn = await prepare();
    await withdrawPrepared(kit.ports, acme.owner, { ...here(), enrolmentId: (await waiting())[0]?.id ?? "" });
    await refused(withdrawn, "was withdrawn");
    const mailedAgain = await prepare();
    kit.clock.advance(61_000);
    await resendEnrolment(kit.ports, acme.owner, { ...here(), enrolmentId: (await waiting())[0]?.id ?? "" });
    await refused(mailedAgain, "mailed again since");
    expect(await viewEnrolment(kit.ports, ann, { token: await tokenFor(ann.email) })).toMatchObject({ forYou: true });
    // Declined by who it was for.
    await withdrawPrepared(kit.ports, ann, { ...here(), enrolmentId: (await waiting(ann))[0]?.id ?? "" });
    expect(await events("client.link_withdrawn")).toMatchObject([{ actor_label: acme.owner.email }, { actor_label: ann.email }]);
  });

  test("to one that is too old: after seven days, or when the client's access would be over", async () => {
    const [long, short] = [await prepare(), await prepare({ expiresAt: inDays(2) })];
    kit.clock.advance(2 * DAY_MS);
    ann = await person(kit, ann.email);
    await refused(short, "was good until");
    expect(await viewEnrolment(kit.ports, ann, { token: long })).toMatchObject({ forYou: true });
    kit.clock.advance((ENROLMENT_DAYS - 2) * DAY_MS);
    await refused(long, "was good until", await person(kit, ann.email));
    expect(await waiting(await person(kit, acme.owner.email))).toEqual([]);
  });

  test("to who it isn't for: of this subscription or another, they learn a masked address, and spend nothing", async () => {
    const token = await prepare();
    for (const as of [await addMember(kit, acme, "admin"), acme.owner, globex.owner, await operator(kit)]) {
      const seen = await viewEnrolment(kit.ports, as, { token });
      expect(seen).toEqual({ forYou: false, sentTo: expect.any(String) });
      expect(JSON.stringify(seen)).not.toContain(ann.email);
      await expect(requestEnrolment(kit.ports, as, { token })).rejects.toMatchObject({ code: "enrolment_not_yours" });
      await expect(enrolClient(kit.ports, as, { ...issueInput(kit, acme.subscriptionId, "x", null), token }, { challengeId: UNKNOWN, code: "000000" })).rejects.toMatchObject({ code: "enrolment_not_yours" });
    }
    await (await begin(token)).enrol();
  });

  test.each(["demote", "remove", "deactivate", "around the portal"] as const)("to one whose preparer may not prepare any more: %s; also for who is in the middle of it", async (how) => {
    const admin = await addMember(kit, acme, "admin");
    const token = await prepare({ by: admin });
    const { enrol } = await begin(token);
    if (how === "deactivate") await deactivateUser(kit.ports, await operator(kit), { userId: admin.userId });
    else if (how === "around the portal") await kit.sql("UPDATE memberships SET role = 'member' WHERE user_id = $1", [admin.userId]);
    else await (how === "demote" ? demoteMember : removeMember)(kit.ports, acme.owner, { ...here(), userId: admin.userId });
    await refused(token, "may no longer prepare clients");
    await expect(enrol()).rejects.toMatchObject({ code: "link_invalid" });
    expect(await clientsOf(ann)).toEqual([]);
  });

  test.each(["demote", "remove"] as const)("to one whose colleague was there no more, or as less: %s; being invited back brings no link back", async (how) => {
    const bob = await addMember(kit, acme, "admin");
    const token = await prepare({ to: bob });
    const { enrol } = await begin(token, bob);
    await (how === "demote" ? demoteMember : removeMember)(kit.ports, acme.owner, { ...here(), userId: bob.userId });
    await refused(token, "you left acme, or your role in it changed", bob);
    await expect(enrol()).rejects.toMatchObject({ code: "link_invalid" });
    if (how === "remove") await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'member', now())", [acme.subscriptionId, bob.userId]);
    await refused(token, "you left acme, or your role in it changed", bob);
    expect(await clientsOf(bob)).toEqual([]);
  });

  test("where the subscription gives no access, asks for two factors, or is full", async () => {
    const token = await prepare();
    const { enrol } = await begin(token);
    await kit.sql("UPDATE subscriptions SET billing_state = 'suspended' WHERE id = $1", [acme.subscriptionId]);
    expect(await viewEnrolment(kit.ports, ann, { token })).toMatchObject({ hindrance: expect.stringContaining("not active") });
    await expect(enrol()).rejects.toMatchObject({ code: "subscription_inactive" });
    await kit.sql("UPDATE subscriptions SET billing_state = 'active' WHERE id = $1", [acme.subscriptionId]);
    await kit.sql("UPDATE plans SET max_clients = 1 WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [acme.subscriptionId]);
    const { id } = await addClient(kit, acme.owner, acme.subscriptionId, "the one");
    await expect(enrol()).rejects.toMatchObject({ code: "plan_limit_reached" });
    await kit.sql("UPDATE plans SET max_clients = NULL WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [acme.subscriptionId]);
    await setPolicy(kit.ports, acme.owner, { ...here(), twoFactorRequired: true }, null);
    await expect(enrol()).rejects.toMatchObject({ code: "two_factor_required" });
    await expect(viewEnrolment(kit.ports, ann, { token })).rejects.toMatchObject({ code: "two_factor_required" });
    await kit.sql("UPDATE subscriptions SET two_factor_required = false WHERE id = $1", [acme.subscriptionId]);
    // Neither the link nor the proof was spent by all that.
    expect((await enrol()).client.id).not.toBe(id);
  });

  test("T3: withdrawing and mailing again: another tenant's, an unknown one and no id are the same 404", async () => {
    await prepare();
    const enrolmentId = (await waiting())[0]?.id ?? "";
    for (const [as, input] of [
      [globex.owner, { subscriptionId: globex.subscriptionId, enrolmentId }],
      [globex.owner, { ...here(), enrolmentId }],
      [acme.owner, { ...here(), enrolmentId: UNKNOWN }],
      [acme.owner, { ...here(), enrolmentId: "x" }],
      [await addMember(kit, acme, "admin"), { subscriptionId: globex.subscriptionId, enrolmentId }],
    ] as const) {
      await expect(withdrawPrepared(kit.ports, as, input)).rejects.toMatchObject({ code: "not_found" });
      await expect(resendEnrolment(kit.ports, as, input)).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(withdrawPrepared(kit.ports, await addMember(kit, acme, "member"), { ...here(), enrolmentId })).rejects.toMatchObject({ code: "not_found" });
    await expect(resendEnrolment(kit.ports, ann, { ...here(), enrolmentId })).rejects.toMatchObject({ code: "forbidden" });
    await withdrawPrepared(kit.ports, await operator(kit), { ...here(), enrolmentId });
    expect(await waiting()).toEqual([]);
  });

  test("mailed again: a minute later at the soonest, and so often", async () => {
    await prepare();
    const input = { ...here(), enrolmentId: (await waiting())[0]?.id ?? "" };
    await expect(resendEnrolment(kit.ports, acme.owner, input)).rejects.toMatchObject({ code: "too_many_tries" });
    for (let sends = 1; sends < ENROLMENT_MAILS; sends++) {
      kit.clock.advance(61_000);
      await resendEnrolment(kit.ports, acme.owner, input);
    }
    kit.clock.advance(61_000);
    await expect(resendEnrolment(kit.ports, acme.owner, input)).rejects.toMatchObject({ code: "too_many_tries" });
    expect(await mailsTo(ann.email, "client-prepared")).toHaveLength(ENROLMENT_MAILS);
  });
});

test("a colleague's mailbox is not flooded: so many mails a day, however often clients are withdrawn and prepared anew", async () => {
  for (let mails = 0; mails < ENROLMENT_MAILS_A_DAY; mails++) {
    await prepare();
    await withdrawPrepared(kit.ports, acme.owner, { ...here(), enrolmentId: (await waiting())[0]?.id ?? "" });
  }
  const input = { ...here(), email: ann.email, nickname: "one more" };
  await expect(requestPreparation(kit.ports, acme.owner, input)).rejects.toMatchObject({ code: "too_many_tries" });
  await prepare({ to: await addMember(kit, acme, "member") });
  kit.clock.advance(DAY_MS);
  await requestPreparation(kit.ports, await person(kit, acme.owner.email), input);
});

test("T2: while the colleague, or who prepared it, is removed, the link is used: whatever comes first, no client of who went is left alive", async () => {
  for (let round = 0; round < 6; round++) {
    const [admin, bob] = [await addMember(kit, acme, "admin"), await addMember(kit, acme, "member")];
    const { enrol } = await begin(await prepare({ by: admin, to: bob }), bob);
    const gone = round % 2 === 0 ? bob : admin;
    const [enrolled] = await Promise.allSettled([enrol(), removeMember(kit.ports, acme.owner, { ...here(), userId: gone.userId })]);
    if (enrolled.status === "rejected") expect(["link_invalid", "not_found"]).toContain(enrolled.reason.code);
    const states = (await clientsOf(bob)).map(({ state }) => state);
    expect(gone === bob ? states.filter((state) => state !== "revoked") : states).toEqual(gone === bob || enrolled.status === "rejected" ? [] : ["active"]);
  }
});
