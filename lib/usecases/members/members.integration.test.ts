/** Who is in a subscription: invited, joined, promoted, demoted, removed; and what the gateway holds of those who go. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { invitationToken } from "@/lib/auth/account-links";
import { INVITATION_DAYS, INVITATION_MAILS } from "@/lib/core/members";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator, person } from "@/lib/testing/people";
import { addClient, addMember, makeTenant, prepareIssue, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { deactivateUser } from "@/lib/usecases/operator-users/users";
import { acceptInvitation, viewInvitation } from "./accept-invitation";
import { inviteMember, requestInvitation, resendInvitation, withdrawInvitation } from "./invite";
import { viewMembers } from "./list-members";
import { promoteMember, requestPromotion } from "./promote-member";
import { demoteMember, removeMember } from "./remove-member";
import { acceptOwnership, offerOwnership, requestOwnership, requestOwnershipOffer, withdrawOwnershipOffer } from "./transfer-ownership";

const UNKNOWN = "00000000-0000-4000-8000-00000000dead";
const DAY_MS = 24 * 3_600_000;
let kit: Kit;
let acme: Tenant;
let globex: Tenant;
let serial = 0;

beforeAll(async () => {
  kit = await openKit();
});
beforeEach(async () => {
  acme = await makeTenant(kit);
  globex = await makeTenant(kit, { name: "globex", gateway: acme.gateway });
});
afterAll(() => kit.close());

const here = (more: { userId: string } | { invitationId: string } | object = {}) => ({ subscriptionId: acme.subscriptionId, ...more }) as { subscriptionId: string; userId: string; invitationId: string };
const freshAddress = (): string => `new-${++serial}@acme.test`;
const members = async (tenant: Tenant = acme) => (await viewMembers(kit.ports, tenant.owner, { subscriptionId: tenant.subscriptionId })).items.map(({ email, role }) => [email, role]);
const stateOf = async (clientId: string) => (await kit.sql<{ state: string }>("SELECT state FROM access_clients WHERE id = $1", [clientId]))[0]?.state;
const events = async (action: string) => (await kit.sql<{ data: object }>("SELECT data FROM audit_events WHERE chain_id = $1 AND action = $2 ORDER BY seq", [acme.subscriptionId, action])).map(({ data }) => data);
const mailsTo = async (recipient: string, template: string) => kit.sql<{ payload: { invitationLink: string; clients: number } }>("SELECT payload FROM outbox_mails WHERE recipient = $1 AND template = $2 ORDER BY created_at", [recipient, template]);

async function invite(as: Actor, email: string, role: "admin" | "member" = "member"): Promise<string> {
  const asked = await requestInvitation(kit.ports, as, { ...here(), email, role });
  await inviteMember(kit.ports, as, { ...here(), email, role }, proofOf(kit, asked));
  return tokenFor(email);
}

/** Of the latest mail. */
async function tokenFor(email: string): Promise<string> {
  const link = (await mailsTo(email, "member-invited")).at(-1)?.payload.invitationLink ?? "";
  return invitationToken(kit.ports, link);
}

const invitationOf = async (email: string) => (await viewMembers(kit.ports, acme.owner, here())).invitations.find((invitation) => invitation.email === email)?.id ?? "";

