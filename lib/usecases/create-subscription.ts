/** Makes a subscription for an owner. For the operator's command line and the demo. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit } from "@/lib/db/audit";
import { findPlan, insertMembership, insertSubscription } from "@/lib/db/provisioning";
import type { StorePorts } from "@/lib/ports";
import { parseName } from "./operator-input";

/** @throws bad_request when there is no such plan, or the name can't be one */
export async function createSubscription(ports: StorePorts, input: { name: string; planCode: string; ownerId: string }): Promise<{ subscriptionId: string }> {
  const name = parseName(input.name, "subscription");
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const plan = await findPlan(tx, input.planCode);
    if (!plan) throw new PortcullisError("bad_request", `There is no plan "${input.planCode}".`, { field: "plan" });
    const subscriptionId = ports.newId();
    await insertSubscription(tx, { id: subscriptionId, name, planId: plan.id, now });
    await insertMembership(tx, { subscriptionId, userId: input.ownerId, role: "owner", now });
    await appendAudit(tx, [
      { chain: subscriptionId, at: now, action: "subscription.created", actor: PORTAL_ACTOR, subject: { kind: "subscription", id: subscriptionId }, sourceAddress: null, data: { name, plan: input.planCode } },
    ]);
    return { subscriptionId };
  });
}
