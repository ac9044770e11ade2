/** What operators see of people, and do to accounts: turning one off ends everything it was about to do (T12). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { finishIdentityLink } from "@/lib/auth/identity-link";
import { linkToken } from "@/lib/auth/account-links";
import type { Actor } from "@/lib/auth/actor";
import { liftBlocksOf, takeTry } from "@/lib/auth/limits";
import { TestBrowser, wrongCode } from "@/lib/testing/browser";
import { addPhone, askFor, mailed } from "@/lib/testing/factors";
import { openKit, TEST_OPERATOR, type Kit } from "@/lib/testing/kit";
import { actorOf, claimsOf, enter, operator, person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { codesOf } from "@/lib/testing/step-up-scene";
import { addClient, addMember, makeTenant, prepareIssue, type Tenant } from "@/lib/testing/tenancy";
import { endSessionsByLink } from "@/lib/usecases/account/sessions";
import { setPassword } from "@/lib/usecases/account/set-password";
import { startIdentityLink } from "@/lib/usecases/sign-in/link-identity";
import { finishReset } from "@/lib/usecases/sign-in/reset";
import { liftBlockByKey, listBlockViews } from "./blocks";
import { reactivateUser, requestReactivation } from "./reactivate";
import { deactivateUser, listUsers } from "./users";

const PASSWORD = "several words that nobody knows";

let kit: Kit;
let acme: Tenant;
let olga: Actor;
let ada: Actor;
let number = 0;

beforeAll(async () => {
  kit = await openKit();
  acme = await makeTenant(kit);
  olga = await operator(kit);
});
afterAll(() => kit.close());
beforeEach(async () => {
  ada = await addMember(kit, acme, "member", `ada-${++number}@acme.test`);
});

const givePassword = async (actor: Actor) => setPassword(kit.ports, actor, { password: PASSWORD }, mailed(kit, await askFor(kit, actor, "password.set")));
const reactivated = async (userId: string) => reactivateUser(kit.ports, olga, { userId }, mailed(kit, await requestReactivation(kit.ports, olga, { userId })));
const logged = async (chain: string, action: string) => kit.sql("SELECT actor_label, actor_operator, data FROM audit_events WHERE chain_id = $1 AND action = $2 ORDER BY seq", [chain, action]);

describe("the list of people", () => {
  test("is found by part of an address or a name, with what matters for helping somebody", async () => {
    await addClient(kit, ada, acme.subscriptionId, "laptop");
    await addPhone(kit, ada);
    for (const query of [ada.email, `ADA-${number}@`, ada.name.toUpperCase()]) {
      const { items } = await listUsers(kit.ports, olga, { query });
      expect(items).toContainEqual(
        expect.objectContaining({
          id: ada.userId,
          email: ada.email,
          isOperator: false,
          deactivatedAt: null,
          subscriptions: [{ id: acme.subscriptionId, name: "acme", role: "member" }],
          factors: { totp: 1, passkeys: 0, password: false, identities: 1 },
          sessions: 1,
          clients: 1,
        }),
      );
    }
    expect((await listUsers(kit.ports, olga, { query: "100%_\u0000" })).items).toEqual([]);
    expect((await listUsers(kit.ports, olga, { query: TEST_OPERATOR })).items).toMatchObject([{ isOperator: true }]);
  });

  test("T13: is for operators alone", async () => {
    const userId = olga.userId;
    const proof = { challengeId: kit.ports.newId(), code: "000000" };
    const refused = [listUsers(kit.ports, ada, {}), deactivateUser(kit.ports, ada, { userId }), requestReactivation(kit.ports, ada, { userId }), reactivateUser(kit.ports, ada, { userId }, proof), listBlockViews(kit.ports, ada), liftBlockByKey(kit.ports, ada, { key: "x" })];
    for (const attempt of refused) await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("T12: turning an account off", () => {
  test("ends its sessions on their next request, and every way back in; clients stay, and are seen to", async () => {
    await givePassword(ada);
    const other = await person(kit, ada.email);
    const { id } = await addClient(kit, ada, acme.subscriptionId, "laptop");
    await deactivateUser(kit.ports, olga, { userId: ada.userId });
    for (const { sessionId } of [ada, other]) expect(await actorOf(kit, sessionId)).toBeNull();
    await expect(enter(kit, claimsOf(ada.email))).rejects.toMatchObject({ code: "account_deactivated" });
    await expect(new TestBrowser(kit).password(ada.email, PASSWORD)).rejects.toMatchObject({ code: "account_deactivated" });
    expect(await kit.sql("SELECT state FROM access_clients WHERE id = $1", [id])).toEqual([{ state: "active" }]);
    expect((await listUsers(kit.ports, olga, { query: ada.email })).items).toMatchObject([{ deactivatedAt: expect.any(String), sessions: 0, clients: 1 }]);
    expect(await logged(ada.userId, "account.deactivated")).toEqual([{ actor_label: TEST_OPERATOR, actor_operator: true, data: { email: ada.email, sessionsEnded: 2 } }]);
    expect(await kit.sql("SELECT FROM outbox_mails WHERE recipient = $1 AND template = 'account-deactivated'", [ada.email])).toHaveLength(1);
    const before = await snapshotOf(kit);
    await deactivateUser(kit.ports, olga, { userId: ada.userId });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("codes, tickets, links and additions that were under way are over, and stay over when it is turned back on", async () => {
    await givePassword(ada);
    const signingIn = new TestBrowser(kit, "198.51.100.1");
    await signingIn.password(ada.email, PASSWORD);
    const code = await signingIn.mailedCodeOrFail(ada.email);
    const withTicket = new TestBrowser(kit, "198.51.100.2");
    await withTicket.password(ada.email, PASSWORD);
    const ticket = await withTicket.code("sign_in", await withTicket.mailedCodeOrFail(ada.email));
    const resetting = new TestBrowser(kit, "198.51.100.3");
    await resetting.reset(ada.email);
    await resetting.code("reset", await resetting.mailedCodeOrFail(ada.email));
    const issuing = await prepareIssue(kit, ada, acme.subscriptionId, "laptop");
    const linking = await startIdentityLink(kit.ports, ada, { provider: "oidc" }, mailed(kit, await askFor(kit, ada, "identity.link", { parameters: { provider: "oidc" } })));
    const [mail] = await kit.sql<{ link: string }>("SELECT payload->>'endSessionsLink' AS link FROM outbox_mails WHERE recipient = $1 AND template = 'password-set'", [ada.email]);
    const token = linkToken(kit.ports, mail?.link ?? "");

    const tryAll = async (): Promise<void> => {
      expect(await actorOf(kit, ada.sessionId)).toBeNull();
      await expect(signingIn.code("sign_in", code)).rejects.toMatchObject({ code: "attempt_over" });
      await expect(withTicket.redeem(ticket)).rejects.toMatchObject({ code: "ticket_invalid" });
      await expect(finishReset(kit.ports, resetting.request, { password: `${PASSWORD} at all` })).rejects.toMatchObject({ code: "attempt_over" });
      await expect(issuing.issue()).rejects.toMatchObject({ code: "not_signed_in" });
      await expect(finishIdentityLink(kit.ports, ada, { linkToken: linking.linkToken, provider: "oidc", claims: claimsOf(ada.email, { subject: "another" }) })).rejects.toMatchObject({ code: "attempt_over" });
      await expect(endSessionsByLink(kit.ports, ada.source, { token })).rejects.toMatchObject({ code: "link_invalid" });
    };
    await deactivateUser(kit.ports, olga, { userId: ada.userId });
    await tryAll();
    await reactivated(ada.userId);
    await tryAll();
  });

  test("a sign-in that is at its last step at the same moment is let in by nobody", async () => {
    for (let round = 0; round < 5; round += 1) {
      const grace = await person(kit, `grace-${number}-${round}@acme.test`);
      const entering = Array.from({ length: 4 }, () => enter(kit, claimsOf(grace.email)).catch(() => null));
      await deactivateUser(kit.ports, olga, { userId: grace.userId });
      for (const sessionId of await Promise.all(entering)) if (sessionId !== null) expect(await actorOf(kit, sessionId)).toBeNull();
      expect(await kit.sql("SELECT FROM sessions WHERE user_id = $1 AND revoked_at IS NULL", [grace.userId])).toEqual([]);
    }
  });

  test("of two operators who turn each other off at the same moment, one stays", async () => {
    for (let round = 0; round < 3; round += 1) {
      const [one, two] = await Promise.all(["one", "two"].map((who) => person(kit, `${who}-${number}-${round}@operators.test`)));
      const [first, second] = [{ ...one!, isOperator: true }, { ...two!, isOperator: true }];
      const results = await Promise.allSettled([deactivateUser(kit.ports, first, { userId: second.userId }), deactivateUser(kit.ports, second, { userId: first.userId })]);
      expect(codesOf(results).sort()).toEqual(["done", "not_signed_in"]);
      expect(await kit.sql("SELECT FROM users WHERE id IN ($1, $2) AND deactivated_at IS NULL", [first.userId, second.userId])).toHaveLength(1);
    }
  });

  test("one's own is refused; nobody's is not found", async () => {
    await expect(deactivateUser(kit.ports, olga, { userId: olga.userId })).rejects.toMatchObject({ code: "bad_request" });
    for (const userId of [kit.ports.newId(), "x", acme.subscriptionId]) await expect(deactivateUser(kit.ports, olga, { userId })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("turning an account back on", () => {
  test("takes the operator's proof for this account, once", async () => {
    const grace = await person(kit, `grace-${number}@acme.test`);
    for (const { userId } of [ada, grace]) await deactivateUser(kit.ports, olga, { userId });
    const challenge = await requestReactivation(kit.ports, olga, { userId: ada.userId });
    expect(challenge).toMatchObject({ act: `turn the account ${ada.email} back on`, factors: ["mail"] });
    await expect(reactivateUser(kit.ports, olga, { userId: grace.userId }, mailed(kit, challenge))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await reactivateUser(kit.ports, olga, { userId: ada.userId }, mailed(kit, challenge));
    expect(await actorOf(kit, await enter(kit, claimsOf(ada.email)))).toMatchObject({ userId: ada.userId });
    expect(await logged(ada.userId, "account.reactivated")).toMatchObject([{ actor_operator: true }]);
    await expect(requestReactivation(kit.ports, olga, { userId: ada.userId })).rejects.toMatchObject({ code: "bad_request" });
    await expect(enter(kit, claimsOf(grace.email))).rejects.toMatchObject({ code: "account_deactivated" });
  });
});

describe("blocks", () => {
  test("are shown in words and lifted, which is noted in the log of the account they slowed", async () => {
    await givePassword(ada);
    const guesser = new TestBrowser(kit, "203.0.113.66");
    await guesser.password(ada.email, PASSWORD);
    const right = await guesser.mailedCodeOrFail(ada.email);
    await guesser.code("sign_in", wrongCode(right)).catch(() => undefined);
    for (let tries = 0; tries < 7; tries += 1) await takeTry(kit.ports, { kind: "password", account: ada.email, source: "203.0.113.66", knownBrowser: false }).catch(() => undefined);
    const { items } = await listBlockViews(kit.ports, olga);
    const block = items.find(({ what }) => what === `sign-in with a password to ${ada.email}, from 203.0.113.66`);
    expect(block).toMatchObject({ key: expect.stringMatching(/^[A-Za-z0-9_-]+$/), tries: expect.any(Number), until: expect.stringMatching(/Z$/) });
    await liftBlockByKey(kit.ports, olga, { key: block?.key ?? "" });
    await takeTry(kit.ports, { kind: "password", account: ada.email, source: "203.0.113.66", knownBrowser: false });
    expect(await logged(ada.userId, "block.lifted")).toMatchObject([{ actor_operator: true, data: { what: block?.what } }]);
    await expect(liftBlockByKey(kit.ports, olga, { key: block?.key ?? "" })).rejects.toMatchObject({ code: "not_found" });
    await liftBlocksOf(kit.ports, ada.email);
  });
});
