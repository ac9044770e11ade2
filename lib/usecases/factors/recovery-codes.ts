import { auditActor, type Actor } from "@/lib/auth/actor";
import { factorsOf, hasSecondFactor, type Factors } from "@/lib/auth/factors/factors-of";
import { tellOwner } from "@/lib/auth/notices";
import { makeRecoveryCodes } from "@/lib/auth/factors/recovery-codes";
import { wideningTransaction, type PresentedProof, type VerifiedProof } from "@/lib/auth/step-up";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import { dropContinuationsOf } from "@/lib/db/challenges";
import type { Tx } from "@/lib/db/client";
import { replaceRecoveryCodes } from "@/lib/db/factors";
import { endLinkIntentsOf } from "@/lib/db/users";
import type { Ports } from "@/lib/ports";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";

/** A set of codes, for who gets their first second factor; null for who had one. @param before the factors until now */
export async function firstRecoveryCodes(
  ports: Ports,
  tx: Tx,
  proof: VerifiedProof<"totp.add"> | VerifiedProof<"passkey.add">,
  actor: Actor,
  before: Factors,
): Promise<string[] | null> {
  if (hasSecondFactor(before)) return null;
  // What a mailed code approved until now, and isn't done yet, takes the new factor from now on.
  await dropContinuationsOf(tx, actor.userId);
  await endLinkIntentsOf(tx, actor.userId, ports.clock.now());
  const { codes, rows } = makeRecoveryCodes(ports, actor.userId);
  await replaceRecoveryCodes(tx, proof, actor.userId, rows, ports.clock.now());
  return codes;
}

/** A new set of codes; older ones are worth nothing from now on. @throws step_up_*, bad_request without a second factor */
export async function newRecoveryCodes(ports: Ports, actor: Actor, proof: PresentedProof): Promise<{ codes: string[] }> {
  return wideningTransaction(
    ports,
    actor,
    proof,
    async () => ({ act: ACCOUNT_ACTS["recovery-codes.replace"](actor, {}) }),
    async (tx, verified) => {
      if (!hasSecondFactor(await factorsOf(tx, actor.userId))) {
        throw new PortcullisError("bad_request", "Recovery codes stand in for a second factor, and you have none. Add an authenticator app or a passkey first.");
      }
      const now = ports.clock.now();
      const { codes, rows } = makeRecoveryCodes(ports, actor.userId);
      await replaceRecoveryCodes(tx, verified, actor.userId, rows, now);
      await tellOwner(ports, tx, actor, { template: "recovery-codes-replaced" }, actor.source);
      await appendAudit(tx, [
        {
          chain: actor.userId,
          at: now,
          action: "recovery_codes.replaced",
          actor: auditActor(actor),
          subject: { kind: "user", id: actor.userId },
          sourceAddress: actor.source.address,
          data: { codes: codes.length },
        },
      ]);
      return { codes };
    },
  );
}