describe("an invitation", () => {
  test("goes to an address without an account, is looked at without being spent, and makes a member, once", async () => {
    const email = freshAddress();
    const token = await invite(acme.owner, email);
    expect((await viewMembers(kit.ports, acme.owner, here())).invitations).toMatchObject([{ email, role: "member", invitedByEmail: acme.owner.email }]);
    const ivy = await person(kit, email);
    for (let i = 0; i < 3; i++) expect(await viewInvitation(kit.ports, ivy, { token })).toMatchObject({ subscriptionName: "acme", role: "member", forYou: true });
    expect(await acceptInvitation(kit.ports, ivy, { token })).toEqual({ subscriptionId: acme.subscriptionId });
    expect(await members()).toEqual([[acme.owner.email, "owner"], [email, "member"]]);
    await expect(acceptInvitation(kit.ports, ivy, { token })).rejects.toMatchObject({ code: "link_invalid" });
    await expect(viewInvitation(kit.ports, ivy, { token })).rejects.toMatchObject({ code: "link_invalid" });
    expect(await mailsTo(acme.owner.email, "member-joined")).toHaveLength(1);
    expect([await events("member.invited"), await events("member.joined")]).toMatchObject([[{ email, role: "member" }], [{ email, invitedBy: acme.owner.email }]]);
  });

  test("is only kept as a hash: neither the table nor the outbox holds what the link carries", async () => {
    const email = freshAddress();
    const token = await invite(acme.owner, email);
    const rows = await kit.sql<{ row: string }>("SELECT to_jsonb(i)::text AS row FROM invitations i UNION ALL SELECT to_jsonb(o)::text FROM outbox_mails o UNION ALL SELECT to_jsonb(a)::text FROM audit_events a");
    expect(rows.some(({ row }) => row.includes(token) || row.includes(Buffer.from(token, "base64url").toString("hex")))).toBe(false);
  });

  test("is for its address alone: who holds the link under another learns no address, and spends nothing", async () => {
    const email = freshAddress();
    const token = await invite(acme.owner, email);
    const thief = await person(kit, freshAddress());
    const seen = await viewInvitation(kit.ports, thief, { token });
    expect(seen).toMatchObject({ forYou: false });
    expect(JSON.stringify(seen)).not.toContain(email);
    await expect(acceptInvitation(kit.ports, thief, { token })).rejects.toMatchObject({ code: "invitation_not_yours" });
    expect(await acceptInvitation(kit.ports, await person(kit, email), { token })).toEqual({ subscriptionId: acme.subscriptionId });
  });

  test("ends by itself, by being withdrawn, and, for earlier links, by being mailed again, a minute later at the soonest and so often", async () => {
    const [first, second] = [freshAddress(), freshAddress()];
    const [early, withdrawn] = [await invite(acme.owner, first), await invite(acme.owner, second)];
    const [ivy, joe] = [await person(kit, first), await person(kit, second)];
    const id = await invitationOf(first);
    await withdrawInvitation(kit.ports, acme.owner, here({ invitationId: await invitationOf(second) }));
    await expect(acceptInvitation(kit.ports, joe, { token: withdrawn })).rejects.toMatchObject({ code: "link_invalid" });
    await expect(resendInvitation(kit.ports, acme.owner, here({ invitationId: id }))).rejects.toMatchObject({ code: "too_many_tries" });
    for (let sends = 1; sends < INVITATION_MAILS; sends++) {
      kit.clock.advance(61_000);
      await resendInvitation(kit.ports, acme.owner, here({ invitationId: id }));
    }
    kit.clock.advance(61_000);
    await expect(resendInvitation(kit.ports, acme.owner, here({ invitationId: id }))).rejects.toMatchObject({ code: "too_many_tries" });
    await expect(acceptInvitation(kit.ports, ivy, { token: early })).rejects.toMatchObject({ code: "link_invalid" });
    const latest = await tokenFor(first);
    expect(await viewInvitation(kit.ports, ivy, { token: latest })).toMatchObject({ forYou: true });
    kit.clock.advance(INVITATION_DAYS * DAY_MS);
    await expect(acceptInvitation(kit.ports, await person(kit, first), { token: latest })).rejects.toMatchObject({ code: "link_invalid" });
    // An address whose invitation is too old can be invited anew.
    await invite(await person(kit, acme.owner.email), first);
  });

  test("stands once for an address, and not for who is in already", async () => {
    const email = freshAddress();
    await invite(acme.owner, email);
    const again = await requestInvitation(kit.ports, acme.owner, { ...here(), email, role: "member" });
    await expect(inviteMember(kit.ports, acme.owner, { ...here(), email, role: "member" }, proofOf(kit, again))).rejects.toMatchObject({ code: "invitation_exists" });
    const ann = await addMember(kit, acme, "member");
    await expect(requestInvitation(kit.ports, acme.owner, { ...here(), email: ann.email, role: "member" })).rejects.toMatchObject({ code: "member_exists" });
  });

  test("T11: a proof to invite one person as a member is none for another, nor for an admin, nor elsewhere", async () => {
    const email = freshAddress();
    const proof = proofOf(kit, await requestInvitation(kit.ports, acme.owner, { ...here(), email, role: "member" }));
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'owner', now())", [globex.subscriptionId, acme.owner.userId]);
    const refused = [{ ...here(), email: freshAddress(), role: "member" as const }, { ...here(), email, role: "admin" as const }, { subscriptionId: globex.subscriptionId, email, role: "member" as const }];
    for (const input of refused) await expect(inviteMember(kit.ports, acme.owner, input, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
    await inviteMember(kit.ports, acme.owner, { ...here(), email, role: "member" }, proof);
  });

  test("T2, T18: accepted fifty times at once, it makes one member and one event", async () => {
    const email = freshAddress();
    const token = await invite(acme.owner, email, "admin");
    const ivy = await person(kit, email);
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => acceptInvitation(kit.ports, ivy, { token })));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "link_invalid" });
    expect(await events("member.joined")).toHaveLength(1);
  });

  test("T2: as many join, and are invited, as the plan allows, also when fifty try at once", async () => {
    const guests = Array.from({ length: 50 }, freshAddress);
    // One owner's proofs are asked for thirty times an hour at most.
    const askers = [acme.owner, await addMember(kit, acme, "admin"), await addMember(kit, acme, "admin")];
    const accept = [];
    for (const [i, email] of guests.entries()) {
      const token = await invite(askers[i % 3] ?? acme.owner, email);
      const guest = await person(kit, email);
      accept.push(() => acceptInvitation(kit.ports, guest, { token }));
    }
    const proofs = await Promise.all(Array.from({ length: 10 }, async () => {
      const email = freshAddress();
      return { email, proof: proofOf(kit, await requestInvitation(kit.ports, acme.owner, { ...here(), email, role: "member" })) };
    }));
    const limit = async (max: number) => kit.sql("UPDATE plans SET max_members = $2 WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [acme.subscriptionId, max]);
    await limit(10);
    const joined = await Promise.allSettled(accept.map((join) => join()));
    expect(joined.filter(({ status }) => status === "fulfilled")).toHaveLength(7);
    for (const result of joined) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "plan_limit_reached" });
    expect(await members()).toHaveLength(10);
    // 43 invitations still stand: with ten members that is 53, and 57 allow four more.
    await limit(57);
    const invited = await Promise.allSettled(proofs.map(({ email, proof }) => inviteMember(kit.ports, acme.owner, { ...here(), email, role: "member" }, proof)));
    expect(invited.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    for (const result of invited) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "plan_limit_reached" });
  });

  test("T12: of an admin who is demoted, removed or turned off, those that they made end with it", async () => {
    for (const end of ["demote", "remove", "deactivate"] as const) {
      const admin = await addMember(kit, acme, "admin");
      const email = freshAddress();
      const token = await invite(admin, email);
      if (end === "deactivate") await deactivateUser(kit.ports, await operator(kit), { userId: admin.userId });
      else await (end === "demote" ? demoteMember : removeMember)(kit.ports, acme.owner, here({ userId: admin.userId }));
      await expect(acceptInvitation(kit.ports, await person(kit, email), { token })).rejects.toMatchObject({ code: "link_invalid" });
    }
  });
});

