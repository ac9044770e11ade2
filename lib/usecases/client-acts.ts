/** The acts on a client that take a proof: each with what it is bound to. */
import type { Act } from "@/lib/auth/step-up";
import type { Nickname } from "@/lib/core/nickname";

/** An end as an act is bound to it. */
const boundTo = (expiresAt: Date | null): string => (expiresAt === null ? "never" : expiresAt.toISOString());

/**
 * This nickname, on this instance, until then.
 *
 * @param expiresAt as asked for; null: no end
 */
export const clientIssueAct = (instanceId: string, nickname: Nickname, expiresAt: Date | null): Act<"client.issue"> => ({
  action: "client.issue",
  objectId: instanceId,
  parameters: { nickname, expiresAt: boundTo(expiresAt) },
});

/** This nickname, for this member, until then. @param expiresAt as asked for; null: no end */
export const clientPrepareAct = (subscriptionId: string, userId: string, nickname: Nickname, expiresAt: Date | null): Act<"client.prepare"> => ({
  action: "client.prepare",
  objectId: subscriptionId,
  parameters: { userId, nickname, expiresAt: boundTo(expiresAt) },
});

/** What was prepared: its nickname and its end are in its row, and don't change. */
export const clientEnrolAct = (enrolmentId: string): Act<"client.enrol"> => ({ action: "client.enrol", objectId: enrolmentId, parameters: {} });

export const clientResumeAct = (clientId: string): Act<"client.resume"> => ({ action: "client.resume", objectId: clientId, parameters: {} });

export const clientRekeyAct = (clientId: string): Act<"client.rekey"> => ({ action: "client.rekey", objectId: clientId, parameters: {} });

/** @param expiresAt the new end, as asked for; null: none */
export const clientExtendAct = (clientId: string, expiresAt: Date | null): Act<"client.extend"> => ({ action: "client.extend", objectId: clientId, parameters: { expiresAt: boundTo(expiresAt) } });

/** As people read it in a prompt and in a mail: "22 Nov 2026, 14:05 UTC". */
export const instantText = (at: Date): string => `${at.toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" })} UTC`;
