/** Adding a way to sign in: approved here by step-up, done when the provider has answered (lib/auth/identity-link). */
import type { Actor } from "@/lib/auth/actor";
import { ATTEMPT_LIFETIME_SECONDS } from "@/lib/auth/cookies";
import { requireProvider } from "@/lib/auth/identity-link";
import { wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { newToken, tokenHashOf } from "@/lib/auth/tokens";
import { insertLinkIntent } from "@/lib/db/links";
import type { Ports } from "@/lib/ports";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";

/**
 * Spends the proof. The browser then goes to the provider, and what comes back is added to this account.
 *
 * @returns the token for the browser's cookie
 * @throws bad_request, step_up_*
 */
export async function startIdentityLink(ports: Ports, actor: Actor, input: { provider: string }, proof: PresentedProof): Promise<{ linkToken: string }> {
  const { id: providerId } = requireProvider(ports, input.provider);
  return wideningTransaction(
    ports,
    actor,
    proof,
    async () => ({ act: ACCOUNT_ACTS["identity.link"](actor, { provider: providerId }) }),
    async (tx, verified) => {
      const now = ports.clock.now();
      const linkToken = newToken(ports);
      const expiresAt = new Date(now.getTime() + ATTEMPT_LIFETIME_SECONDS * 1000);
      await insertLinkIntent(tx, verified, { id: ports.newId(), tokenHash: tokenHashOf(linkToken), userId: actor.userId, sessionId: actor.sessionId, providerId, now, expiresAt });
      return { linkToken };
    },
  );
}
