/** Mails: sent once, whatever is down or killed when; and no code lies anywhere. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { attemptCode } from "@/lib/auth/attempts";
import { CHALLENGE_LIFETIME_MS, codeFor } from "@/lib/auth/step-up";
import { queueMail, takeDueMail } from "@/lib/db/outbox";
import { retryDelayMs, startMailWorker, type MailWorker } from "@/lib/mail/worker";
import { openKit, type Kit } from "@/lib/testing/kit";
import { captureLog, type LogLines } from "@/lib/testing/log-lines";
import { startMailServer, type MailServer } from "@/lib/testing/mail-server";
import { snapshotOf, tablesHolding } from "@/lib/testing/snapshot";
import { makeTenant, prepareIssue, wrongCodeOf, type Tenant } from "@/lib/testing/tenancy";
import { wake } from "@/lib/testing/wake";
import { issueClient } from "@/lib/usecases/issue-client";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";

const LEASE_MS = 60_000;

let server: MailServer;
let kit: Kit;
let acme: Tenant;
let log: LogLines;
let workers: MailWorker[];

beforeAll(async () => {
  server = await startMailServer();
  kit = await openKit({ SMTP_URL: server.url });
  acme = await makeTenant(kit);
});
afterAll(async () => {
  await kit.close();
  await server.stop();
});
beforeEach(async () => {
  workers = [];
  log = captureLog();
  server.answer = () => null;
  server.deliveries.length = 0;
  await kit.sql("DELETE FROM outbox_mails");
  // A new hour: codes may be asked for again.
  kit.clock.advance(3_600_000);
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  log.stop();
});

/** A worker of one more portal process. */
async function startWorker(): Promise<MailWorker> {
  const worker = startMailWorker({ ...kit.ports, wakeups: await kit.listener() });
  workers.push(worker);
  return worker;
}

const askForCode = (actor: Actor = acme.owner, nickname = "laptop") => requestClientChallenge(kit.ports, actor, { subscriptionId: acme.subscriptionId, nickname });

/** A mail that is not about to go stale. */
const queue = async (nickname: string, recipient = "ada@acme.test"): Promise<void> => {
  const now = kit.clock.now();
  await kit.ports.db.transaction((tx) =>
    queueMail(tx, {
      id: kit.ports.newId(),
      recipient,
      now,
      content: { template: "client-revoked", nickname, instanceName: "Atlas", byEmail: "owner@acme.test", byOperator: false, at: now.toISOString(), clientUrl: "https://portal.test/x" },
    }),
  );
};

const rows = () => kit.sql<{ attempts: number; sent: boolean; abandoned: boolean; last_error: string | null }>("SELECT attempts, sent_at IS NOT NULL AS sent, abandoned_at IS NOT NULL AS abandoned, last_error FROM outbox_mails ORDER BY created_at, id");

test("a code is mailed at the commit that made it, to its person alone, and names act, browser and address", async () => {
  await startWorker();
  const { challengeId } = await askForCode();
  const [delivery] = await server.delivered(1);
  expect(delivery?.envelopeTo).toEqual([acme.owner.email]);
  expect(delivery?.mail).toMatchObject({
    subject: `${codeFor(kit.ports, challengeId)} is your code to add the client “laptop” to acme atlas`,
    from: { text: '"Portcullis" <portal@portal.test>' },
  });
  expect(delivery?.mail.headers.get("auto-submitted")).toBe("auto-generated");
  expect(delivery?.mail.text).toContain("Firefox on Linux, address 192.0.2.10");
  expect(delivery?.mail.text).toContain("Instance: acme atlas (acme)");
});

test("of three processes that send forty mails, each mail is sent by one, once", async () => {
  await Promise.all([startWorker(), startWorker(), startWorker()]);
  await Promise.all(Array.from({ length: 40 }, (_, i) => queue(`machine ${i}`)));
  const deliveries = await server.delivered(40);
  await Promise.all(workers.map((worker) => worker.stop()));
  expect(new Set(deliveries.map(({ mail }) => mail.subject)).size).toBe(40);
  expect(server.deliveries).toHaveLength(40);
  expect(await rows()).toEqual(Array.from({ length: 40 }, () => ({ attempts: 1, sent: true, abandoned: false, last_error: null })));
});

test("while the mail server is down a mail waits, longer each time; once it is up the mail goes out", async () => {
  await server.stop();
  await queue("laptop");
  await startWorker();
  expect(JSON.parse(await log.line("mail not sent"))).toMatchObject({ level: "warn", template: "client-revoked", attempts: 1, retryInMs: 2000 });
  kit.clock.advance(2000);
  await wake(kit.ports.db.read, "outbox");
  expect(JSON.parse(await log.line('"attempts":2'))).toMatchObject({ retryInMs: 4000 });
  expect(await rows()).toMatchObject([{ attempts: 2, sent: false, last_error: expect.stringContaining("ECONNREFUSED") }]);
  server = await startMailServer(server.port);
  kit.clock.advance(4000);
  await wake(kit.ports.db.read, "outbox");
  const [delivery] = await server.delivered(1);
  expect(delivery?.mail.subject).toBe("laptop lost access to Atlas");
});

test("the wait between tries doubles from two seconds, up to ten minutes", () => {
  expect([1, 2, 3, 9, 10, 100, 30_000].map(retryDelayMs)).toEqual([2000, 4000, 8000, 512_000, 600_000, 600_000, 600_000]);
});

