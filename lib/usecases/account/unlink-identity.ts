import { auditActor, type Actor } from "@/lib/auth/actor";
import { tellOwner } from "@/lib/auth/notices";
import { providerName } from "@/lib/auth/provider-of-issuer";
import { wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { notFound } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import { deleteIdentity, listIdentities } from "@/lib/db/security";
import type { Ports } from "@/lib/ports";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";
import { requireWayIn } from "./way-in";

/**
 * Removes a provider's account from the actor's. Sessions that it began end, but for the one at hand.
 *
 * @throws not_found, last_factor when nothing else signs the person in, step_up_*
 */
export async function unlinkIdentity(ports: Ports, actor: Actor, input: { identityId: string }, proof: PresentedProof): Promise<void> {
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const act = ACCOUNT_ACTS["identity.unlink"](actor, input);
      const identity = (await listIdentities(tx, actor.userId)).find(({ id }) => id === input.identityId);
      if (!identity) throw notFound();
      return { act, identity };
    },
    async (tx, verified, { identity }) => {
      const now = ports.clock.now();
      if (!(await deleteIdentity(tx, verified, { id: identity.id, userId: actor.userId, keepSessionId: actor.sessionId }, now))) throw notFound();
      await requireWayIn(ports, tx, actor.userId);
      const provider = providerName(ports.config.providers, identity.issuer);
      await tellOwner(ports, tx, actor, { template: "identity-unlinked", provider, identity: identity.email ?? "that you linked" }, actor.source);
      await appendAudit(tx, [
        {
          chain: actor.userId,
          at: now,
          action: "identity.unlinked",
          actor: auditActor(actor),
          subject: { kind: "identity", id: identity.id },
          sourceAddress: actor.source.address,
          data: { provider: identity.issuer, email: identity.email },
        },
      ]);
    },
  );
}
