/** Help from the server's command line, run as an operator runs it, beside a portal that has the database open. */
import { execFile } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { takeTry } from "@/lib/auth/limits";
import { PortcullisError } from "@/lib/core/errors";
import { TestBrowser } from "@/lib/testing/browser";
import { addPasskey, addPhone, askFor, mailed } from "@/lib/testing/factors";
import { openKit, type Kit } from "@/lib/testing/kit";
import { actorOf, person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { setPassword } from "@/lib/usecases/account/set-password";
import { unlinkIdentity } from "@/lib/usecases/account/unlink-identity";
import { viewSecurity } from "@/lib/usecases/account/view-security";
import { finishReset } from "@/lib/usecases/sign-in/reset";
import { USER_COMMANDS } from "./users";

const PASSWORD = "several words that nobody knows";

interface Ran {
  /** The exit code. */
  code: number;
  out: string;
}

let kit: Kit;
let ada: Actor;
let number = 0;

beforeAll(async () => {
  kit = await openKit();
  vi.stubEnv("PORTAL_URL", "https://portal.test");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await kit.close();
});
beforeEach(async () => {
  ada = await person(kit, `ada-${++number}@acme.test`);
});

/** As `npm run portcullis -- …` runs it, with nobody at the keyboard. */
function spawned(...words: string[]): Promise<Ran> {
  const env = { ...process.env, DATABASE_URL: kit.databaseUrl, PORTAL_URL: "https://portal.test", PORTAL_OPERATORS: "" };
  return new Promise((resolve) => {
    const child = execFile("node_modules/.bin/tsx", ["scripts/portcullis.ts", ...words], { env }, (error, stdout, stderr) => resolve({ code: typeof error?.code === "number" ? error.code : 0, out: stdout + stderr }));
    child.stdin?.end();
  });
}

/** The same command in this process. */
async function portcullis(noun: string, verb: string, subject: string, flag?: "--yes"): Promise<Ran> {
  const command = USER_COMMANDS.find(({ words }) => words === `${noun} ${verb}`);
  const print = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    const code = (await command?.run(kit.ports, subject, { yes: flag === "--yes" })) ?? 0;
    return { code, out: print.mock.calls.flat().join("\n") };
  } catch (error) {
    return { code: 1, out: error instanceof PortcullisError ? error.message : String(error) };
  } finally {
    print.mockRestore();
  }
}

const noted = async (action: string) => (await kit.sql<{ data: Record<string, unknown> }>("SELECT data FROM audit_events WHERE chain_id = $1 AND action = $2", [ada.userId, action])).map(({ data }) => data);
const mailedActs = async () => (await kit.sql<{ payload: { act: string; securityUrl: string } }>("SELECT payload FROM outbox_mails WHERE recipient = $1 AND template = 'server-act'", [ada.email])).map(({ payload }) => payload);

test.each(["unlock", "reset-2fa", "end-sessions", "grant-operator", "revoke-operator"])("user %s does nothing without a confirmation, says so, and fails", async (verb) => {
  const before = await snapshotOf(kit);
  const { code, out } = await portcullis("user", verb, ada.email);
  expect(code).toBe(1);
  expect(out).toContain(ada.email);
  expect(out).toContain("--yes");
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
});

test("the command itself, started beside the portal: refused without --yes, done with it", async () => {
  const refused = await spawned("user", "end-sessions", ada.email);
  expect(refused).toMatchObject({ code: 1, out: expect.stringContaining("--yes") });
  expect(await actorOf(kit, ada.sessionId)).not.toBeNull();
  expect(await spawned("user", "end-sessions", ada.email, "--yes")).toEqual({ code: 0, out: `1 session ended of ${ada.email}.\n` });
  expect(await actorOf(kit, ada.sessionId)).toBeNull();
}, 120_000);

test("user show tells what signs a person in, where they are signed in, and what slows them; and changes nothing", async () => {
  await addPhone(kit, ada);
  for (let tries = 0; tries < 7; tries += 1) await takeTry(kit.ports, { kind: "password", account: ada.email, source: "203.0.113.66", knownBrowser: false }).catch(() => undefined);
  const before = await snapshotOf(kit);
  const { code, out } = await portcullis("user", "show", ada.email.toUpperCase());
  expect(code).toBe(0);
  for (const part of [ada.email, ada.userId, "active", "1 providers", "1 authenticator apps, 0 passkeys", "Firefox on Linux, 192.0.2.10, two factors", "password, pair 203.0.113.66"]) expect(out).toContain(part);
  expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
});

