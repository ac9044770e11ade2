import type { Role } from "./vocabulary";

/** Where an actor stands in a subscription: a member's role, or staff of the company that runs the portal. */
export type Standing = Role | "operator";

/** Every permission a page, route or use case can ask for. */
export const PERMISSIONS = [
  "public",
  "address.verify",
  "subscription.list",
  "subscription.read",
  "client.read",
  /** Adds a client, or replaces the key of one's own. */
  "client.issue",
  /** Prepares one for a colleague, whose key is born with them. */
  "client.prepare",
  "client.revoke",
  /** Suspends, or sets an earlier end. */
  "client.suspend",
  /** Gives back what was suspended, or more time: both, so that one without the other takes a permission of its own. */
  "client.resume",
  "activity.read",
  /** What a subscription asks of its members. */
  "subscription.policy",
  /** Sets up the instance that the subscription pays for. */
  "instance.provision",
  /** Takes it down, and every client with it. */
  "instance.remove",
  /** Puts it on another gateway. */
  "instance.move",
  /** Shows the key that systems join with, or makes another. */
  "instance.api-key",
  "system.read",
  /** Lets a system in that asked, and names it. */
  "system.approve",
  /** Refuses a system that asked, or removes one. */
  "system.remove",
  /** Ends it: at once, or when what is paid for is over. */
  "subscription.cancel",
  /** Takes a cancellation back. */
  "subscription.keep",
  /** Pays for it with a license key. */
  "subscription.redeem",
  /** Pays for it by card, and manages that. */
  "subscription.pay",
  /** For oneself. */
  "subscription.take_out",
  /** Who is in the subscription; own: oneself, and whom to ask. */
  "member.read",
  "member.invite",
  /** own: leave. */
  "member.remove",
  /** Makes admins, and unmakes them. */
  "member.role",
  /** Offers the subscription to another member. */
  "ownership.give",
  /** Takes it, when it was offered. */
  "ownership.take",
  /** Connects the company's directory, which then says who is in the subscription. */
  "directory.manage",
  "operator.read",
  /** One's own account: factors, sessions, address. */
  "account.security",
  /** One's own devices and their warranties. */
  "warranty.own",
  /** Joins where one was asked to. */
  "invitation.answer",
  /** Adds a client that was prepared for oneself. */
  "enrolment.answer",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The part of the permissions that is about one subscription, and so depends on the actor's standing in it. */
export type SubscriptionPermission = Extract<Permission, "subscription.read" | "client.read" | "client.issue" | "client.prepare" | "client.revoke" | "client.suspend" | "client.resume" | "activity.read" | "subscription.policy" | "instance.provision" | "instance.remove" | "instance.move" | "subscription.cancel" | "subscription.keep" | "subscription.redeem" | "subscription.pay" | "instance.api-key" | "system.read" | "system.approve" | "system.remove" | "member.read" | "member.invite" | "member.remove" | "member.role" | "ownership.give" | "ownership.take" | "directory.manage">;

type Reach = "any" | "own" | "none";

/**
 * Who may do what, to whose. "own" means clients the actor owns. An operator reads and takes away, and can't let himself into
 * a customer's network.
 */
const TABLE: Record<SubscriptionPermission, Record<Standing, Reach>> = {
  "subscription.read": { owner: "any", admin: "any", member: "any", operator: "any" },
  "client.read": { owner: "any", admin: "any", member: "own", operator: "any" },
  "client.issue": { owner: "own", admin: "own", member: "own", operator: "none" },
  "client.prepare": { owner: "any", admin: "any", member: "none", operator: "none" },
  "client.revoke": { owner: "any", admin: "any", member: "own", operator: "any" },
  "client.suspend": { owner: "any", admin: "any", member: "own", operator: "any" },
  "client.resume": { owner: "any", admin: "any", member: "own", operator: "none" },
  "activity.read": { owner: "any", admin: "any", member: "none", operator: "any" },
  "subscription.policy": { owner: "any", admin: "any", member: "none", operator: "none" },
  "instance.provision": { owner: "any", admin: "any", member: "none", operator: "none" },
  "instance.remove": { owner: "any", admin: "none", member: "none", operator: "any" },
  "instance.move": { owner: "any", admin: "any", member: "none", operator: "any" },
  "instance.api-key": { owner: "any", admin: "any", member: "none", operator: "none" },
  "system.read": { owner: "any", admin: "any", member: "none", operator: "any" },
  "system.approve": { owner: "any", admin: "any", member: "none", operator: "none" },
  "system.remove": { owner: "any", admin: "any", member: "none", operator: "any" },
  "subscription.redeem": { owner: "any", admin: "any", member: "none", operator: "none" },
  "subscription.pay": { owner: "any", admin: "none", member: "none", operator: "none" },
  "subscription.keep": { owner: "any", admin: "none", member: "none", operator: "none" },
  "subscription.cancel": { owner: "any", admin: "none", member: "none", operator: "any" },
  "member.read": { owner: "any", admin: "any", member: "own", operator: "any" },
  "member.invite": { owner: "any", admin: "any", member: "none", operator: "none" },
  "member.remove": { owner: "any", admin: "any", member: "own", operator: "any" },
  "member.role": { owner: "any", admin: "none", member: "none", operator: "none" },
  "ownership.give": { owner: "any", admin: "none", member: "none", operator: "none" },
  "directory.manage": { owner: "any", admin: "none", member: "none", operator: "none" },
  "ownership.take": { owner: "any", admin: "any", member: "any", operator: "none" },
};

/**
 * What gives access, or takes a step towards it. Who has to sign in again first does none of it: what they see, and what they take away, stays
 * theirs.
 */
const GIVES: readonly SubscriptionPermission[] = ["client.issue", "client.prepare", "client.resume", "subscription.policy", "instance.provision", "instance.move", "instance.api-key", "system.approve", "member.invite", "member.role", "ownership.give", "ownership.take", "directory.manage"];
export const givesSomething = (permission: SubscriptionPermission): boolean => GIVES.includes(permission);

/** How far a permission reaches for a standing. */
export const reach = (standing: Standing, permission: SubscriptionPermission): Reach => TABLE[permission][standing];

/** @param own whether the object belongs to the actor; true where the permission is not about one client */
export function can(standing: Standing, permission: SubscriptionPermission, own = true): boolean {
  const allowed = reach(standing, permission);
  return allowed === "any" || (allowed === "own" && own);
}

/** Acts that widen access: each takes a step-up proof made for exactly that act (product rule 2). Taking away never does. */
export const STEP_UP_ACTIONS = [
  "client.issue",
  "client.prepare",
  "client.enrol",
  "client.resume",
  "client.extend",
  "client.rekey",
  "address.verify",
  "identity.link",
  "identity.unlink",
  "totp.add",
  "totp.remove",
  "passkey.add",
  "passkey.remove",
  "recovery-codes.replace",
  "session.elevate",
  "address.change",
  "password.set",
  "account.delete",
  "policy.relax",
  "user.reactivate",
  "billing.activate",
  "license.make",
  "warranty.transfer",
  "api-key.show",
  "api-key.rotate",
  "system.approve",
  "member.invite",
  "member.promote",
  "ownership.offer",
  "ownership.accept",
  "directory.token",
] as const;
export type StepUpAction = (typeof STEP_UP_ACTIONS)[number];

/** What can prove who somebody is, once more. */
export const STEP_UP_FACTORS = ["passkey", "totp", "mail", "provider", "recovery"] as const;
export type StepUpFactor = (typeof STEP_UP_FACTORS)[number];

/**
 * What is more than a mailbox or a password: shown in a session, or while signing in, it makes the session one with two factors. A mailed
 * code opens what a mailbox opens; the provider's password once more says nothing new.
 */
const SECOND_FACTORS = ["passkey", "totp", "recovery"] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];
export const isSecondFactor = (factor: string): factor is SecondFactor => SECOND_FACTORS.some((second) => second === factor);

