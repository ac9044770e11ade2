/** What a subscription asks of its members' clients: how many each may have, and for how long at a time. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import type { ClientLimit } from "@/lib/core/client-limits";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator } from "@/lib/testing/people";
import { addClient, addMember, issueInput, makeTenant, prepareIssue, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { enrolmentToken } from "@/lib/auth/account-links";
import { requestLimitRelaxation, setClientLimit } from "./client-limits";
import { enrolClient, requestEnrolment, viewEnrolment } from "./enrolments/enrol-client";
import { prepareClient, requestPreparation } from "./enrolments/prepare-client";
import { issueClient } from "./issue-client";
import { requestClientChallenge } from "./request-client-challenge";
import { requestResume, resumeClient } from "./resume-client";
import { revokeClient } from "./revoke-client";
import { extendClient, requestExtension } from "./set-client-expiry";
import { suspendClient } from "./suspend-client";
import { viewClient } from "./view-client";
import { viewSubscription } from "./view-subscription";

const DAY_MS = 24 * 3_600_000;
let kit: Kit;
let acme: Tenant;
let ann: Actor;

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(async () => {
  acme = await makeTenant(kit, { gateway: acme?.gateway });
  ann = await addMember(kit, acme, "member");
});

const here = () => ({ subscriptionId: acme.subscriptionId });
const inDays = (days: number): string => new Date(kit.clock.now().getTime() + days * DAY_MS).toISOString();
const lower = (limit: ClientLimit, most: number, as: Actor = acme.owner) => setClientLimit(kit.ports, as, { ...here(), limit, most }, null);
const events = async () => kit.sql<{ action: string; data: object }>("SELECT action, data FROM audit_events WHERE chain_id = $1 AND action LIKE 'policy.limit%' ORDER BY seq", [acme.subscriptionId]);
const live = async ({ userId }: Actor) => (await kit.sql<{ count: number }>("SELECT count(*)::int AS count FROM access_clients WHERE owner_id = $1 AND state <> 'revoked'", [userId]))[0]?.count;

async function raise(limit: ClientLimit, most: number | null) {
  const proof = proofOf(kit, await requestLimitRelaxation(kit.ports, acme.owner, { ...here(), limit, most }));
  return setClientLimit(kit.ports, acme.owner, { ...here(), limit, most }, proof);
}

async function prepareFor(colleague: Actor, expiresAt: string | null = null): Promise<string> {
  const input = { ...here(), email: colleague.email, nickname: "prepared", expiresAt };
  await prepareClient(kit.ports, acme.owner, input, proofOf(kit, await requestPreparation(kit.ports, acme.owner, input)));
  const [mail] = await kit.sql<{ link: string }>("SELECT payload->>'enrolmentLink' AS link FROM outbox_mails WHERE recipient = $1 AND template = 'client-prepared'", [colleague.email]);
  return enrolmentToken(kit.ports, mail?.link ?? "");
}

async function beginEnrolment(token: string, as: Actor) {
  const challenge = await requestEnrolment(kit.ports, as, { token });
  const { publicKey, sealedPresharedKey } = issueInput(kit, acme.subscriptionId, "unused", challenge);
  return () => enrolClient(kit.ports, as, { token, publicKey, sealedPresharedKey }, proofOf(kit, challenge));
}

test("a lower limit takes a click, a higher one or none a proof of exactly that; each change is noted once", async () => {
  expect(await lower("clientsPerMember", 3)).toMatchObject({ limits: { clientsPerMember: 3, clientDays: null }, ownClients: 0 });
  expect(await lower("clientDays", 30)).toMatchObject({ limits: { clientsPerMember: 3, clientDays: 30 }, maxClientDays: 30 });
  await lower("clientsPerMember", 3);
  for (const most of [4, null]) await expect(setClientLimit(kit.ports, acme.owner, { ...here(), limit: "clientsPerMember", most }, null)).rejects.toMatchObject({ code: "bad_request" });
  const proof = proofOf(kit, await requestLimitRelaxation(kit.ports, acme.owner, { ...here(), limit: "clientsPerMember", most: 4 }));
  const others: { limit: ClientLimit; most: number | null }[] = [{ limit: "clientsPerMember", most: 5 }, { limit: "clientsPerMember", most: null }, { limit: "clientDays", most: 4 }];
  for (const other of others) await expect(setClientLimit(kit.ports, acme.owner, { ...here(), ...other }, proof)).rejects.toMatchObject({ code: "step_up_mismatch" });
  expect(await setClientLimit(kit.ports, acme.owner, { ...here(), limit: "clientsPerMember", most: 4 }, proof)).toMatchObject({ limits: { clientsPerMember: 4, clientDays: 30 } });
  expect(await raise("clientDays", null)).toMatchObject({ limits: { clientsPerMember: 4, clientDays: null }, maxClientDays: null });
  expect(await events()).toEqual([
    { action: "policy.limit_tightened", data: { limit: "clientsPerMember", most: 3 } },
    { action: "policy.limit_tightened", data: { limit: "clientDays", most: 30 } },
    { action: "policy.limit_relaxed", data: { limit: "clientsPerMember", most: 4 } },
    { action: "policy.limit_relaxed", data: { limit: "clientDays", most: null } },
  ]);
});

test("a proof to raise a limit lowers none: what was set lower or lifted since stays", async () => {
  await lower("clientsPerMember", 3);
  const proof = proofOf(kit, await requestLimitRelaxation(kit.ports, acme.owner, { ...here(), limit: "clientsPerMember", most: 5 }));
  await raise("clientsPerMember", 10);
  expect(await setClientLimit(kit.ports, acme.owner, { ...here(), limit: "clientsPerMember", most: 5 }, proof)).toMatchObject({ limits: { clientsPerMember: 10 } });
});

test("owners and admins set them; members and operators don't", async () => {
  await lower("clientsPerMember", 3, await addMember(kit, acme, "admin"));
  for (const as of [ann, await operator(kit)]) await expect(lower("clientsPerMember", 2, as)).rejects.toMatchObject({ code: "forbidden" });
  const stranger = (await makeTenant(kit, { name: "globex", gateway: acme.gateway })).owner;
  await expect(lower("clientsPerMember", 2, stranger)).rejects.toMatchObject({ code: "not_found" });
});

test("clients per member: what is there stays, suspended ones count, one more is refused for everybody who has as many, and fits again once one is revoked", async () => {
  const [one, two] = [await addClient(kit, ann, acme.subscriptionId, "one"), await addClient(kit, ann, acme.subscriptionId, "two")];
  const late = await prepareIssue(kit, ann, acme.subscriptionId, "three");
  await lower("clientsPerMember", 1);
  expect(await live(ann)).toBe(2);
  await suspendClient(kit.ports, ann, { ...here(), clientId: two.id });
  const refusal = { code: "member_limit_reached", message: expect.stringContaining("acme allows each member 1 client, and you have 2.") };
  await expect(late.issue()).rejects.toMatchObject(refusal);
  expect(await viewSubscription(kit.ports, ann, here())).toMatchObject({ ownClients: 2, limits: { clientsPerMember: 1 } });
  // The place was counted all along: it can be given back.
  await resumeClient(kit.ports, ann, { ...here(), clientId: two.id }, proofOf(kit, await requestResume(kit.ports, ann, { ...here(), clientId: two.id })));
  for (const { id } of [one, two]) await revokeClient(kit.ports, ann, { ...here(), clientId: id });
  // The proof was not spent by being refused.
  await late.issue();
  await addClient(kit, acme.owner, acme.subscriptionId, "the owner's first");
  await expect(addClient(kit, acme.owner, acme.subscriptionId, "the owner's second")).rejects.toMatchObject({ code: "member_limit_reached" });
});

test("T2: clients per member: fifty at once, added and enrolled, make as many as are allowed", async () => {
  const enrols = [];
  for (let i = 0; i < 10; i++) {
    const admin = await addMember(kit, acme, "admin");
    const input = { ...here(), email: ann.email, nickname: `prepared ${i}` };
    await prepareClient(kit.ports, admin, input, proofOf(kit, await requestPreparation(kit.ports, admin, input)));
  }
  const links = await kit.sql<{ link: string }>("SELECT payload->>'enrolmentLink' AS link FROM outbox_mails WHERE recipient = $1 AND template = 'client-prepared'", [ann.email]);
  for (const { link } of links) enrols.push(await beginEnrolment(enrolmentToken(kit.ports, link), ann));
  const issues = await Promise.all(Array.from({ length: 20 }, (_, i) => prepareIssue(kit, ann, acme.subscriptionId, `own ${i}`)));
  // Somebody else's go by their own count.
  const owners = await Promise.all(Array.from({ length: 20 }, (_, i) => prepareIssue(kit, acme.owner, acme.subscriptionId, `owner's ${i}`)));
  await lower("clientsPerMember", 3);
  const results = await Promise.allSettled([...enrols, ...issues.map(({ issue }) => issue), ...owners.map(({ issue }) => issue)].map((add) => add()));
  for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "member_limit_reached" });
  expect([await live(ann), await live(acme.owner)]).toEqual([3, 3]);
});

test("T2: while the limit is lowered, clients are added: none is added on the strength of the old one after the new one was answered", async () => {
  const prepared = await Promise.all(Array.from({ length: 20 }, (_, i) => prepareIssue(kit, ann, acme.subscriptionId, `own ${i}`)));
  let answered = 0;
  const tighten = lower("clientsPerMember", 1).then(async () => (answered = (await live(ann)) ?? 0));
  const results = await Promise.allSettled(prepared.map(({ issue }) => issue()));
  await tighten;
  expect(await live(ann)).toBe(results.filter(({ status }) => status === "fulfilled").length);
  expect(await live(ann)).toBe(Math.max(answered, 1));
});

test("a client can't be prepared for a colleague who has as many, those that wait for them counted; a link made before is refused when used", async () => {
  const token = await prepareFor(ann);
  const enrol = await beginEnrolment(token, ann);
  await addClient(kit, ann, acme.subscriptionId, "one");
  await lower("clientsPerMember", 2);
  await expect(requestPreparation(kit.ports, acme.owner, { ...here(), email: ann.email, nickname: "two" })).rejects.toMatchObject({ code: "member_limit_reached", message: expect.stringContaining(`${ann.email} has 1 and 1 prepared`) });
  await lower("clientsPerMember", 1);
  expect(await viewEnrolment(kit.ports, ann, { token })).toMatchObject({ usage: { used: 1, most: 1 }, hindrance: expect.stringContaining("you have 1") });
  await expect(enrol()).rejects.toMatchObject({ code: "member_limit_reached" });
  await raise("clientsPerMember", 2);
  expect((await enrol()).client.nickname).toBe("prepared");
});

test("longest lifetime: new and extended clients end in time, one that was prepared for longer is cut short, and what is there keeps its end", async () => {
  const forever = await addClient(kit, ann, acme.subscriptionId, "forever");
  const [unlimited, long] = [await prepareIssue(kit, ann, acme.subscriptionId, "unlimited"), { nickname: "long", expiresAt: inDays(90) }];
  const asked = await requestClientChallenge(kit.ports, ann, { ...here(), ...long });
  const bob = await addMember(kit, acme, "member");
  const enrol = await beginEnrolment(await prepareFor(bob, inDays(90)), bob);
  await lower("clientDays", 30);
  expect((await viewClient(kit.ports, ann, { ...here(), clientId: forever.id })).expiresAt).toBeNull();
  // As late as it may be, where no end was asked for; refused, where a later one was.
  expect((await unlimited.issue()).client.expiresAt).toBe(inDays(30));
  await expect(issueClient(kit.ports, ann, { ...issueInput(kit, acme.subscriptionId, "long", asked), expiresAt: long.expiresAt }, proofOf(kit, asked))).rejects.toMatchObject({ code: "expiry_invalid", message: expect.stringContaining("at most 30 days at a time") });
  expect((await enrol()).client.expiresAt).toBe(inDays(30));
  await expect(requestPreparation(kit.ports, acme.owner, { ...here(), email: ann.email, nickname: "x", expiresAt: inDays(40) })).rejects.toMatchObject({ code: "expiry_invalid" });
  const extension = { ...here(), clientId: forever.id, expiresAt: inDays(31.5) };
  await expect(requestExtension(kit.ports, ann, extension)).rejects.toMatchObject({ code: "expiry_invalid" });
  const allowed = { ...extension, expiresAt: inDays(20) };
  expect((await extendClient(kit.ports, ann, allowed, proofOf(kit, await requestExtension(kit.ports, ann, allowed)))).expiresAt).toBe(inDays(20));
});

test("of the plan's and the subscription's own longest lifetime, the shorter one holds", async () => {
  await kit.sql("UPDATE plans SET max_client_days = 10 WHERE id = (SELECT plan_id FROM subscriptions WHERE id = $1)", [acme.subscriptionId]);
  expect(await lower("clientDays", 30)).toMatchObject({ maxClientDays: 10 });
  expect(await lower("clientDays", 5)).toMatchObject({ maxClientDays: 5 });
  expect((await addClient(kit, ann, acme.subscriptionId)).expiresAt).toBe(inDays(5));
});
