import { auditActor, type Actor } from "@/lib/auth/actor";
import { tellOwner } from "@/lib/auth/notices";
import { hashPassword } from "@/lib/auth/password";
import { wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { parsePassword } from "@/lib/core/password-policy";
import { appendAudit } from "@/lib/db/audit";
import { endAttemptsOf } from "@/lib/db/attempts";
import { readFactors } from "@/lib/db/factors";
import { setOwnPassword } from "@/lib/db/security";
import type { Ports } from "@/lib/ports";
import { requirePasswordLogin } from "@/lib/usecases/sign-in/steps";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";

/**
 * Gives the account a password, or another one. Sign-ins and resets under way with the old one are over; sessions go on, and the page
 * offers to end the others.
 *
 * @throws password_weak, password_login_off, step_up_*
 */
export async function setPassword(ports: Ports, actor: Actor, input: { password: string }, proof: PresentedProof): Promise<void> {
  requirePasswordLogin(ports);
  const hash = await hashPassword(parsePassword(input.password, [actor.email, actor.name]));
  await wideningTransaction(
    ports,
    actor,
    proof,
    async () => ({ act: ACCOUNT_ACTS["password.set"](actor, {}) }),
    async (tx, verified) => {
      const now = ports.clock.now();
      const { password: had } = await readFactors(tx, actor.userId);
      await setOwnPassword(tx, verified, actor.userId, hash, now);
      await endAttemptsOf(tx, actor.userId, null, now);
      await tellOwner(ports, tx, actor, { template: "password-set", had }, actor.source);
      await appendAudit(tx, [
        { chain: actor.userId, at: now, action: "password.set", actor: auditActor(actor), subject: { kind: "user", id: actor.userId }, sourceAddress: actor.source.address, data: { had } },
      ]);
    },
  );
}