test("an address without an account, and one that is none, are named", async () => {
  for (const address of ["nobody@acme.test", "not an address"]) expect((await portcullis("user", "end-sessions", address, "--yes")).code).toBe(1);
});

describe("with --yes, noted in the person's log and mailed to them", () => {
  test("end-sessions: the next request of each is nobody's", async () => {
    const other = await person(kit, ada.email);
    const { code, out } = await portcullis("user", "end-sessions", ada.email, "--yes");
    expect([code, out]).toEqual([0, `2 sessions ended of ${ada.email}.`]);
    for (const { sessionId } of [ada, other]) expect(await actorOf(kit, sessionId)).toBeNull();
    expect(await noted("account.sessions_ended")).toEqual([{ by: "command line", as: expect.any(String), sessionsEnded: 2 }]);
    expect(await mailedActs()).toEqual([expect.objectContaining({ act: "end-sessions", securityUrl: "https://portal.test/security" })]);
  });

  test("unlock: who was slowed goes on at once, at sign-in and in step-up", async () => {
    const attempt = { kind: "password", account: ada.email, source: "203.0.113.67", knownBrowser: false } as const;
    for (let tries = 0; tries < 7; tries += 1) await takeTry(kit.ports, attempt).catch(() => undefined);
    await expect(takeTry(kit.ports, attempt)).rejects.toMatchObject({ code: "too_many_tries" });
    const challenge = await askFor(kit, ada, "password.set");
    await kit.sql("UPDATE step_up_challenges SET tries_left = 0 WHERE id = $1", [challenge.challengeId]);
    expect((await portcullis("user", "unlock", ada.email, "--yes")).code).toBe(0);
    await takeTry(kit.ports, attempt);
    await setPassword(kit.ports, ada, { password: PASSWORD }, mailed(kit, challenge));
    expect(await mailedActs()).toEqual([expect.objectContaining({ act: "unlock" })]);
    expect(await noted("account.unlocked")).toHaveLength(1);
  });

  test("reset-2fa: a lost phone no longer keeps its owner out, and sessions that it opened are over", async () => {
    await setPassword(kit.ports, ada, { password: PASSWORD }, mailed(kit, await askFor(kit, ada, "password.set")));
    await addPhone(kit, ada);
    const browser = new TestBrowser(kit);
    expect(await browser.password(ada.email, PASSWORD)).toMatchObject({ next: "factor" });
    const { code, out } = await portcullis("user", "reset-2fa", ada.email, "--yes");
    expect([code, out]).toEqual([0, expect.stringContaining("1 authenticator apps, 0 passkeys, 10 recovery codes; 1 session ended")]);
    expect(await actorOf(kit, ada.sessionId)).toBeNull();
    expect(await actorOf(kit, (await browser.signIn(ada.email, PASSWORD)).sessionId)).toMatchObject({ userId: ada.userId, twoFactor: false });
    expect(await noted("account.factors_reset")).toEqual([expect.objectContaining({ apps: 1, recoveryCodes: 10, resetByMail: false })]);
  });

  test("reset-2fa: who had passkeys alone gets back in by a mailed code", async () => {
    const passkey = await addPasskey(kit, ada);
    const [identity] = (await viewSecurity(kit.ports, ada)).identities;
    const objectId = identity?.id ?? "";
    await unlinkIdentity(kit.ports, ada, { identityId: objectId }, await passkey.proof(await askFor(kit, ada, "identity.unlink", { objectId })));
    expect((await portcullis("user", "reset-2fa", ada.email, "--yes")).out).toContain("new password");
    const browser = new TestBrowser(kit);
    await browser.reset(ada.email);
    await browser.code("reset", await browser.mailedCodeOrFail(ada.email));
    const opened = await browser.redeem(await finishReset(kit.ports, browser.request, { password: PASSWORD }));
    expect(await actorOf(kit, opened.sessionId)).toMatchObject({ userId: ada.userId });
  });

  test("grant-operator and revoke-operator: from the person's next request on", async () => {
    expect((await portcullis("user", "grant-operator", ada.email, "--yes")).out).toContain("is now an operator");
    expect(await actorOf(kit, ada.sessionId)).toMatchObject({ isOperator: true });
    expect((await portcullis("user", "revoke-operator", ada.email, "--yes")).out).toContain("no longer an operator");
    expect(await actorOf(kit, ada.sessionId)).toMatchObject({ isOperator: false });
    expect((await mailedActs()).map(({ act }) => act).sort()).toEqual(["grant-operator", "revoke-operator"]);
  });
});
