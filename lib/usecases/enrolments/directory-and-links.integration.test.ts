/** Prepared clients where a company's directory, or a sign-in that is too old, takes somebody's access meanwhile. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { enrolmentToken } from "@/lib/auth/account-links";
import { sourceOf } from "@/lib/auth/source";
import { openKit, type Kit } from "@/lib/testing/kit";
import { BROWSER_HEADERS, person } from "@/lib/testing/people";
import { addMember, issueInput, makeTenant, proofOf, type Tenant } from "@/lib/testing/tenancy";
import { makeDirectoryToken, requestDirectoryToken } from "@/lib/usecases/directory/token";
import { listUsers, requireDirectory, updateUser, type DirectoryRequest } from "@/lib/usecases/directory/users";
import { settleSignIns } from "@/lib/usecases/members/sign-in-again";
import { setSignInPolicy } from "@/lib/usecases/sign-in-policy";
import { enrolClient, requestEnrolment, viewEnrolment } from "./enrol-client";
import { prepareClient, requestPreparation, viewEnrolments } from "./prepare-client";

const DAY_MS = 24 * 3_600_000;

let kit: Kit;
let acme: Tenant;
let ann: Actor;
let admin: Actor;
let directory: DirectoryRequest;

beforeAll(async () => {
  kit = await openKit();
});
beforeEach(async () => {
  acme = await makeTenant(kit, { gateway: acme?.gateway });
  [ann, admin] = [await addMember(kit, acme, "member"), await addMember(kit, acme, "admin")];
  const { made } = await makeDirectoryToken(kit.ports, acme.owner, here(), proofOf(kit, await requestDirectoryToken(kit.ports, acme.owner, here())));
  directory = await requireDirectory(kit.ports, { ...here(), credential: made, source: sourceOf(BROWSER_HEADERS) });
});
afterAll(() => kit.close());

const here = () => ({ subscriptionId: acme.subscriptionId });
const wish = (to: Actor) => ({ ...here(), email: to.email, nickname: "Field laptop" });
const clientsOf = async ({ userId }: Actor) => kit.sql<{ state: string; held: boolean }>("SELECT state, held FROM access_clients WHERE owner_id = $1", [userId]);

async function setActive({ email }: Actor, active: boolean): Promise<void> {
  const { users } = await listUsers(kit.ports, directory, { attribute: "userName", value: email }, { startIndex: 1, count: 1 });
  await updateUser(kit.ports, directory, users[0]!.id, { active });
}

async function prepare(by: Actor, to: Actor = ann): Promise<string> {
  await prepareClient(kit.ports, by, wish(to), proofOf(kit, await requestPreparation(kit.ports, by, wish(to))));
  const [mail] = await kit.sql<{ link: string }>("SELECT payload->>'enrolmentLink' AS link FROM outbox_mails WHERE recipient = $1 AND template = 'client-prepared' ORDER BY created_at DESC, id DESC LIMIT 1", [to.email]);
  return enrolmentToken(kit.ports, mail?.link ?? "");
}

/** Everything up to the request. */
async function begin(token: string, as: Actor = ann): Promise<() => ReturnType<typeof enrolClient>> {
  const challenge = await requestEnrolment(kit.ports, as, { token });
  const { publicKey, sealedPresharedKey } = issueInput(kit, acme.subscriptionId, "unused", challenge);
  return () => enrolClient(kit.ports, as, { token, publicKey, sealedPresharedKey }, proofOf(kit, challenge));
}

test("a link is over once the directory turned off who it is for, or who prepared it; none is made for them, and on again it stays over", async () => {
  for (const off of [ann, admin]) {
    const token = await prepare(admin);
    const enrol = await begin(token);
    await setActive(off, false);
    await expect(enrol()).rejects.toMatchObject({ code: "link_invalid" });
    await expect(viewEnrolment(kit.ports, ann, { token })).rejects.toMatchObject({ code: "link_invalid" });
    expect((await viewEnrolments(kit.ports, acme.owner, here())).items).toEqual([]);
    if (off === ann) await expect(requestPreparation(kit.ports, admin, wish(ann))).rejects.toMatchObject({ code: "not_a_member" });
    else await expect(requestPreparation(kit.ports, admin, wish(ann))).rejects.toMatchObject({ code: "not_found" });
    await setActive(off, true);
    await expect(enrol()).rejects.toMatchObject({ code: "link_invalid" });
    kit.clock.advance(60_000);
  }
  expect(await clientsOf(ann)).toEqual([]);
});

test("T2: while the directory turns the colleague off, the link is used: the client is off the device, or there is none", async () => {
  for (let round = 0; round < 6; round += 1) {
    const enrol = await begin(await prepare(admin));
    await Promise.allSettled(round % 2 === 0 ? [enrol(), setActive(ann, false)] : [setActive(ann, false), enrol()]);
    expect((await clientsOf(ann)).filter(({ state, held }) => state === "active" && !held)).toEqual([]);
    expect((await acme.gateway.sync()).instances.flatMap(({ peers }) => peers)).toEqual([]);
    ann = await addMember(kit, acme, "member");
    kit.clock.advance(60_000);
  }
});

test("who has to sign in again adds nothing by a link, which waits until they did", async () => {
  await setSignInPolicy(kit.ports, acme.owner, { ...here(), days: 3 }, null);
  kit.clock.advance(2.5 * DAY_MS);
  const owner = await person(kit, acme.owner.email);
  const token = await prepare(owner);
  kit.clock.advance(DAY_MS);
  expect(await settleSignIns(kit.ports)).toBeGreaterThan(0);
  await kit.sql("UPDATE sessions SET last_seen_at = $1, expires_at = $2 WHERE id = $3", [kit.clock.now(), new Date(kit.clock.now().getTime() + DAY_MS), ann.sessionId]);
  await expect(begin(token)).rejects.toMatchObject({ code: "sign_in_again" });
  ann = await person(kit, ann.email);
  await settleSignIns(kit.ports);
  await (await begin(token))();
  expect(await clientsOf(ann)).toEqual([{ state: "active", held: false }]);
});
