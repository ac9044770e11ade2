/** What every policy of a subscription has in common: asking for more takes nothing; asking for less widens access, and takes a proof. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { requestProof, wideningTransaction, type Act, type PresentedProof, type VerifiedProof } from "@/lib/auth/step-up";
import type { AuditAction } from "@/lib/core/audit-actions";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { lockMembers } from "./members/manage";
import { stepUpView } from "./step-up/present-challenge";
import { requireAccess } from "./subscription-access";
import type { StepUpView } from "./views";

export interface Policy {
  /** What a proof for asking less is bound to, besides the subscription. */
  relaxed: Record<string, string>;
  /** Completes "to", like: no longer require two factors in Atlas. */
  act: (subscription: string) => string;
  meaning: string;
  events: { tightened: AuditAction; relaxed: AuditAction };
  /** For the log, besides what the event's name says. */
  data?: NewAuditEvent["data"];
  /** @returns whether it changed anything */
  tighten: (tx: Tx, subscriptionId: string) => Promise<boolean>;
  relax: (tx: Tx, proof: VerifiedProof<"policy.relax">, subscriptionId: string) => Promise<boolean>;
}

const relaxAct = (policy: Policy, subscriptionId: string): Act<"policy.relax"> => ({ action: "policy.relax", objectId: subscriptionId, parameters: policy.relaxed });

/** Asks for the proof that asking less takes. @throws not_found, forbidden, two_factor_required, step_up_too_many */
export async function requestRelaxation(ports: Ports, actor: Actor, policy: Policy, subscriptionId: string): Promise<StepUpView> {
  return ports.db.transaction(async (tx) => {
    const access = await requireAccess(tx, actor, subscriptionId, "subscription.policy");
    const text = {
      act: policy.act(access.name),
      details: [
        { label: "Subscription", value: access.name },
        { label: "What this means", value: policy.meaning },
      ],
    };
    return stepUpView(await requestProof(ports, tx, actor, relaxAct(policy, access.id), actor.email, text));
  });
}

/** @throws not_found, forbidden, two_factor_required */
export async function tightenPolicy(ports: Ports, actor: Actor, policy: Policy, subscriptionId: string): Promise<SubscriptionAccess> {
  return ports.db.transaction(async (tx) => {
    // An instance that moves meanwhile is asked when it has moved.
    const access = await lockMembers(tx, actor, subscriptionId, "subscription.policy");
    if (await policy.tighten(tx, access.id)) await note(ports, tx, actor, access, policy.events.tightened, policy.data);
    return access;
  });
}

/** @throws not_found, forbidden, two_factor_required, bad_request without a proof, step_up_* */
export async function relaxPolicy(ports: Ports, actor: Actor, policy: Policy, subscriptionId: string, proof: PresentedProof | null): Promise<SubscriptionAccess> {
  await requireAccess(ports.db.read, actor, subscriptionId, "subscription.policy");
  if (proof === null) throw new PortcullisError("bad_request", "Asking for less takes a proof that it's you.", { field: "proof" });
  return wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const access = await lockMembers(tx, actor, subscriptionId, "subscription.policy");
      return { act: relaxAct(policy, access.id), access };
    },
    async (tx, verified, { access }) => {
      if (await policy.relax(tx, verified, access.id)) await note(ports, tx, actor, access, policy.events.relaxed, policy.data);
      return access;
    },
  );
}

const note = (ports: Ports, tx: Tx, actor: Actor, access: SubscriptionAccess, action: AuditAction, data: NewAuditEvent["data"] = {}): Promise<void> =>
  appendAudit(tx, [{ chain: access.id, at: ports.clock.now(), action, actor: auditActor(actor), subject: { kind: "subscription", id: access.id }, sourceAddress: actor.source.address, data }]);
