/** What a mailed code is good for: one act, by one person, in one session, once. */
import { request } from "@playwright/test";
import type { IssuedClientView } from "@/lib/usecases/views";
import { askForCode, errorCode, issueBody, makeKeys, wrongCode } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { signInOver, uniqueAddress, userIdOf } from "./support/people";
import type { Store } from "./support/store";

const triesLeft = async (store: Store, challengeId: string): Promise<unknown> => (await store.sql("SELECT tries_left, used_at FROM step_up_challenges WHERE id = $1", [challengeId]))[0];
const clientCount = async (store: Store, userId: string): Promise<number> => (await store.sql<{ count: number }>("SELECT count(*)::int FROM access_clients WHERE owner_id = $1", [userId]))[0]?.count ?? 0;

test("a proof for one client is no proof for another nickname, instance, person, session or kind of act, and is not used up by the attempt (T11)", async ({ home, make, inbox, store }) => {
  const [person, other] = [await make.member(home, "member"), await make.member(home, "admin")];
  const second = await make.tenant({ name: "Second", instanceName: "Second" });
  await store.sql("INSERT INTO memberships (subscription_id, user_id, role, created_at) VALUES ($1, $2, 'owner', now())", [second.subscriptionId, person.userId]);
  const approval = await askForCode(inbox, person, home, "Laptop");
  const { challengeId, sealTo } = approval.challenge;
  const elsewhere = { ...person, api: await make.session(person) };
  const unproved = await make.person({ emailVerified: false });
  const clients = `${home.apiPath}/clients`;
  const attempts = {
    "another nickname": person.api.post(clients, issueBody("Laptop 2", approval, makeKeys(sealTo))),
    "another spelling": person.api.post(clients, issueBody("laptop", approval, makeKeys(sealTo))),
    "another instance": person.api.post(`${second.apiPath}/clients`, issueBody("Laptop", approval, makeKeys(sealTo))),
    "another session": elsewhere.api.post(clients, issueBody("Laptop", approval, makeKeys(sealTo))),
    "another person": other.api.post(clients, issueBody("Laptop", approval, makeKeys(sealTo))),
    "another kind of act": unproved.api.post("/api/v1/address/verify", { challengeId, code: approval.code }),
    "another challenge's id": person.api.post(clients, issueBody("Laptop", { ...approval, challenge: { ...approval.challenge, challengeId: crypto.randomUUID() } }, makeKeys(sealTo))),
    "no id": person.api.post(clients, issueBody("Laptop", { ...approval, challenge: { ...approval.challenge, challengeId: "x' OR '1'='1" } }, makeKeys(sealTo))),
  };
  for (const [what, answer] of Object.entries(attempts)) expect(errorCode(await answer), what).toBe("step_up_mismatch");
  // Guesses of others take no try either: nobody can lock somebody else out.
  for (const stranger of [other, elsewhere]) expect(errorCode(await stranger.api.post(clients, issueBody("Laptop", { ...approval, code: wrongCode(approval.code) }, makeKeys(sealTo))))).toBe("step_up_mismatch");
  expect(errorCode(await other.api.post(`/api/v1/challenges/${challengeId}/resend`))).toBe("step_up_mismatch");
  expect(await triesLeft(store, challengeId)).toEqual({ tries_left: 5, used_at: null });
  expect(await clientCount(store, person.userId)).toBe(0);

  const keys = makeKeys(sealTo);
  expect((await person.api.post(clients, issueBody("Laptop", approval, keys))).status).toBe(201);
  expect(errorCode(await person.api.post(clients, issueBody("Laptop", approval, makeKeys(sealTo))))).toBe("step_up_spent");
  expect(await clientCount(store, person.userId)).toBe(1);
});

