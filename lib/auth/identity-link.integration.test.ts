/** T14: a provider's account is added by its owner's own act, with a proof, in their own session; never by an equal address. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { TestBrowser } from "@/lib/testing/browser";
import { addPhone, askFor, mailed } from "@/lib/testing/factors";
import { openKit, TEST_PORTAL, type Kit } from "@/lib/testing/kit";
import { currentSession, post, signInAt } from "@/lib/testing/next-auth-browser";
import { currentJar } from "@/lib/testing/next-headers";
import { startTestProvider, type TestProvider } from "@/lib/testing/openid-provider";
import { actorOf } from "@/lib/testing/people";
import { startIdentityLink } from "@/lib/usecases/sign-in/link-identity";
import type { Actor } from "./actor";
import type { PresentedProof } from "./step-up";

vi.mock("next/headers", () => import("@/lib/testing/next-headers"));

const SECRET = "Zk3vQ9tR7wXy2LmN8pBc";
const LINK = "__Host-portcullis-link";

let kit: Kit;
let one: TestProvider;
let two: TestProvider;
let count = 0;

beforeAll(async () => {
  const client = (id: string) => ({ clientId: "portcullis", clientSecret: SECRET, redirectUris: [`${TEST_PORTAL}/api/auth/callback/${id}`] });
  [one, two] = await Promise.all([startTestProvider(client("oidc")), startTestProvider(client("oidc-2"))]);
  kit = await openKit({ OIDC_ISSUER: one.issuer, OIDC_CLIENT_SECRET: SECRET, OIDC_NAME: "One", OIDC_2_NAME: "Two", OIDC_2_ISSUER: two.issuer, OIDC_2_CLIENT_ID: "portcullis", OIDC_2_CLIENT_SECRET: SECRET });
});
afterAll(async () => {
  await Promise.all([kit.close(), one.stop(), two.stop()]);
});
beforeEach(() => {
  currentJar.clear();
  for (const provider of [one, two]) {
    const email = `gus-${++count}@people.test`;
    provider.person = { subject: `subject ${count}`, claims: { email, email_verified: true, name: "Gus" }, amr: ["pwd"], acr: "urn:test:strong" };
  }
});

async function currentActor(): Promise<Actor> {
  const session = await currentSession(kit);
  const actor = session === null ? null : await actorOf(kit, session);
  if (!actor || actor.email === null) throw new Error("Nobody is signed in.");
  return actor;
}

/** Signs in at the first provider, and approves adding the second. */
async function approveLink(prove: (challenge: { challengeId: string }) => PresentedProof = (challenge) => mailed(kit, challenge)): Promise<Actor> {
  await signInAt(kit, one, "oidc");
  const actor = await currentActor();
  const proof = prove(await askFor(kit, actor, "identity.link", { parameters: { provider: "oidc-2" } }));
  const { linkToken } = await startIdentityLink(kit.ports, actor, { provider: "oidc-2" }, proof);
  currentJar.set(LINK, linkToken);
  return actor;
}

const identitiesOf = async ({ userId }: Actor): Promise<number> => (await kit.sql("SELECT FROM identities WHERE user_id = $1", [userId])).length;

