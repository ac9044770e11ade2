/**
 * Signing in at the provider once more, as the proof for one act: the browser goes there with `prompt=login` and `max_age=0`, and what
 * comes back must be the person's own, and newer than the question (OpenID Connect Core 1.0, section 3.1.2.1). What the browser asks the
 * provider for is its own affair; what counts is `auth_time` in the signed answer.
 */
import { PortcullisError } from "@/lib/core/errors";
import { findIdentity, noteIdentityUse } from "@/lib/db/accounts";
import { appendAudit } from "@/lib/db/audit";
import { findFreshChallenge, keepFreshToken, markFresh } from "@/lib/db/challenges";
import { listIdentities } from "@/lib/db/security";
import { tellOfSignIn } from "@/lib/db/sign-in-again";
import type { Ports } from "@/lib/ports";
import type { ProviderSettings } from "@/lib/provider-settings";
import { auditActor, type Actor } from "./actor";
import { providerOfIssuer } from "./provider-of-issuer";
import { claimedAddress, type ProviderClaims } from "./sign-in";
import { factorRefused, factorsOfAct, ownChallenge, refuseIfOver } from "./step-up-challenge";
import { newToken, tokenHashOf } from "./tokens";

/** A provider's clock may be behind, and its time has whole seconds. */
const SLACK_MS = 5_000;

/** The provider that a person's fresh sign-in counts from; the one used last, of several. null: none */
async function freshProvider(ports: Ports, tx: Ports["db"]["read"], userId: string): Promise<ProviderSettings | null> {
  const identities = (await listIdentities(tx, userId)).toSorted((one, other) => other.lastUsedAt.getTime() - one.lastUsedAt.getTime());
  return identities.map(({ issuer }) => providerOfIssuer(ports.config.providers, issuer)).find((settings) => settings?.freshSignIn === true) ?? null;
}

/**
 * Sends the browser off for one challenge.
 *
 * @returns where to, and the token for the browser's cookie
 * @throws step_up_mismatch, step_up_spent, step_up_expired, step_up_factor_refused
 */
export async function startFreshSignIn(ports: Ports, actor: Actor, input: { challengeId: string }): Promise<{ provider: { id: string; name: string }; freshToken: string }> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const challenge = await ownChallenge(tx, actor, input.challengeId);
    refuseIfOver(challenge, now);
    const provider = await freshProvider(ports, tx, actor.userId);
    if (!provider || !(await factorsOfAct(ports, tx, actor.userId, challenge.action)).includes("provider")) throw factorRefused();
    const freshToken = newToken(ports);
    if (!(await keepFreshToken(tx, challenge.id, tokenHashOf(freshToken), now))) throw factorRefused();
    return { provider: { id: provider.id, name: provider.name }, freshToken };
  });
}

/** Whether this browser went to a provider for a proof of this session's, and not to sign in. */
export async function awaitsFreshSignIn(ports: Ports, actor: Actor, freshToken: string): Promise<boolean> {
  const challenge = await findFreshChallenge(ports.db.read, tokenHashOf(freshToken), ports.clock.now());
  return challenge !== null && challenge.sessionId === actor.sessionId;
}

/**
 * The provider answered: from now on the challenge can be proved by it. Nothing else changes; nobody is signed in by it.
 *
 * @throws step_up_mismatch when it was another person or another session, step_up_expired when the sign-in was not a fresh one
 */
export async function finishFreshSignIn(ports: Ports, actor: Actor, input: { freshToken: string; providerId: string; claims: ProviderClaims }): Promise<void> {
  const { freshToken, providerId, claims } = input;
  const other = () => new PortcullisError("step_up_mismatch", "That was another account than yours, or another session.");
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const tokenHash = tokenHashOf(freshToken);
    const challenge = await findFreshChallenge(tx, tokenHash, now);
    if (!challenge || challenge.userId !== actor.userId || challenge.sessionId !== actor.sessionId) throw other();
    const settings = providerOfIssuer(ports.config.providers, claims.issuer);
    const identity = await findIdentity(tx, claims.issuer, claims.subject);
    if (identity?.userId !== actor.userId || settings?.id !== providerId || !settings.freshSignIn) throw other();
    const since = challenge.createdAt.getTime() - SLACK_MS;
    if (claims.authTime === null || claims.authTime.getTime() < since) {
      throw new PortcullisError("step_up_expired", "Your provider did not ask you to sign in again.", {}, `The answer's auth_time is ${claims.authTime?.toISOString() ?? "missing"}; it must be after ${new Date(since).toISOString()}.`);
    }
    if (!(await markFresh(tx, tokenHash, now))) throw other();
    // The provider's word, as good as any that signs in.
    await noteIdentityUse(tx, identity.id, claimedAddress(claims), now);
    await tellOfSignIn(tx, actor.userId);
    await appendAudit(tx, [
      { chain: actor.userId, at: now, action: "step_up.fresh_sign_in", actor: auditActor(actor), subject: { kind: "challenge", id: challenge.id }, sourceAddress: actor.source.address, data: { provider: claims.issuer } },
    ]);
  });
}