test("a proof for an address is no proof for a client, nor for another account's address (T11)", async ({ home, make, inbox, store }) => {
  const [first, second] = [await make.person({ emailVerified: false }), await make.person({ emailVerified: false })];
  const after = await inbox.latest();
  const { challengeId } = (await first.api.post("/api/v1/address/challenge")).body as { challengeId: string };
  const code = await inbox.codeFor(first.email, { after });
  expect(errorCode(await second.api.post("/api/v1/address/verify", { challengeId, code }))).toBe("step_up_mismatch");
  const person = await make.member(home, "member");
  const { challenge } = await askForCode(inbox, person, home, "Laptop");
  expect(errorCode(await person.api.post(`${home.apiPath}/clients`, issueBody("Laptop", { challenge: { ...challenge, challengeId }, code }, makeKeys(challenge.sealTo))))).toBe("step_up_mismatch");
  expect((await first.api.post("/api/v1/address/verify", { challengeId, code })).status).toBe(204);
  expect(await store.sql("SELECT id, email FROM users WHERE id = ANY($1) ORDER BY email NULLS LAST", [[first.userId, second.userId]])).toEqual([{ id: first.userId, email: first.email }, { id: second.userId, email: null }]);
});

test("of 200 submissions of one right code at once, one succeeds (T18)", async ({ home, make, inbox, store }) => {
  const person = await make.member(home, "member");
  const approval = await askForCode(inbox, person, home, "Raced");
  const answers = await Promise.all(Array.from({ length: 200 }, () => person.api.post(`${home.apiPath}/clients`, issueBody("Raced", approval, makeKeys(approval.challenge.sealTo)))));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter((answer) => errorCode(answer) === "step_up_spent")).toHaveLength(199);
  expect(await clientCount(store, person.userId)).toBe(1);
});

test("the same request sent 50 times at once makes one client and answers the same each time (T18)", async ({ home, make, inbox, store }) => {
  const person = await make.member(home, "member");
  const approval = await askForCode(inbox, person, home, "Repeated");
  const body = issueBody("Repeated", approval, makeKeys(approval.challenge.sealTo));
  const answers = await Promise.all(Array.from({ length: 50 }, () => person.api.post(`${home.apiPath}/clients`, body)));
  expect(new Set(answers.map(({ status, body: issued }) => `${status} ${(issued as IssuedClientView).client?.id} ${JSON.stringify((issued as IssuedClientView).configuration)}`)).size).toBe(1);
  expect(await clientCount(store, person.userId)).toBe(1);
});

test("of 100 wrong codes at once five are looked at, and the right one comes too late (T10, T18)", async ({ home, make, inbox, store }) => {
  const person = await make.member(home, "member");
  const approval = await askForCode(inbox, person, home, "Guessed");
  const guess = (code: string) => person.api.post(`${home.apiPath}/clients`, issueBody("Guessed", { ...approval, code }, makeKeys(approval.challenge.sealTo)));
  const answers = await Promise.all(Array.from({ length: 100 }, (_none, index) => guess(wrongCode(approval.code, index + 1))));
  expect(answers.filter((answer) => errorCode(answer) === "step_up_wrong_code")).toHaveLength(5);
  expect(answers.filter((answer) => errorCode(answer) === "step_up_spent")).toHaveLength(95);
  expect(errorCode(await guess(approval.code))).toBe("step_up_spent");
  expect(await clientCount(store, person.userId)).toBe(0);
});

test("whoever asks for code after code is slowed down, and nobody else is (T10)", async ({ home, make }) => {
  const [flooder, other] = [await make.member(home, "member"), await make.member(home, "member")];
  const ask = ({ api }: typeof flooder) => api.post(`${home.apiPath}/clients/challenge`, { nickname: "Flood" });
  const answers = await Promise.all(Array.from({ length: 45 }, () => ask(flooder)));
  const mailed = answers.filter(({ status }) => status === 201).length;
  expect(mailed).toBeGreaterThanOrEqual(30);
  expect(mailed).toBeLessThanOrEqual(40);
  const refused = await ask(flooder);
  expect([refused.status, errorCode(refused), Number(refused.headers["retry-after"]) > 0]).toEqual([429, "step_up_too_many", true]);
  expect((await ask(other)).status).toBe(201);
});

