/** What a subscription may ask of its members' clients, besides what its plan does. */
import { LONGEST_DAYS } from "./client-expiry";

export const CLIENT_LIMITS = ["clientsPerMember", "clientDays"] as const;
export type ClientLimit = (typeof CLIENT_LIMITS)[number];

/** The highest that can be set; PostgreSQL takes no more (`subscriptions`). */
export const HIGHEST_LIMIT: Record<ClientLimit, number> = { clientsPerMember: 1000, clientDays: LONGEST_DAYS };

/** Whether a limit allows less than another. null: none. */
export const isTighter = (limit: number | null, than: number | null): boolean => limit !== null && (than === null || limit < than);
