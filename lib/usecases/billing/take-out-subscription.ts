/** "New subscription": a customer takes out a plan. It begins with the plan's trial, or waits for its invoice. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { begin } from "@/lib/core/billing";
import { PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { appendAudit } from "@/lib/db/audit";
import { writeBilling } from "@/lib/db/billing";
import { lockUser } from "@/lib/db/factors";
import { countOwned, lockPlan } from "@/lib/db/plans";
import { insertMembership, insertSubscription } from "@/lib/db/provisioning";
import { isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { parseName } from "@/lib/usecases/operator-input";
import { viewSubscription } from "@/lib/usecases/view-subscription";
import type { SubscriptionView } from "@/lib/usecases/views";

/** That one person may have without having paid for any. */
const MOST_OPEN = 3;

/**
 * A trial is for a person's first subscription: the next ones wait for their invoice.
 *
 * @throws bad_request for what is no name; plan_unavailable when the plan isn't on offer; plan_limit_reached with too many that nobody paid for
 */
export async function takeOutSubscription(ports: Ports, actor: Actor, input: { planId: string; name: string }): Promise<SubscriptionView> {
  const name = parseName(input.name, "subscription");
  const subscriptionId = await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    // Of many requests at once, each sees what the others made.
    await lockUser(tx, actor.userId);
    const plan = isId(input.planId) ? await lockPlan(tx, input.planId) : null;
    if (!plan || plan.retiredAt !== null) throw new PortcullisError("plan_unavailable", "This plan isn’t on offer any more. Choose another one.", { field: "planId" });
    const owned = await countOwned(tx, actor.userId);
    if (owned.open >= MOST_OPEN) throw new PortcullisError("plan_limit_reached", `You have ${owned.open} subscriptions that nobody has paid for yet. Pay for one, or cancel it, before you take out another.`);
    const id = ports.newId();
    const billing = begin(owned.all === 0 ? plan.trialDays : 0, now);
    await insertSubscription(tx, { id, name, planId: plan.id, now });
    await writeBilling(tx, id, billing, now);
    await insertMembership(tx, { subscriptionId: id, userId: actor.userId, role: "owner", now });
    await appendAudit(tx, [
      {
        chain: id,
        at: now,
        action: "subscription.created",
        actor: auditActor(actor),
        subject: { kind: "subscription", id },
        sourceAddress: actor.source.address,
        data: { name, plan: plan.code, billing: billing.state, until: isoOrNull(billing.until) },
      },
    ]);
    return id;
  });
  return viewSubscription(ports, actor, { subscriptionId });
}