/** What a provider may claim an address to be, whatever it is sure of (T9). */
const HOSTILE_ADDRESSES = [
  '"victim@example.test"@attacker.test', "victim@example.test,attacker@attacker.test", "victim@example.test;attacker@attacker.test", "victim@example.test\r\nBcc: attacker@attacker.test", "Victim <victim@example.test>",
  "victim＠example.test", "victim﹫example.test", "victim@example.test\u0000", "victim @example.test", "victim@@example.test", "@example.test", "victim@", "victim@exa mple.test", `${"v".repeat(300)}@example.test`,
  "<script>alert(1)</script>@example.test", "victim\u202Etest@example.test", "victim@ⓔxample.test", "(comment)victim@example.test",
];

test("an address that could be read as another's is nobody's: it is not set, not mailed to, and opens nothing (T9)", async ({ stack, store }) => {
  const [local = ""] = uniqueAddress("victim").split("@");
  for (const [index, hostile] of HOSTILE_ADDRESSES.entries()) {
    const email = hostile.replaceAll(/victim|attacker(?=@)/g, `${local}-${index}`);
    for (const emailVerified of [true, false]) {
      const context = await request.newContext({ baseURL: stack.portalUrl });
      await signInOver(context, stack, { email, name: "Mallory", emailVerified });
      const answer = await context.post("/api/v1/address/challenge", { headers: { origin: stack.portalUrl } });
      expect(answer.status(), JSON.stringify(hostile)).toBe(400);
      expect((await context.get(`/api/v1/subscriptions/${stack.subscriptionId}`)).status()).toBe(403);
      await context.dispose();
    }
    expect(await store.sql("SELECT email FROM users WHERE id = $1", [await userIdOf(store, email)]), JSON.stringify(hostile)).toEqual([{ email: null }]);
  }
  const { messages } = (await (await fetch(`${stack.mailboxUrl}/api/messages`)).json()) as { messages: { to: string[] }[] };
  expect(messages.filter(({ to }) => to.some((address) => address.includes(local)))).toEqual([]);
});

test("an account with a proved address is joined by nobody who claims it, in whatever case, verified or not (T14)", async ({ make, stack, inbox, store }) => {
  const victim = await make.person();
  const claimed = victim.email.toUpperCase();
  // Another person at the provider, who says the same address: the demo provider tells people apart by their spelling of it.
  const spelling = ` ${claimed}`;
  await store.sql("UPDATE identities SET subject = subject || '-moved' WHERE user_id = $1", [victim.userId]);
  const verified = await request.newContext({ baseURL: stack.portalUrl });
  const end = await signInOver(verified, stack, { email: spelling, name: "Mallory", emailVerified: true }, "/");
  expect(end.url()).toBe(`${stack.portalUrl}/signin?error=AddressTaken`);
  expect((await verified.get("/api/v1/operator/gateways")).status()).toBe(401);

  const unverified = await request.newContext({ baseURL: stack.portalUrl });
  await signInOver(unverified, stack, { email: spelling, name: "Mallory", emailVerified: false });
  const after = await inbox.latest();
  const asked = await unverified.post("/api/v1/address/challenge", { headers: { origin: stack.portalUrl } });
  expect(asked.status()).toBe(201);
  const { challengeId } = (await asked.json()) as { challengeId: string };
  // Even with the victim's own mail in hand.
  const code = await inbox.codeFor(victim.email, { after });
  const proved = await unverified.post("/api/v1/address/verify", { headers: { origin: stack.portalUrl }, data: { challengeId, code } });
  expect([proved.status(), ((await proved.json()) as { error: { code: string } }).error.code]).toEqual([409, "address_taken"]);
  expect(await store.sql("SELECT id FROM users WHERE email = $1", [victim.email])).toEqual([{ id: victim.userId }]);
  await Promise.all([verified.dispose(), unverified.dispose()]);
});
