/** What the changes to a subscription's members have in common. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { PortcullisError } from "@/lib/core/errors";
import { can, type SubscriptionPermission } from "@/lib/core/policy";
import type { NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { hasOtherOwner, readMemberRoom, type MemberRow } from "@/lib/db/members";
import { lockSubscription, type SubscriptionAccess } from "@/lib/db/subscriptions";
import type { Ports } from "@/lib/ports";
import { requireAccess, requireId } from "@/lib/usecases/subscription-access";

export interface MemberInput {
  subscriptionId: string;
  userId: string;
}

/**
 * Holds the subscription's members, plan and policies as they are until the transaction ends, and looks then: of two changes at once, the second is decided on
 * what the first left behind. Whoever may not ask waits for nobody.
 *
 * @throws not_found, forbidden, two_factor_required
 */
export async function lockMembers(tx: Tx, actor: Actor, subscriptionId: string, permission: SubscriptionPermission): Promise<SubscriptionAccess> {
  const { id } = await requireAccess(tx, actor, requireId(subscriptionId), permission);
  await lockSubscription(tx, id);
  return requireAccess(tx, actor, id, permission);
}

/** For members other than oneself, who are not a plain member's to act on, nor to know of. */
export const reachesOthers = (access: SubscriptionAccess, permission: SubscriptionPermission): boolean => can(access.standing, permission, false);

/** @throws sole_owner */
export async function requireOtherOwner(tx: Tx, access: SubscriptionAccess, { userId, role }: MemberRow): Promise<void> {
  if (role !== "owner" || (await hasOtherOwner(tx, access.id, userId))) return;
  throw new PortcullisError("sole_owner", `${access.name} would be left without an owner. Hand it over to another member first.`);
}

/**
 * Call it under the lock of the subscription's row.
 *
 * @param counted members alone where one of those invited joins; where one more is invited, those who wait as well
 * @throws plan_limit_reached
 */
export async function requireRoom(tx: Tx, subscriptionId: string, counted: "members" | "invited", now: Date): Promise<void> {
  const { members, invited, maxMembers, planName } = await readMemberRoom(tx, subscriptionId, now);
  const taken = counted === "members" ? members : members + invited;
  if (maxMembers === null || taken < maxMembers) return;
  const waiting = counted === "invited" && invited > 0 ? ` and ${invited} invited` : "";
  throw new PortcullisError("plan_limit_reached", `The plan, ${planName}, allows ${maxMembers} ${maxMembers === 1 ? "member" : "members"}, and ${members} ${members === 1 ? "is" : "are"} in it${waiting}. Remove one that isn't needed, or change the plan.`);
}

export const nameOf = ({ email, name }: Pick<MemberRow, "email" | "name">): string => email ?? name;

export const membersUrl = (ports: Pick<Ports, "config">, subscriptionId: string): string => new URL(`/subscriptions/${subscriptionId}/members`, ports.config.url).href;

export const memberEvent = (actor: Actor, access: SubscriptionAccess, at: Date, action: NewAuditEvent["action"], subject: NewAuditEvent["subject"], data: NewAuditEvent["data"]): NewAuditEvent => ({
  chain: access.id,
  at,
  action,
  actor: auditActor(actor, access.standing === "operator"),
  subject,
  sourceAddress: actor.source.address,
  data,
});
