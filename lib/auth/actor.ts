import type { AuditActor } from "@/lib/core/audit-chain";
import type { SignInMethod } from "@/lib/db/accounts";

/** Where a request came from, as shown to people and kept in the audit log. */
export interface RequestSource {
  /** null when the portal can't tell. */
  address: string | null;
  /** Like "Firefox on Linux". */
  browser: string;
  userAgent: string;
}

/** A signed-in person whose address is proved. Every use case takes one and decides by it; nothing else says who asks. */
export interface Actor {
  userId: string;
  sessionId: string;
  email: string;
  name: string;
  isOperator: boolean;
  /** The session began with two factors, at the provider or here, or a second one was shown in it since. */
  twoFactor: boolean;
  /** How the session began. */
  method: SignInMethod;
  source: RequestSource;
  /** When the request reached the portal. */
  requestedAt: Date;
}

/** A signed-in person whose address is not proved yet: may prove it, and nothing else. */
export interface UnprovedActor extends Omit<Actor, "email" | "isOperator"> {
  email: null;
  /** What the provider says the address is; null when it says nothing usable. */
  claimedEmail: string | null;
}

/** @param operator whether the act was done as an operator, not as a member */
export const auditActor = (actor: Actor | UnprovedActor, operator = false): AuditActor => ({
  kind: "user",
  id: actor.userId,
  label: actor.email ?? actor.name,
  operator,
});

export const PORTAL_ACTOR: AuditActor = { kind: "portal", id: null, label: "portal", operator: false };
