/** Systems that ask to join an instance: what they may say of themselves, how long they wait, and how far they have come. */
import { PortcullisError } from "./errors";
import type { ClientState } from "./vocabulary";

/** PostgreSQL takes no longer wait (`systems.expires_at`). */
export const SYSTEM_WAITS_MS = 3 * 24 * 3_600_000;

/** More than anybody sets up at once; less than makes the list of no use. */
export const MAX_WAITING_SYSTEMS = 20;

/** How often a waiting system is told to ask. */
export const POLL_AFTER_SECONDS = 5;

export type SystemState = "pending" | "expired" | "refused" | "approved" | "suspended" | "removed";

/** @param client the state of its peer; null: it was never approved */
export function systemState({ client, refusedAt, expiresAt }: { client: ClientState | null; refusedAt: Date | null; expiresAt: Date }, now: Date): SystemState {
  if (client !== null) return client === "revoked" ? "removed" : client === "active" ? "approved" : "suspended";
  if (refusedAt !== null) return "refused";
  return expiresAt > now ? "pending" : "expired";
}

/** What a system says of itself; nothing of it is trusted, and all of it is read by who decides. */
export interface SystemFacts {
  hostName: string;
  serial: string | null;
  version: string | null;
}

const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?$/;
const PLAIN = /^[A-Za-z0-9](?:[A-Za-z0-9 ._:/+~()-]{0,62}[A-Za-z0-9)])?$/;

/** Plain ASCII alone: these stand in mails, prompts and file names, and must read as what they are (T15). @throws bad_request naming the field */
export function parseSystemFacts(said: { hostName: string; serial?: string | null | undefined; version?: string | null | undefined }): SystemFacts {
  if (!HOST_NAME.test(said.hostName)) {
    throw new PortcullisError("bad_request", "A host name has 1 to 40 letters, digits, dots, hyphens and underscores, and begins and ends with a letter or digit.", { field: "hostName" });
  }
  return { hostName: said.hostName, serial: plain(said.serial, "serial"), version: plain(said.version, "version") };
}

function plain(text: string | null | undefined, field: string): string | null {
  if (text === undefined || text === null || text === "") return null;
  if (PLAIN.test(text)) return text;
  throw new PortcullisError("bad_request", `The ${field} has up to 64 plain characters: letters, digits, spaces and . _ : / + ~ ( ) -`, { field });
}