describe("T14: linking", () => {
  test("adds the provider's account to the person who asked, who stays in their session; then either signs in to it", async () => {
    const actor = await approveLink();
    expect(await signInAt(kit, two, "oidc-2")).toMatchObject({ redirect: `${TEST_PORTAL}/` });
    expect((await currentActor()).sessionId).toBe(actor.sessionId);
    expect(await identitiesOf(actor)).toBe(2);
    expect(await kit.sql("SELECT FROM outbox_mails WHERE recipient = $1 AND template = 'identity-linked'", [actor.email])).toHaveLength(1);
    currentJar.clear();
    await signInAt(kit, two, "oidc-2");
    const again = await currentActor();
    expect(again).toMatchObject({ userId: actor.userId, email: actor.email });
    expect(again.sessionId).not.toBe(actor.sessionId);
  });

  test("works with an equal address too, when it is asked for", async () => {
    const actor = await approveLink();
    two.person.claims.email = actor.email.toUpperCase();
    await signInAt(kit, two, "oidc-2");
    expect(await identitiesOf(actor)).toBe(2);
  });

  test("an account that signs in elsewhere already is refused, and stays where it is", async () => {
    await signInAt(kit, two, "oidc-2");
    const other = await currentActor();
    currentJar.clear();
    const actor = await approveLink();
    expect(await signInAt(kit, two, "oidc-2")).toMatchObject({ redirect: "/security?error=IdentityTaken" });
    expect(await identitiesOf(actor)).toBe(1);
    expect(await identitiesOf(other)).toBe(1);
  });

  test("an approval is good once, for its provider, in its browser and session, for ten minutes", async () => {
    const actor = await approveLink();
    const token = currentJar.get(LINK) ?? "";
    // Another provider: an ordinary sign-in.
    await signInAt(kit, one, "oidc");
    expect(await identitiesOf(actor)).toBe(1);
    // Another session, of the same person even.
    currentJar.set(LINK, token);
    expect(await signInAt(kit, two, "oidc-2")).toMatchObject({ redirect: "/security?error=LinkExpired" });
    expect(await identitiesOf(actor)).toBe(1);
    // No session.
    currentJar.clear();
    currentJar.set(LINK, token);
    expect(await signInAt(kit, two, "oidc-2")).toMatchObject({ redirect: "/signin?error=LinkExpired" });
    expect(currentJar.has(LINK)).toBe(false);

    const late = await approveLink();
    kit.clock.advance(600_001);
    expect(await signInAt(kit, two, "oidc-2")).toMatchObject({ redirect: "/security?error=LinkExpired" });
    expect(await identitiesOf(late)).toBe(1);
  });

  test("used twice, the second is refused", async () => {
    const actor = await approveLink();
    const token = currentJar.get(LINK) ?? "";
    await signInAt(kit, two, "oidc-2");
    two.person.subject = `subject ${++count} of somebody else`;
    currentJar.set(LINK, token);
    expect(await signInAt(kit, two, "oidc-2")).toMatchObject({ redirect: "/security?error=LinkExpired" });
    expect(await identitiesOf(actor)).toBe(2);
  });

  test("T11: takes a proof made for this provider; a second factor, where there is one", async () => {
    await signInAt(kit, one, "oidc");
    const actor = await currentActor();
    const forOther = mailed(kit, await askFor(kit, actor, "identity.link", { parameters: { provider: "oidc" } }));
    await expect(startIdentityLink(kit.ports, actor, { provider: "oidc-2" }, forOther)).rejects.toMatchObject({ code: "step_up_mismatch" });
    const phone = await addPhone(kit, actor);
    const challenge = await askFor(kit, actor, "identity.link", { parameters: { provider: "oidc-2" } });
    await expect(startIdentityLink(kit.ports, actor, { provider: "oidc-2" }, mailed(kit, challenge))).rejects.toMatchObject({ code: "step_up_factor_refused" });
    await startIdentityLink(kit.ports, actor, { provider: "oidc-2" }, phone.proof(challenge));
    await expect(startIdentityLink(kit.ports, actor, { provider: "nothing" }, phone.proof(challenge))).rejects.toMatchObject({ code: "bad_request" });
  });

  test("T12: an approval of a person who was deactivated meanwhile is worth nothing", async () => {
    const actor = await approveLink();
    await kit.sql("UPDATE users SET deactivated_at = now() WHERE id = $1", [actor.userId]);
    expect(await signInAt(kit, two, "oidc-2")).toMatchObject({ redirect: "/signin?error=LinkExpired" });
    expect(await identitiesOf(actor)).toBe(1);
  });
});

describe("a ticket becomes next-auth's cookie", () => {
  test("with the session's id in it, once, in the browser of the attempt", async () => {
    const browser = new TestBrowser(kit, "198.51.100.9");
    await browser.makeAccount("hal@people.test", "tin lantern over the weir");
    await browser.password("hal@people.test", "tin lantern over the weir");
    const step = await browser.code("sign_in", await browser.mailedCodeOrFail("hal@people.test"));
    const ticket = "ticket" in step ? step.ticket : "";
    const redeem = () => post(kit, { action: "callback", providerId: "ticket" }, { ticket });
    expect((await redeem()).redirect).toMatch(/error=TicketInvalid$/);
    currentJar.set("__Host-portcullis-attempt", browser.attemptToken ?? "");
    expect((await redeem()).redirect).toBe(`${TEST_PORTAL}/`);
    expect(await currentActor()).toMatchObject({ email: "hal@people.test", method: "password" });
    expect(currentJar.has("__Host-portcullis-attempt")).toBe(false);
    currentJar.delete("__Host-next-auth.session-token");
    currentJar.set("__Host-portcullis-attempt", browser.attemptToken ?? "");
    expect((await redeem()).redirect).toMatch(/error=TicketInvalid$/);
    expect(await currentSession(kit)).toBeNull();
  });
});
