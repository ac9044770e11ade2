/** The link in a notice that ends every session: what it is made of, what it does, and that it does it once (T12, T18). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POST as endSessionsRoute } from "@/app/api/v1/account/end-sessions/route";
import { linkToken } from "@/lib/auth/account-links";
import type { Actor, RequestSource } from "@/lib/auth/actor";
import { startMailWorker } from "@/lib/mail/worker";
import { call, serve } from "@/lib/testing/api";
import { TestBrowser } from "@/lib/testing/browser";
import { addPhone, askFor, mailed } from "@/lib/testing/factors";
import { openKit, type Kit } from "@/lib/testing/kit";
import { startMailServer, type Delivery, type MailServer } from "@/lib/testing/mail-server";
import { actorOf, person } from "@/lib/testing/people";
import { changedTables, snapshotOf, tablesHolding } from "@/lib/testing/snapshot";
import { codesOf } from "@/lib/testing/step-up-scene";
import { endSessionsByLink } from "./sessions";
import { setPassword } from "./set-password";

const SOURCE: RequestSource = { address: "198.51.100.9", browser: "Safari on iOS", userAgent: "" };
const PASSWORD = "several words that nobody knows";

let kit: Kit;
let stopServing: () => void;
let server: MailServer;
let ada: Actor;
let number = 0;

beforeAll(async () => {
  server = await startMailServer();
  kit = await openKit({ SMTP_URL: server.url });
  stopServing = serve(kit, await kit.listener());
});
afterAll(async () => {
  stopServing();
  await kit.close();
  await server.stop();
});
beforeEach(async () => {
  ada = await person(kit, `ada-${++number}@acme.test`);
});

/** As the mail about the newest notice would carry it. */
async function tokenOf(actor: Actor): Promise<string> {
  const [mail] = await kit.sql<{ link: string }>("SELECT payload->>'endSessionsLink' AS link FROM outbox_mails WHERE recipient = $1 AND payload ? 'endSessionsLink' ORDER BY ctid DESC LIMIT 1", [actor.email]);
  if (!mail) throw new Error("No notice was queued.");
  return linkToken(kit.ports, mail.link);
}

/** Waits for the mail to this person whose subject says this. */
async function delivery(actor: Actor, subject: string): Promise<Delivery> {
  for (let count = 1; ; count += 1) {
    const found = (await server.delivered(count)).find(({ envelopeTo, mail }) => envelopeTo.includes(actor.email) && mail.subject?.includes(subject));
    if (found) return found;
  }
}

describe("the link in a notice", () => {
  test("ends every session and every sign-in under way, signed in or not, and is noted; nobody else's sessions end", async () => {
    const eve = await person(kit, `eve-${number}@evil.test`);
    await setPassword(kit.ports, ada, { password: PASSWORD }, mailed(kit, await askFor(kit, ada, "password.set")));
    const others = [await person(kit, ada.email), await person(kit, ada.email)];
    const thief = new TestBrowser(kit, "198.51.100.7");
    await thief.password(ada.email, PASSWORD);
    const ticket = await thief.code("sign_in", await thief.mailedCodeOrFail(ada.email));
    expect(await call(kit, "POST", endSessionsRoute, { as: null, body: { token: await tokenOf(ada) } })).toMatchObject({ status: 204, body: null });
    for (const { sessionId } of [ada, ...others]) expect(await actorOf(kit, sessionId)).toBeNull();
    await expect(thief.redeem(ticket)).rejects.toMatchObject({ code: "ticket_invalid" });
    expect(await actorOf(kit, eve.sessionId)).not.toBeNull();
    expect(await kit.sql("SELECT data->>'by' AS by, data->>'ended' AS ended FROM audit_events WHERE chain_id = $1 AND action = 'sessions.ended'", [ada.userId])).toEqual([{ by: "mail", ended: "3" }]);
    // It let nobody in: the owner signs in as before.
    await new TestBrowser(kit).signIn(ada.email, PASSWORD);
  });

  test("T18: works once, whatever comes at the same time; a used one, an old one and a made-up one are all alike", async () => {
    await addPhone(kit, ada);
    const token = await tokenOf(ada);
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => endSessionsByLink(kit.ports, SOURCE, { token })));
    expect(codesOf(results).filter((code) => code === "done")).toHaveLength(1);
    const grace = await person(kit, `grace-${number}@acme.test`);
    await addPhone(kit, grace);
    const old = await tokenOf(grace);
    kit.clock.advance(7 * 24 * 3_600_000 + 1);
    const before = await snapshotOf(kit);
    const answers = await Promise.all([token, old, "A".repeat(43), "x", "", `${old} `].map((text) => call(kit, "POST", endSessionsRoute, { as: null, body: { token: text } })));
    for (const answer of answers) expect(answer).toMatchObject({ status: 410, body: answers[0]?.body });
    expect(answers[0]).toMatchObject({ body: { error: { code: "link_invalid" } } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("refuses a page of another origin", async () => {
    await addPhone(kit, ada);
    expect((await call(kit, "POST", endSessionsRoute, { as: null, body: { token: await tokenOf(ada) }, headers: { origin: "https://evil.test" } })).status).toBe(403);
    expect(await actorOf(kit, ada.sessionId)).not.toBeNull();
  });

  test("T18: has 256 bits, stands in the mail behind a #, and in no table, neither as such nor in bytes", async () => {
    const worker = startMailWorker({ ...kit.ports, wakeups: await kit.listener() });
    try {
      await addPhone(kit, ada, "Pocket");
      const token = await tokenOf(ada);
      expect(Buffer.from(token, "base64url")).toHaveLength(32);
      const { text = "", html } = (await delivery(ada, "“Pocket” was added")).mail;
      const link = `https://portal.test/end-sessions#token=${token}`;
      expect(text).toContain(link);
      expect(String(html)).toContain(`href="${link}"`);
      expect(tablesHolding(await snapshotOf(kit), token)).toEqual([]);
      expect(tablesHolding(await snapshotOf(kit), Buffer.from(token, "base64url").toString("hex"))).toEqual([]);
    } finally {
      await worker.stop();
    }
  });
});
