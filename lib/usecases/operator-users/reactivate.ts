/** Turning an account back on widens access: an operator proves that it's them, for this account. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { endAttemptsOf } from "@/lib/db/attempts";
import { appendAudit } from "@/lib/db/audit";
import { queueMail } from "@/lib/db/outbox";
import { findUserRow, lockUserState, markReactivated } from "@/lib/db/users";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { requireOperator } from "@/lib/usecases/search-clients";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireId } from "@/lib/usecases/subscription-access";
import type { StepUpView } from "@/lib/usecases/views";

const reactivateAct = (userId: string): Act<"user.reactivate"> => ({ action: "user.reactivate", objectId: userId, parameters: {} });

const active = () => new PortcullisError("bad_request", "This account is active already.");

/** @throws forbidden, not_found, bad_request when it is active, step_up_too_many */
export async function requestReactivation(ports: Ports, actor: Actor, input: { userId: string }): Promise<StepUpView> {
  requireOperator(actor);
  const userId = requireId(input.userId);
  return ports.db.transaction(async (tx) => {
    const user = await findUserRow(tx, userId, ports.clock.now());
    if (!user) throw notFound();
    if (user.deactivatedAt === null) throw active();
    const who = user.email ?? user.name;
    const details = [
      { label: "Account", value: who },
      { label: "What this means", value: "This person can sign in again." },
    ];
    return stepUpView(await requestProof(ports, tx, actor, reactivateAct(userId), actor.email, { act: `turn the account ${who} back on`, details }));
  });
}

/** @throws forbidden, not_found, bad_request when it is active, step_up_* */
export async function reactivateUser(ports: Ports, actor: Actor, input: { userId: string }, proof: PresentedProof): Promise<void> {
  requireOperator(actor);
  const userId = requireId(input.userId);
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      if (!(await findUserRow(tx, userId, ports.clock.now()))) throw notFound();
      return { act: reactivateAct(userId) };
    },
    async (tx, verified) => {
      const now = ports.clock.now();
      // Whatever was begun while it was off stays over.
      await endAttemptsOf(tx, userId, null, now);
      const user = await lockUserState(tx, userId);
      if (!user) throw notFound();
      if (user.deactivatedAt === null) throw active();
      await markReactivated(tx, verified, userId);
      if (user.email !== null) await queueMail(tx, { id: ports.newId(), recipient: user.email, now, content: { template: "account-reactivated", byEmail: actor.email, at: iso(now) } });
      await appendAudit(tx, [
        { chain: userId, at: now, action: "account.reactivated", actor: auditActor(actor, true), subject: { kind: "user", id: userId }, sourceAddress: actor.source.address, data: { email: user.email } },
      ]);
    },
  );
}
