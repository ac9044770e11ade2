/** Who may do what to whom among the members of a subscription. */
import type { Standing } from "./policy";
import type { Role } from "./vocabulary";

/** What somebody can be asked to join as: a subscription's owner is made by handing it over alone. */
export const INVITED_ROLES = ["admin", "member"] as const;
export type InvitedRole = (typeof INVITED_ROLES)[number];

export const INVITATION_DAYS = 7;
export const OWNERSHIP_OFFER_DAYS = 7;
/** Mails of one invitation, the first included; and in a day of one person's invitations to one address, however often they withdraw and invite anew. */
export const INVITATION_MAILS = 5;
export const INVITATION_RESEND_SECONDS = 60;

/** An admin has to do with plain members alone: one admin can't make, or unmake, another. An operator takes away. */
export const mayRemove = (standing: Standing, role: Role): boolean => standing === "owner" || standing === "operator" || (standing === "admin" && role === "member");

/** The roles that somebody of this standing may invite to. */
export const invitable = (standing: Standing): InvitedRole[] => (standing === "owner" ? ["member", "admin"] : standing === "admin" ? ["member"] : []);

export const mayPromote = (standing: Standing, role: Role): boolean => standing === "owner" && role === "member";

export const mayDemote = (standing: Standing, role: Role): boolean => standing === "owner" && role !== "member";
