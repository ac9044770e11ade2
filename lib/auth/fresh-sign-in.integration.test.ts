/** A fresh sign-in at the provider approves one act: this person's, in this session, after the question (T11). */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { askFor } from "@/lib/testing/factors";
import { openKit, TEST_PORTAL, type Kit } from "@/lib/testing/kit";
import { ask, currentSession, post, signInAt } from "@/lib/testing/next-auth-browser";
import { currentJar } from "@/lib/testing/next-headers";
import { startTestProvider, type TestProvider } from "@/lib/testing/openid-provider";
import { actorOf } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { setPassword } from "@/lib/usecases/account/set-password";
import type { StepUpView } from "@/lib/usecases/views";
import type { Actor } from "./actor";
import { finishFreshSignIn, startFreshSignIn } from "./fresh-sign-in";
import type { ProviderClaims } from "./sign-in";

vi.mock("next/headers", () => import("@/lib/testing/next-headers"));

const SECRET = "Zk3vQ9tR7wXy2LmN8pBc";
const FRESH = "__Host-portcullis-fresh";
const PASSWORD = "several words that nobody knows";

let kit: Kit;
let provider: TestProvider;
let ada: Actor;
let count = 0;

beforeAll(async () => {
  provider = await startTestProvider({ clientId: "portcullis", clientSecret: SECRET, redirectUris: [`${TEST_PORTAL}/api/auth/callback/oidc`] });
  const held = await openKit({ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_SECRET: SECRET, OIDC_NAME: "One", OIDC_FRESH_SIGN_IN: "on" });
  // The provider tells time by the real clock.
  kit = { ...held, ports: { ...held.ports, clock: { now: () => new Date() } } };
});
afterAll(async () => {
  await Promise.all([kit.close(), provider.stop()]);
});
beforeEach(async () => {
  become(`ada-${++count}`);
  currentJar.clear();
  await signInAt(kit, provider, "oidc");
  ada = await currentActor();
});

function become(name: string): void {
  provider.person = { subject: name, claims: { email: `${name}@people.test`, email_verified: true, name }, amr: ["pwd"], acr: "urn:test:strong" };
}

async function currentActor(): Promise<Actor> {
  const session = await currentSession(kit);
  const actor = session === null ? null : await actorOf(kit, session);
  if (!actor || actor.email === null) throw new Error("Nobody is signed in.");
  return actor;
}

/** Goes to the provider for this challenge, and comes back. @returns where the browser ends up */
async function signInAgain(challenge: StepUpView, actor: Actor = ada): Promise<string | null> {
  const { freshToken } = await startFreshSignIn(kit.ports, actor, challenge);
  currentJar.set(FRESH, freshToken);
  const { redirect } = await post(kit, { action: "signin", providerId: "oidc", query: { prompt: "login", max_age: "0" } }, { callbackUrl: "/step-up/done" });
  expect(new URL(redirect ?? "").searchParams.get("prompt")).toBe("login");
  expect(new URL(redirect ?? "").searchParams.get("max_age")).toBe("0");
  const back = await provider.visit(redirect ?? "");
  return (await ask(kit, { action: "callback", providerId: "oidc", query: Object.fromEntries(back.searchParams) })).redirect;
}

const approve = ({ challengeId }: StepUpView, actor: Actor = ada) => setPassword(kit.ports, actor, { password: PASSWORD }, { challengeId, factor: "provider" });
const claims = (changes: Partial<ProviderClaims>): ProviderClaims => ({ issuer: provider.issuer, subject: provider.person.subject, name: null, email: null, emailVerified: false, amr: [], acr: null, authTime: new Date(), sid: null, twoFactor: false, ...changes });

