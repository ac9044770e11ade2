import type { Actor } from "@/lib/auth/actor";
import { PortcullisError } from "@/lib/core/errors";
import { searchClientRows } from "@/lib/db/clients";
import type { Ports } from "@/lib/ports";
import { readPosition, writePosition } from "./cursor";
import { noteOperatorView } from "./note-operator-view";
import { clientView } from "./present";
import { readTerm } from "./search-term";
import type { FoundClientView, Page } from "./views";

const PAGE_SIZE = 20;

/** Clients of all subscriptions, for operators. Every subscription that shows up notes the look. @throws forbidden, bad_request */
export async function searchClients(ports: Ports, actor: Actor, input: { query?: string | null; cursor?: string | null }): Promise<Page<FoundClientView>> {
  requireOperator(actor);
  const rows = await searchClientRows(ports.db.read, readTerm(input.query ?? ""), readPosition(input.cursor), PAGE_SIZE + 1);
  const page = rows.slice(0, PAGE_SIZE);
  await noteOperatorView(ports, actor, page.map((row) => row.subscriptionId));
  const last = page.at(-1);
  const now = ports.clock.now();
  return {
    items: page.map((row) => ({ ...clientView(row, actor, "operator", now), subscription: { id: row.subscriptionId, name: row.subscriptionName } })),
    nextCursor: rows.length > PAGE_SIZE && last ? writePosition(last) : null,
  };
}

/** @throws forbidden */
export function requireOperator(actor: Actor): void {
  if (!actor.isOperator) throw new PortcullisError("forbidden", "This part is for operators of the portal.");
}