/**
 * Acts that decide who can sign in from now on, or with how little. Who has a second factor proves these with it: a stolen mailbox and a stolen session
 * together must not become a stolen account (T11).
 */
const DECIDE_WHO_SIGNS_IN: ReadonlySet<StepUpAction> = new Set<StepUpAction>([
  "identity.link",
  "totp.add",
  "totp.remove",
  "passkey.add",
  "passkey.remove",
  "recovery-codes.replace",
  "address.change",
  "password.set",
  "policy.relax",
  "user.reactivate",
  // Whoever takes the subscription decides who is in it.
  "ownership.offer",
]);

/** The means a person has for step-up; a mailed code is always there. */
export interface StepUpMeans {
  passkeys: number;
  totp: number;
  recoveryCodes: number;
  /** Sign-ins of theirs whose provider asks for a password again when told to, and says when it did. */
  freshSignIns: number;
}

/** The factors that prove this act, for a person with these means: strongest first. */
export function factorsFor(action: StepUpAction, means: StepUpMeans): StepUpFactor[] {
  // What is proved here is that the mail arrives.
  if (action === "address.verify") return ["mail"];
  const secondFactor = means.passkeys > 0 || means.totp > 0;
  const factors: StepUpFactor[] = [];
  if (means.passkeys > 0) factors.push("passkey");
  if (means.totp > 0) factors.push("totp");
  // A session becomes one with two factors by a second factor alone.
  const mailCounts = action !== "session.elevate" && !(secondFactor && DECIDE_WHO_SIGNS_IN.has(action));
  if (mailCounts) factors.push("mail");
  // What it adds to a session is what a mailed code adds: that it's the person, now. So it counts where that does.
  if (mailCounts && means.freshSignIns > 0) factors.push("provider");
  if (secondFactor && means.recoveryCodes > 0) factors.push("recovery");
  return factors;
}
