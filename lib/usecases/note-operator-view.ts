/** An operator who looks at a customer's subscription leaves a trace in the customer's own log (product rule 10). */
import { auditActor, type Actor } from "@/lib/auth/actor";
import type { SubscriptionPermission } from "@/lib/core/policy";
import { appendAudit, chainsViewedSince, lockChains } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { requireAccess } from "./subscription-access";

/** One entry an hour says as much as one a page. */
const ONE_ENTRY_PER_MS = 3_600_000;

/** For every read of one subscription: as `requireAccess`, and leaves the trace. @throws not_found, forbidden */
export async function requireNotedAccess(ports: Ports, actor: Actor, subscriptionId: string, permission: SubscriptionPermission): Promise<SubscriptionAccess> {
  const access = await requireAccess(ports.db.read, actor, subscriptionId, permission);
  if (access.standing === "operator") await noteOperatorView(ports, actor, [access.id]);
  return access;
}

export async function noteOperatorView(ports: Ports, actor: Actor, subscriptionIds: string[]): Promise<void> {
  const now = ports.clock.now();
  const unnotedOf = async (tx: Tx, ids: string[]): Promise<string[]> => {
    const noted = await chainsViewedSince(tx, actor.userId, ids, new Date(now.getTime() - ONE_ENTRY_PER_MS));
    return ids.filter((id) => !noted.has(id));
  };
  const unnoted = await unnotedOf(ports.db.read, [...new Set(subscriptionIds)]);
  if (unnoted.length === 0) return;
  await ports.db.transaction(async (tx) => {
    // A page asks for several things at once: who comes second finds the entry of the first.
    await lockChains(tx, unnoted);
    await appendAudit(
      tx,
      (await unnotedOf(tx, unnoted)).map((chain) => ({
        chain,
        at: now,
        action: "operator.viewed",
        actor: auditActor(actor, true),
        subject: { kind: "subscription", id: chain },
        sourceAddress: actor.source.address,
        data: {},
      })),
    );
  });
}