describe("signing in at the provider once more", () => {
  test("approves the act it was begun for, in the session that goes on, once; and adds no second factor to it", async () => {
    const challenge = await askFor(kit, ada, "password.set");
    expect(challenge.factors).toEqual(["mail", "provider"]);
    expect(await signInAgain(challenge)).toBe(`${TEST_PORTAL}/step-up/done`);
    expect((await currentActor()).sessionId).toBe(ada.sessionId);
    await approve(challenge);
    await expect(approve(challenge)).rejects.toMatchObject({ code: "step_up_spent" });
    expect(await currentActor()).toMatchObject({ twoFactor: false });
    expect(await kit.sql("SELECT data->>'provider' AS provider FROM audit_events WHERE chain_id = $1 AND action = 'step_up.fresh_sign_in'", [ada.userId])).toEqual([{ provider: provider.issuer }]);
  });

  test("proves nothing before it came back, and nothing but its own challenge after", async () => {
    const [one, two] = [await askFor(kit, ada, "password.set"), await askFor(kit, ada, "password.set")];
    await expect(approve(one)).rejects.toMatchObject({ code: "step_up_wrong_code", facts: { triesLeft: 4 } });
    await signInAgain(one);
    await expect(approve(two)).rejects.toMatchObject({ code: "step_up_wrong_code" });
    await approve(one);
  });

  test("by somebody else at the same provider is refused, signs nobody in and changes nothing", async () => {
    const challenge = await askFor(kit, ada, "password.set");
    become(`eve-${count}`);
    expect(await signInAgain(challenge)).toContain("/step-up/done?error=step_up_mismatch");
    expect((await currentActor()).userId).toBe(ada.userId);
    expect(await kit.sql("SELECT FROM users WHERE email = $1", [`eve-${count}@people.test`])).toEqual([]);
    await expect(approve(challenge)).rejects.toMatchObject({ code: "step_up_wrong_code" });
  });

  test("that the provider didn't ask for anew, or doesn't say when, is refused", async () => {
    const challenge = await askFor(kit, ada, "password.set");
    const { freshToken } = await startFreshSignIn(kit.ports, ada, challenge);
    const finish = (changes: Partial<ProviderClaims>) => finishFreshSignIn(kit.ports, ada, { freshToken, providerId: "oidc", claims: claims(changes) });
    const before = await snapshotOf(kit);
    await expect(finish({ authTime: null })).rejects.toMatchObject({ code: "step_up_expired" });
    await expect(finish({ authTime: new Date(Date.now() - 60_000) })).rejects.toMatchObject({ code: "step_up_expired" });
    await expect(finish({ issuer: "https://other.test" })).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(finish({ subject: "another" })).rejects.toMatchObject({ code: "step_up_mismatch" });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
    await finish({});
    await expect(finish({})).rejects.toMatchObject({ code: "step_up_mismatch" });
  });

  test("T11: in another session of the same person is refused", async () => {
    const challenge = await askFor(kit, ada, "password.set");
    const { freshToken } = await startFreshSignIn(kit.ports, ada, challenge);
    currentJar.clear();
    await signInAt(kit, provider, "oidc");
    const elsewhere = await currentActor();
    expect(elsewhere.userId).toBe(ada.userId);
    await expect(startFreshSignIn(kit.ports, elsewhere, challenge)).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(finishFreshSignIn(kit.ports, elsewhere, { freshToken, providerId: "oidc", claims: claims({}) })).rejects.toMatchObject({ code: "step_up_mismatch" });
  });

  test("T11: who has a second factor changes their sign-in with that, not with the provider's password", async () => {
    await kit.sql("INSERT INTO passkeys SELECT gen_random_uuid(), $1, 'Laptop', sha256($2::text::bytea), '\\x00', 0, '{}', false, now(), NULL", [ada.userId, ada.sessionId]);
    const challenge = await askFor(kit, ada, "password.set");
    expect(challenge.factors).toEqual(["passkey"]);
    await expect(startFreshSignIn(kit.ports, ada, challenge)).rejects.toMatchObject({ code: "step_up_factor_refused" });
    await expect(approve(challenge)).rejects.toMatchObject({ code: "step_up_factor_refused" });
  });

  test("a cookie left from one that was given up doesn't stand in the way of signing in", async () => {
    const { freshToken } = await startFreshSignIn(kit.ports, ada, await askFor(kit, ada, "password.set"));
    currentJar.clear();
    currentJar.set(FRESH, freshToken);
    become(`grace-${count}`);
    await signInAt(kit, provider, "oidc");
    expect((await currentActor()).email).toBe(`grace-${count}@people.test`);
  });
});

test("a provider that isn't said to do so is not offered", async () => {
  const ports = { ...kit.ports, config: { ...kit.ports.config, providers: kit.ports.config.providers.map((settings) => ({ ...settings, freshSignIn: false })) } };
  const challenge = await askFor({ ...kit, ports }, ada, "password.set");
  expect(challenge.factors).toEqual(["mail"]);
  await expect(startFreshSignIn(ports, ada, challenge)).rejects.toMatchObject({ code: "step_up_factor_refused" });
});
