/** The one way into a subscription: what the actor may not see is not found, what they may see and not do is forbidden. */
import type { Actor } from "@/lib/auth/actor";
import { PortcullisError, notFound } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { givesSomething, reach, type SubscriptionPermission } from "@/lib/core/policy";
import type { SealedKey } from "@/lib/core/sealed-key";
import { isInGoodStanding } from "@/lib/core/vocabulary";
import type { Tx } from "@/lib/db/client";
import { findAccess, type InstanceRow, type SubscriptionAccess } from "@/lib/db/subscriptions";
import { toBase64 } from "@/lib/db/values";

/** Ids come from addresses that people can edit: what is no id names nothing. @throws not_found */
export function requireId(text: string): string {
  if (!isId(text)) throw notFound();
  return text;
}

/**
 * @param lock for changes: what the decision rests on stays as it is until the transaction ends
 * @throws not_found when the actor has no part in the subscription; forbidden when their role doesn't allow it; two_factor_required when
 *   the subscription asks for two factors, and the session has shown one; sign_in_again when what is asked gives something, and the actor has not signed in for longer than the subscription allows
 */
export async function requireAccess(tx: Tx, actor: Actor, subscriptionId: string, permission: SubscriptionPermission, lock = false): Promise<SubscriptionAccess> {
  const access = await findAccess(tx, actor, requireId(subscriptionId), lock);
  if (!access) throw notFound();
  if (reach(access.standing, permission) === "none") {
    throw new PortcullisError("forbidden", "Your role in this subscription doesn't allow that. Ask its owner or an admin.");
  }
  if (needsTwoFactor(access, actor)) {
    throw new PortcullisError("two_factor_required", `${access.name} asks its members for two factors. Show a second one to go on.`);
  }
  if (access.lapsed !== null && givesSomething(permission)) {
    throw new PortcullisError("sign_in_again", access.lapsed.withProvider ? "Sign in again through your provider first: your last sign-in is longer ago than this subscription allows." : "Sign in again first: your last sign-in is longer ago than this subscription allows.");
  }
  return access;
}

/** Whether the session must show a second factor first. Operators are no members: what they may do is decided elsewhere. */
export const needsTwoFactor = (access: Pick<SubscriptionAccess, "twoFactorRequired" | "standing">, actor: Pick<Actor, "twoFactor">): boolean =>
  access.twoFactorRequired && access.standing !== "operator" && !actor.twoFactor;

/** For queries: the owner that clients must have for this actor to reach them; null when any will do. */
export const ownerScope = (access: SubscriptionAccess, actor: Actor, permission: SubscriptionPermission): string | null =>
  reach(access.standing, permission) === "any" ? null : actor.userId;

export type ReadyInstance = InstanceRow & { publicKey: Uint8Array };

/** Where preshared keys are sealed to; null where there is no agent that could open them. */
export const sealToOf = ({ gateway }: ReadyInstance): string | null => gateway.boxPublicKey && toBase64(gateway.boxPublicKey);

/** @throws sealed_key_invalid */
export function requireOpenable(instance: ReadyInstance, sealedPresharedKey: SealedKey | null): void {
  if (sealedPresharedKey === null || !instance.gateway.agentless) return;
  throw new PortcullisError("sealed_key_invalid", "This instance's host runs no agent, so nothing there could open a preshared key. Go without one.", { field: "sealedPresharedKey" });
}

/** A subscription that gets new access: in good standing, its instance confirmed by its gateway. */
export function requireReadyInstance(access: Pick<SubscriptionAccess, "billingState" | "instance">): ReadyInstance {
  if (!isInGoodStanding(access.billingState)) {
    throw new PortcullisError("subscription_inactive", "This subscription is not active, so no client can be added. Its owner can bring it back.");
  }
  const { instance } = access;
  if (!instance) throw new PortcullisError("instance_not_ready", "This subscription has no instance yet. Provision one first.");
  const ready = readyInstance(instance);
  if (!ready) throw new PortcullisError("instance_not_ready", "The instance is not up yet: its gateway has to confirm it first. Try again in a moment.");
  return ready;
}

/** @returns null when its gateway has not confirmed it, or was cut off */
export function readyInstance(instance: InstanceRow): ReadyInstance | null {
  const { status, publicKey, gateway } = instance;
  return status === "ready" && publicKey !== null && (gateway.boxPublicKey !== null || gateway.agentless) ? { ...instance, publicKey } : null;
}
