import { auditActor, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { appendAudit } from "@/lib/db/audit";
import type { Ports } from "@/lib/ports";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";

/** Makes a session that began with one factor one with two, for subscriptions that require it. The guard itself marks the session. @throws step_up_* */
export async function elevateSession(ports: Ports, actor: Actor, proof: PresentedProof): Promise<void> {
  await wideningTransaction(
    ports,
    actor,
    proof,
    async () => ({ act: ACCOUNT_ACTS["session.elevate"](actor, {}) }),
    async (tx, verified) =>
      appendAudit(tx, [
        {
          chain: actor.userId,
          at: ports.clock.now(),
          action: "session.elevated",
          actor: auditActor(actor),
          subject: { kind: "session", id: actor.sessionId },
          sourceAddress: actor.source.address,
          data: { proof: FACTOR_WORDS[verified.factor] },
        },
      ]),
  );
}