test("an address gets so many invitations a day from one person, withdrawn and made anew or not; others, and the next day, are free", async () => {
  const email = freshAddress();
  const withdraw = async () => withdrawInvitation(kit.ports, acme.owner, here({ invitationId: await invitationOf(email) }));
  for (let mails = 0; mails < INVITATION_MAILS; mails++) {
    await invite(acme.owner, email);
    await withdraw();
  }
  await expect(requestInvitation(kit.ports, acme.owner, { ...here(), email, role: "member" })).rejects.toMatchObject({ code: "too_many_tries", facts: { field: "email" } });
  expect(await mailsTo(email, "member-invited")).toHaveLength(INVITATION_MAILS);
  await invite(acme.owner, freshAddress());
  await invite(await addMember(kit, acme, "admin"), email);
  await withdraw();
  kit.clock.advance(DAY_MS);
  await invite(await person(kit, acme.owner.email), email);
});

test("T12: who is turned off while their acceptance is under way doesn't join any more", async () => {
  const email = freshAddress();
  const token = await invite(acme.owner, email);
  const [ivy, olga] = [await person(kit, email), await operator(kit)];
  const accepting = await kit.ports.db.transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM subscriptions WHERE id = ${acme.subscriptionId}::uuid FOR UPDATE`;
    const accepted = acceptInvitation(kit.ports, ivy, { token }).then(
      () => "joined",
      (error: { code?: string }) => error.code,
    );
    await vi.waitFor(async () => expect(await kit.sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).toHaveLength(1), { timeout: 60_000 });
    await deactivateUser(kit.ports, olga, { userId: ivy.userId });
    return { accepted };
  });
  expect(await accepting.accepted).toBe("not_signed_in");
  expect(await members()).toEqual([[acme.owner.email, "owner"]]);
});

describe("who goes", () => {
  test.each(["remove", "demote", "leave"] as const)("%s: their clients here are revoked in the same transaction, with mail and audit; those elsewhere stay; the gateway confirms", async (how) => {
    const ann = await addMember(kit, acme, "admin");
    await kit.sql("INSERT INTO memberships VALUES ($1, $2, 'member', now())", [globex.subscriptionId, ann.userId]);
    const [one, two, elsewhere] = [await addClient(kit, ann, acme.subscriptionId, "one"), await addClient(kit, ann, acme.subscriptionId, "two"), await addClient(kit, ann, globex.subscriptionId, "elsewhere")];
    const owners = await addClient(kit, acme.owner, acme.subscriptionId, "owner's");
    await acme.gateway.sync();
    const by = how === "leave" ? ann : acme.owner;
    const cut = await (how === "demote" ? demoteMember : removeMember)(kit.ports, by, here({ userId: ann.userId }));
    expect(cut).toMatchObject({ email: ann.email, count: 2 });
    expect(cut.clients.map(({ state, enforcement }) => [state, enforcement.status])).toEqual(how === "leave" ? [] : [["revoked", "pending"], ["revoked", "pending"]]);
    expect(await Promise.all([one, two, elsewhere, owners].map(({ id }) => stateOf(id)))).toEqual(["revoked", "revoked", "active", "active"]);
    await acme.gateway.sync();
    const [left] = await kit.sql<{ waiting: number }>("SELECT count(*)::int AS waiting FROM gateway_changes WHERE gateway_id = $1 AND acknowledged_at IS NULL", [acme.gateway.id]);
    expect(left?.waiting).toBe(0);
    expect(await members()).toEqual(how === "demote" ? [[acme.owner.email, "owner"], [ann.email, "member"]] : [[acme.owner.email, "owner"]]);
    const told = how === "leave" ? { to: acme.owner.email, template: "member-left" } : { to: ann.email, template: how === "remove" ? "member-removed" : "member-demoted" };
    expect((await mailsTo(told.to, told.template)).map(({ payload }) => payload.clients)).toEqual([2]);
    expect(await events(how === "leave" ? "member.left" : how === "remove" ? "member.removed" : "member.demoted")).toMatchObject([{ email: ann.email, clients: 2 }]);
    expect(await events("client.revoked")).toHaveLength(2);
    if (how !== "demote") await expect(viewMembers(kit.ports, ann, here())).rejects.toMatchObject({ code: "not_found" });
  });

  test("T2: while a member is removed they add clients: whatever comes first, none of theirs is left alive", async () => {
    const ann = await addMember(kit, acme, "member");
    const prepared = await Promise.all(Array.from({ length: 10 }, (_, i) => prepareIssue(kit, ann, acme.subscriptionId, `machine ${i}`)));
    const [removal] = await Promise.allSettled([removeMember(kit.ports, acme.owner, here({ userId: ann.userId })), ...prepared.map(({ issue }) => issue())]);
    expect(removal.status).toBe("fulfilled");
    expect(await kit.sql("SELECT id FROM access_clients WHERE owner_id = $1 AND state <> 'revoked'", [ann.userId])).toEqual([]);
  });

  test("the last owner can't leave, be removed or be demoted; of two who go at once, one stays", async () => {
    await expect(removeMember(kit.ports, acme.owner, here({ userId: acme.owner.userId }))).rejects.toMatchObject({ code: "sole_owner" });
    await expect(demoteMember(kit.ports, acme.owner, here({ userId: acme.owner.userId }))).rejects.toMatchObject({ code: "sole_owner" });
    await expect(removeMember(kit.ports, await operator(kit), here({ userId: acme.owner.userId }))).rejects.toMatchObject({ code: "sole_owner" });
    const second = await addMember(kit, acme, "owner");
    const results = await Promise.allSettled([acme.owner, second].flatMap((one) => Array.from({ length: 25 }, () => removeMember(kit.ports, one, here({ userId: one.userId })))));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await kit.sql("SELECT role FROM memberships WHERE subscription_id = $1", [acme.subscriptionId])).toEqual([{ role: "owner" }]);
  });

  test("an admin has to do with plain members alone; a member sees whom to ask and themselves, and finds nobody else", async () => {
    const [admin, other, ann, bob] = [await addMember(kit, acme, "admin"), await addMember(kit, acme, "admin"), await addMember(kit, acme, "member"), await addMember(kit, acme, "member")];
    await expect(removeMember(kit.ports, admin, here({ userId: other.userId }))).rejects.toMatchObject({ code: "forbidden" });
    await expect(demoteMember(kit.ports, admin, here({ userId: other.userId }))).rejects.toMatchObject({ code: "forbidden" });
    await expect(requestInvitation(kit.ports, admin, { ...here(), email: freshAddress(), role: "admin" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(requestPromotion(kit.ports, admin, here({ userId: ann.userId }))).rejects.toMatchObject({ code: "forbidden" });
    await expect(removeMember(kit.ports, ann, here({ userId: bob.userId }))).rejects.toMatchObject({ code: "not_found" });
    const seen = await viewMembers(kit.ports, ann, here());
    expect(seen.items.map(({ email, clients }) => [email, clients]).toSorted()).toEqual([[acme.owner.email, null], [admin.email, null], [other.email, null], [ann.email, 0]].toSorted());
    expect(seen).toMatchObject({ invitations: [], invitable: [], may: { leave: true } });
    await removeMember(kit.ports, admin, here({ userId: bob.userId }));
  });
});

test("a promotion takes the owner's proof for this person, and makes an admin", async () => {
  const [ann, bob] = [await addMember(kit, acme, "member"), await addMember(kit, acme, "member")];
  const proof = proofOf(kit, await requestPromotion(kit.ports, acme.owner, here({ userId: ann.userId })));
  await expect(promoteMember(kit.ports, acme.owner, here({ userId: bob.userId }), proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
  await promoteMember(kit.ports, acme.owner, here({ userId: ann.userId }), proof);
  expect(await members()).toContainEqual([ann.email, "admin"]);
  await expect(requestPromotion(kit.ports, acme.owner, here({ userId: ann.userId }))).rejects.toMatchObject({ code: "member_exists" });
  expect(await mailsTo(ann.email, "member-promoted")).toHaveLength(1);
});

test("a subscription is handed over by a proof on both sides: the one owns it, the other is an admin whose clients stay", async () => {
  const [ann, bob] = [await addMember(kit, acme, "member"), await addMember(kit, acme, "member")];
  const kept = await addClient(kit, acme.owner, acme.subscriptionId, "kept");
  const offer = async (userId: string) => offerOwnership(kit.ports, acme.owner, here({ userId }), proofOf(kit, await requestOwnershipOffer(kit.ports, acme.owner, here({ userId }))));
  await offer(bob.userId);
  await expect(offer(ann.userId)).rejects.toMatchObject({ code: "ownership_offered" });
  await withdrawOwnershipOffer(kit.ports, acme.owner, here());
  await expect(requestOwnership(kit.ports, bob, here())).rejects.toMatchObject({ code: "not_found" });
  await offer(ann.userId);
  // To others it isn't there.
  await expect(requestOwnership(kit.ports, bob, here())).rejects.toMatchObject({ code: "not_found" });
  expect((await viewMembers(kit.ports, bob, here())).ownershipOffer).toBeNull();
  const proof = proofOf(kit, await requestOwnership(kit.ports, ann, here()));
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => acceptOwnership(kit.ports, ann, here(), proof)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await viewMembers(kit.ports, ann, here())).items.map(({ email, role }) => [email, role])).toEqual([[ann.email, "owner"], [acme.owner.email, "admin"], [bob.email, "member"]]);
  expect(await stateOf(kept.id)).toBe("active");
  expect(await events("ownership.transferred")).toMatchObject([{ from: acme.owner.email, to: ann.email }]);
  // Who was the owner can leave now.
  await removeMember(kit.ports, acme.owner, here({ userId: acme.owner.userId }));
});

test("who handed a subscription over has invited no admins to it; members may still come", async () => {
  const ann = await addMember(kit, acme, "member");
  const [admin, member] = [freshAddress(), freshAddress()];
  const [toAdmin, toMember] = [await invite(acme.owner, admin, "admin"), await invite(acme.owner, member)];
  await offerOwnership(kit.ports, acme.owner, here({ userId: ann.userId }), proofOf(kit, await requestOwnershipOffer(kit.ports, acme.owner, here({ userId: ann.userId }))));
  await acceptOwnership(kit.ports, ann, here(), proofOf(kit, await requestOwnership(kit.ports, ann, here())));
  await expect(acceptInvitation(kit.ports, await person(kit, admin), { token: toAdmin })).rejects.toMatchObject({ code: "link_invalid" });
  await acceptInvitation(kit.ports, await person(kit, member), { token: toMember });
  expect((await viewMembers(kit.ports, ann, here())).items.map(({ email, role }) => [email, role])).toEqual([[ann.email, "owner"], [acme.owner.email, "admin"], [member, "member"]]);
});

test("an offer ends with its giver, its taker and its week", async () => {
  const ann = await addMember(kit, acme, "member");
  const proof = proofOf(kit, await requestOwnershipOffer(kit.ports, acme.owner, here({ userId: ann.userId })));
  await offerOwnership(kit.ports, acme.owner, here({ userId: ann.userId }), proof);
  await removeMember(kit.ports, acme.owner, here({ userId: ann.userId }));
  expect((await viewMembers(kit.ports, acme.owner, here())).ownershipOffer).toBeNull();
  const bob = await addMember(kit, acme, "member");
  await offerOwnership(kit.ports, acme.owner, here({ userId: bob.userId }), proofOf(kit, await requestOwnershipOffer(kit.ports, acme.owner, here({ userId: bob.userId }))));
  kit.clock.advance(8 * DAY_MS);
  const later = await person(kit, bob.email);
  await expect(requestOwnership(kit.ports, later, here())).rejects.toMatchObject({ code: "not_found" });
});

test("T3: members and invitations of another subscription, under one's own or theirs, are like none", async () => {
  const stranger = globex.owner;
  const ann = await addMember(kit, acme, "member");
  const email = freshAddress();
  await invite(acme.owner, email);
  const invitationId = await invitationOf(email);
  for (const subscriptionId of [acme.subscriptionId, globex.subscriptionId, UNKNOWN]) {
    await expect(removeMember(kit.ports, stranger, { subscriptionId, userId: ann.userId })).rejects.toMatchObject({ code: "not_found" });
    await expect(demoteMember(kit.ports, stranger, { subscriptionId, userId: ann.userId })).rejects.toMatchObject({ code: "not_found" });
    await expect(requestPromotion(kit.ports, stranger, { subscriptionId, userId: ann.userId })).rejects.toMatchObject({ code: "not_found" });
    await expect(requestOwnershipOffer(kit.ports, stranger, { subscriptionId, userId: ann.userId })).rejects.toMatchObject({ code: "not_found" });
    await expect(withdrawInvitation(kit.ports, stranger, { subscriptionId, invitationId })).rejects.toMatchObject({ code: "not_found" });
    await expect(resendInvitation(kit.ports, stranger, { subscriptionId, invitationId })).rejects.toMatchObject({ code: "not_found" });
  }
  expect(await members()).toContainEqual([ann.email, "member"]);
  expect(await invitationOf(email)).toBe(invitationId);
});