test("a mail that a killed worker had taken is sent by another after a minute, under the same Message-ID", async () => {
  await queue("taken");
  const taken = await takeDueMail(kit.ports.db.read, kit.clock.now());
  await startWorker();
  await queue("other");
  expect((await server.delivered(1)).map(({ mail }) => mail.subject)).toEqual(["other lost access to Atlas"]);
  kit.clock.advance(LEASE_MS);
  await wake(kit.ports.db.read, "outbox");
  const [, again] = await server.delivered(2);
  expect(again?.mail).toMatchObject({ subject: "taken lost access to Atlas", messageId: `<${taken?.id}@portal.test>` });
});

test("a worker that stops finishes what it is sending, and takes nothing it will not send", async () => {
  let release: (refusal: null) => void = () => {};
  const released = new Promise<null>((resolve) => (release = resolve));
  let begun: () => void = () => {};
  const sending = new Promise<void>((resolve) => (begun = resolve));
  server.answer = () => {
    begun();
    return released;
  };
  await Promise.all(Array.from({ length: 12 }, (_, i) => queue(`machine ${i}`)));
  const worker = await startWorker();
  await sending;
  const stopped = worker.stop();
  release(null);
  await stopped;
  const states = await rows();
  expect(states.filter(({ attempts, sent }) => attempts === 1 && !sent)).toEqual([]);
  expect(states.filter(({ sent }) => sent)).toHaveLength(server.deliveries.length);
  expect(states.some(({ attempts }) => attempts === 0)).toBe(true);
});

test("a code that expired before it could be sent is given up, and what comes after is sent", async () => {
  await askForCode();
  kit.clock.advance(CHALLENGE_LIFETIME_MS + 1);
  await queue("laptop");
  await startWorker();
  expect((await server.delivered(1)).map(({ mail }) => mail.subject)).toEqual(["laptop lost access to Atlas"]);
  expect((await rows()).map(({ sent, abandoned }) => [sent, abandoned])).toContainEqual([false, true]);
});

test("a mail of a transaction that was rolled back is never sent", async () => {
  await startWorker();
  await expect(
    kit.ports.db.transaction(async (tx) => {
      await queueMail(tx, {
        id: kit.ports.newId(),
        recipient: "ada@acme.test",
        now: kit.clock.now(),
        content: { template: "client-revoked", nickname: "never", instanceName: "Atlas", byEmail: "x@acme.test", byOperator: false, at: "2027-03-01T12:00:00.000Z", clientUrl: "https://portal.test/x" },
      });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  await queue("laptop");
  expect((await server.delivered(1)).map(({ mail }) => mail.subject)).toEqual(["laptop lost access to Atlas"]);
});

describe("T16: a code is in its mail and nowhere else", () => {
  test("not in any table, in text, JSON or bytes, nor in the log: asked for, mistyped, typed and used", async () => {
    await startWorker();
    const { input, proof, issue } = await prepareIssue(kit, acme.owner, acme.subscriptionId, "laptop");
    await server.delivered(1);
    await expect(issueClient(kit.ports, acme.owner, input, { ...proof, code: wrongCodeOf(kit, proof) })).rejects.toMatchObject({ code: "step_up_wrong_code" });
    await issue();
    await server.delivered(2);
    expect(server.deliveries[0]?.raw).toContain(proof.code);
    const stored = await snapshotOf(kit);
    expect(tablesHolding(stored, proof.challengeId)).toContain("step_up_challenges");
    expect(tablesHolding(stored, proof.code)).toEqual([]);
    expect(tablesHolding(stored, wrongCodeOf(kit, proof))).toEqual([]);
    expect(log.text()).not.toContain(proof.code);
  });

  test("not even when a mail server refuses the mail and repeats its subject", async () => {
    server.answer = ({ mail }) => new Error(`Message rejected as spam: "${mail.subject}"`);
    const { challengeId } = await askForCode();
    await startWorker();
    await log.line("rejected as spam");
    const code = codeFor(kit.ports, challengeId);
    expect(tablesHolding(await snapshotOf(kit), code)).toEqual([]);
    expect(log.text()).not.toContain(code);
  });

  test.each(["sign_in", "register", "reset"] as const)("nor is one of a %s", async (purpose) => {
    const attemptId = kit.ports.newId();
    const code = attemptCode(kit.ports, attemptId, purpose);
    const now = kit.clock.now();
    server.answer = ({ mail }) => new Error(`Message rejected as spam: "${mail.subject}"`);
    await kit.ports.db.transaction((tx) =>
      queueMail(tx, {
        id: kit.ports.newId(),
        recipient: "ada@acme.test",
        now,
        content: { template: "sign-in-code", attemptId, purpose, browser: "Firefox on Linux", sourceAddress: "192.0.2.10", expiresAt: now.toISOString() },
      }),
    );
    await startWorker();
    await log.line("rejected as spam");
    expect(tablesHolding(await snapshotOf(kit), code)).toEqual([]);
    expect(log.text()).not.toContain(code);
  });
});

describe("T9, T15: over real SMTP", () => {
  test("text from outside makes no header and no recipient", async () => {
    await startWorker();
    await queue("laptop\r\nBcc: eve@evil.test\r\n\r\n<script>alert(1)</script>");
    const [delivery] = await server.delivered(1);
    expect(delivery?.envelopeTo).toEqual(["ada@acme.test"]);
    expect(delivery?.mail.bcc).toBeUndefined();
    expect(delivery?.mail.subject).toBe("laptop  Bcc: eve@evil.test    <script>alert(1)</script> lost access to Atlas");
    expect(delivery?.mail.html).not.toContain("<script>");
  });

  test("an address is one address: no list, no second recipient", async () => {
    await queue("list", "ada@acme.test, eve@evil.test");
    await queue("line", "ada@acme.test\r\nRCPT TO:<eve@evil.test>");
    await queue("good");
    await startWorker();
    await server.delivered(1);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(server.deliveries.flatMap(({ envelopeTo }) => envelopeTo).filter((address) => address.includes("evil"))).toEqual([]);
  });
});
