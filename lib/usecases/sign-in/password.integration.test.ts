/** Registering, signing in and resetting with a password: what it takes, what it tells, and what it can't be used for. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endSessionById } from "@/lib/auth/end-session";
import { redeemTicket } from "@/lib/auth/tickets";
import { deleteLimits, listLimits } from "@/lib/db/limits";
import { TestBrowser, wrongCode } from "@/lib/testing/browser";
import { openKit, type Kit } from "@/lib/testing/kit";
import { actorOf, person } from "@/lib/testing/people";
import { snapshotOf, tablesHolding } from "@/lib/testing/snapshot";
import { resendCode } from "./code-step";
import { finishRegistration } from "./register";
import { finishReset } from "./reset";

const PASSWORD = "tin lantern over the weir";
const NEW_PASSWORD = "a grey heron waits there";

let kit: Kit;
let count = 0;
const newAddress = (): string => `ada-${++count}@people.test`;
const newBrowser = (): TestBrowser => new TestBrowser(kit, `198.51.100.${++count % 250}`);
const mailsTo = async (email: string): Promise<string[]> => (await kit.sql<{ template: string }>("SELECT template FROM outbox_mails WHERE recipient = $1 ORDER BY ctid", [email])).map(({ template }) => template);

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());

describe("registering", () => {
  test("an address proved by a code, and a password, make an account that is signed in", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    expect(await browser.register(email)).toMatchObject({ next: "code", codeLength: 8, sentTo: "a•••@people.test" });
    expect(await browser.code("register", await browser.mailedCodeOrFail(email))).toEqual({ next: "password" });
    const { sessionId } = await browser.redeem(await finishRegistration(kit.ports, browser.request, { password: PASSWORD, name: "Ada" }));
    expect(await actorOf(kit, sessionId)).toMatchObject({ email, name: "Ada", method: "password", twoFactor: false, isOperator: false });
    expect(await mailsTo(email)).toEqual(["sign-in-code"]);
  });

  test("T1: what a request says beside its fields makes nobody an operator, and proves no address", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.register(email);
    await browser.code("register", await browser.mailedCodeOrFail(email));
    const more = { password: PASSWORD, name: "Ada", isOperator: true, email: "olga@operators.test", userId: kit.ports.newId(), deactivatedAt: null };
    const { sessionId } = await browser.redeem(await finishRegistration(kit.ports, browser.request, more));
    expect(await actorOf(kit, sessionId)).toMatchObject({ email, isOperator: false });
  });

  test("an address that has an account looks the same, and only its owner is told", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    const stranger = newBrowser();
    const fresh = await newBrowser().register(newAddress());
    const step = await stranger.register(email);
    expect(Object.keys(step)).toEqual(Object.keys(fresh));
    expect(await mailsTo(email)).toEqual(["sign-in-code", "already-registered"]);
    await expect(stranger.code("register", "00000000")).rejects.toMatchObject({ code: "code_wrong", facts: { triesLeft: 4 } });
  });

  test("an attempt for an address that has an account accepts no code at all, not even the one it would have", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    const stranger = newBrowser();
    await stranger.register(email);
    const [attempt] = await kit.sql<{ id: string }>("SELECT id FROM sign_in_attempts ORDER BY ctid DESC LIMIT 1");
    const { attemptCode } = await import("@/lib/auth/attempts");
    await expect(stranger.code("register", attemptCode(kit.ports, attempt!.id, "register"))).rejects.toMatchObject({ code: "code_wrong" });
  });

  test("no password before the code, and no weak one after it", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.register(email);
    await expect(finishRegistration(kit.ports, browser.request, { password: PASSWORD, name: "" })).rejects.toMatchObject({ code: "attempt_over" });
    await browser.code("register", await browser.mailedCodeOrFail(email));
    for (const password of ["short", "password1234", `${email}1`]) {
      await expect(finishRegistration(kit.ports, browser.request, { password, name: "" })).rejects.toMatchObject({ code: "password_weak" });
    }
  });

  test.each(['"e@attacker.test"@victim.test', "a@x.test,b@x.test", "a@x.test\nBcc: b@x.test", "ada＠x.test", "ada@x.test\u0000", "ada"])("T9: the address %j is refused, alike in all three", async (address) => {
    const browser = newBrowser();
    for (const start of [browser.register(address), browser.reset(address), browser.password(address, PASSWORD)]) {
      await expect(start).rejects.toMatchObject({ code: "bad_request", facts: { field: "email" } });
    }
    expect((await kit.sql("SELECT FROM outbox_mails WHERE recipient LIKE '%x.test%' OR recipient LIKE '%attacker%'")).length).toBe(0);
  });

  test("T9: one address in any case is one account", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    expect(await browser.password(`  ${email.toUpperCase()} `, PASSWORD)).toMatchObject({ next: "code" });
  });
});

describe("signing in", () => {
  test("takes the password, then the mailed code; a mailbox is no second factor", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    const { sessionId } = await browser.signIn(email, PASSWORD);
    expect(await actorOf(kit, sessionId)).toMatchObject({ email, method: "password", twoFactor: false });
  });

  test("a password typed on another keyboard is the same password (NFKC)", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, "Café ﬁne dining at ten");
    expect(await browser.password(email, "Cafe\u0301 fine dining at ten")).toMatchObject({ next: "code" });
  });

  test("a wrong password, an account without one, and no account are told alike", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    const providerOnly = await person(kit, newAddress());
    const refusals = await Promise.all(
      [email, providerOnly.email, newAddress()].map((address) => newBrowser().password(address, "not this one at all").catch((error: Error) => ({ code: "code" in error && error.code, message: error.message }))),
    );
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1);
    expect(refusals[0]).toMatchObject({ code: "credentials_wrong" });
  });

  test("T10: five wrong codes end the attempt, also for the right one", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    await browser.password(email, PASSWORD);
    const right = await browser.mailedCodeOrFail(email);
    for (const triesLeft of [4, 3, 2, 1, 0]) await expect(browser.code("sign_in", wrongCode(right))).rejects.toMatchObject({ code: "code_wrong", facts: { triesLeft } });
    await expect(browser.code("sign_in", right)).rejects.toMatchObject({ code: "attempt_over" });
  });

  test("a code is good in the browser that asked for it, for ten minutes", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    await browser.password(email, PASSWORD);
    const right = await browser.mailedCodeOrFail(email);
    await expect(newBrowser().code("sign_in", right)).rejects.toMatchObject({ code: "attempt_over" });
    await expect(browser.code("register", right)).rejects.toMatchObject({ code: "attempt_over" });
    kit.clock.advance(600_001);
    await expect(browser.code("sign_in", right)).rejects.toMatchObject({ code: "attempt_over" });
  });

  test("the code is mailed again after 30 s, four times at most, and is the same", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    await browser.password(email, PASSWORD);
    const right = await browser.mailedCodeOrFail(email);
    await expect(resendCode(kit.ports, browser.request)).rejects.toMatchObject({ code: "too_many_tries", facts: { retryAfterSeconds: 30 } });
    for (let sends = 2; sends <= 4; sends++) {
      kit.clock.advance(30_000);
      await resendCode(kit.ports, browser.request);
      expect(await browser.mailedCodeOrFail(email)).toBe(right);
    }
    kit.clock.advance(30_000);
    await expect(resendCode(kit.ports, browser.request)).rejects.toMatchObject({ code: "too_many_tries" });
  });

  test("T18: of 200 right codes at once one gives a ticket, and of 200 tickets at once one gives a session", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    await browser.password(email, PASSWORD);
    const right = await browser.mailedCodeOrFail(email);
    const steps = await Promise.allSettled(Array.from({ length: 200 }, () => browser.code("sign_in", right)));
    const won = steps.filter((step) => step.status === "fulfilled").map(({ value }) => value);
    expect(won).toHaveLength(1);
    const before = (await kit.sql("SELECT FROM sessions")).length;
    const { ticket } = won[0] as { ticket: string };
    const sessions = await Promise.allSettled(Array.from({ length: 200 }, () => redeemTicket(kit.ports, ticket, browser.request)));
    expect(sessions.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await kit.sql("SELECT FROM sessions")).length).toBe(before + 1);
  });

  test("T18: a ticket has 256 random bits, is worth nothing in another browser or a minute later, and is stored as a hash", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    await browser.password(email, PASSWORD);
    const step = await browser.code("sign_in", await browser.mailedCodeOrFail(email));
    const { ticket } = step as { ticket: string };
    expect(Buffer.from(ticket, "base64url")).toHaveLength(32);
    const snapshot = await snapshotOf(kit);
    for (const secret of [ticket, browser.attemptToken!, browser.browserToken!]) expect(tablesHolding(snapshot, secret)).toEqual([]);
    await expect(redeemTicket(kit.ports, ticket, newBrowser().request)).rejects.toMatchObject({ code: "ticket_invalid" });
    await expect(redeemTicket(kit.ports, ticket, { ...newBrowser().request, attemptToken: ticket })).rejects.toMatchObject({ code: "ticket_invalid" });
    kit.clock.advance(60_001);
    await expect(browser.redeem(step)).rejects.toMatchObject({ code: "ticket_invalid" });
  });

  test("T12: a deactivated account gets no session, by a ticket it already had or a new password", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    const { sessionId } = await browser.makeAccount(email, PASSWORD);
    await browser.password(email, PASSWORD);
    const step = await browser.code("sign_in", await browser.mailedCodeOrFail(email));
    await kit.sql("UPDATE users SET deactivated_at = now() WHERE email = $1", [email]);
    await expect(browser.redeem(step)).rejects.toMatchObject({ code: "account_deactivated" });
    await expect(browser.password(email, PASSWORD)).rejects.toMatchObject({ code: "account_deactivated" });
    await expect(browser.password(email, "not this one at all")).rejects.toMatchObject({ code: "credentials_wrong" });
    await browser.reset(email);
    expect((await mailsTo(email)).at(-1)).toBe("deactivated");
    expect(await actorOf(kit, sessionId)).toBeNull();
  });

  test("the database holds an argon2id hash of 19 MiB and two passes, and no password", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    const [row] = await kit.sql<{ hash: string }>("SELECT hash FROM passwords p JOIN users u ON u.id = p.user_id WHERE email = $1", [email]);
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(tablesHolding(await snapshotOf(kit), PASSWORD)).toEqual([]);
  });

  test("a hash of older parameters is replaced when the password is right", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    const { hash } = await import("@node-rs/argon2");
    await kit.sql("UPDATE passwords SET hash = $2 WHERE user_id = (SELECT id FROM users WHERE email = $1)", [email, await hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 })]);
    await browser.password(email, PASSWORD);
    const [row] = await kit.sql<{ hash: string }>("SELECT hash FROM passwords p JOIN users u ON u.id = p.user_id WHERE email = $1", [email]);
    expect(row?.hash).toContain("m=19456,t=2,p=1");
    await browser.signIn(email, PASSWORD);
  });
});

describe("a new password", () => {
  test("by a mailed code; it ends all sessions and attempts, lifts blocks, and tells the owner", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    const { sessionId } = await browser.makeAccount(email, PASSWORD);
    const thief = newBrowser();
    await thief.password(email, PASSWORD);
    const thiefsCode = await thief.mailedCodeOrFail(email);
    await newBrowser().password(email, "not this one at all").catch(() => undefined);
    expect(await browser.reset(email)).toMatchObject({ next: "code", codeLength: 8 });
    expect(await browser.code("reset", await browser.mailedCodeOrFail(email))).toEqual({ next: "password" });
    const { sessionId: own } = await browser.redeem(await finishReset(kit.ports, browser.request, { password: NEW_PASSWORD }));
    expect(await actorOf(kit, sessionId)).toBeNull();
    expect(await actorOf(kit, own)).toMatchObject({ email });
    await expect(thief.code("sign_in", thiefsCode)).rejects.toMatchObject({ code: "attempt_over" });
    expect(await mailsTo(email)).toContain("password-reset");
    expect((await listLimits(kit.ports.db, "", 0)).filter(({ key }) => key.endsWith(` ${email}`))).toEqual([]);
    await expect(browser.password(email, PASSWORD)).rejects.toMatchObject({ code: "credentials_wrong" });
    expect(await browser.password(email, NEW_PASSWORD)).toMatchObject({ next: "code" });
  });

  test("an address without an account, and an account without a password, look the same and get a mail that says so", async () => {
    const known = newAddress();
    await newBrowser().makeAccount(known, PASSWORD);
    const providerOnly = await person(kit, newAddress());
    const nobody = newAddress();
    const steps = await Promise.all([known, providerOnly.email, nobody].map((address) => newBrowser().reset(address)));
    expect(new Set(steps.map((step) => JSON.stringify({ ...step, sentTo: "", expiresAt: "" }))).size).toBe(1);
    expect((await mailsTo(known)).at(-1)).toBe("sign-in-code");
    expect((await mailsTo(providerOnly.email)).at(-1)).toBe("no-password");
    expect((await mailsTo(nobody)).at(-1)).toBe("no-account");
  });

  test("T14: a reset gives no password to an account that never had one", async () => {
    const providerOnly = await person(kit, newAddress());
    const browser = newBrowser();
    await browser.reset(providerOnly.email);
    const [attempt] = await kit.sql<{ id: string }>("SELECT id FROM sign_in_attempts ORDER BY ctid DESC LIMIT 1");
    const { attemptCode } = await import("@/lib/auth/attempts");
    await expect(browser.code("reset", attemptCode(kit.ports, attempt!.id, "reset"))).rejects.toMatchObject({ code: "code_wrong" });
  });

  test("no password before the code", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    await browser.reset(email);
    await expect(finishReset(kit.ports, browser.request, { password: NEW_PASSWORD })).rejects.toMatchObject({ code: "attempt_over" });
  });
});

describe("browsers", () => {
  test("a sign-in from a new browser is mailed, from a known one not, and not while the account is being made", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    expect(await mailsTo(email)).not.toContain("new-browser");
    await browser.signIn(email, PASSWORD);
    expect(await mailsTo(email)).not.toContain("new-browser");
    await newBrowser().signIn(email, PASSWORD);
    expect((await mailsTo(email)).filter((template) => template === "new-browser")).toHaveLength(1);
  });

  test("a cookie that the portal didn't give out is replaced", async () => {
    const [browser, email] = [newBrowser(), newAddress()];
    await browser.makeAccount(email, PASSWORD);
    const other = newBrowser();
    other.browserToken = "A".repeat(43);
    const { newBrowserToken } = await other.signIn(email, PASSWORD);
    expect(newBrowserToken).not.toBeNull();
    expect(newBrowserToken).not.toBe("A".repeat(43));
  });

  test("a session ends once", async () => {
    const { sessionId } = await newBrowser().makeAccount(newAddress(), PASSWORD);
    await endSessionById(kit.ports, sessionId);
    expect(await actorOf(kit, sessionId)).toBeNull();
  });
});

test("passwords can be switched off", async () => {
  const off = await openKit({ PORTAL_PASSWORD_LOGIN: "off" });
  try {
    const browser = new TestBrowser(off);
    for (const start of [browser.register("a@x.test"), browser.reset("a@x.test"), browser.password("a@x.test", PASSWORD)]) await expect(start).rejects.toMatchObject({ code: "password_login_off" });
    expect(await deleteLimits(off.ports.db, ["none"])).toBe(0);
  } finally {
    await off.close();
  }
});
