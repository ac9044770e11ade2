import type { Actor } from "@/lib/auth/actor";
import { listClientRows } from "@/lib/db/clients";
import type { Ports } from "@/lib/ports";
import { readPosition, writePosition } from "./cursor";
import { requireNotedAccess } from "./note-operator-view";
import { clientView } from "./present";
import { readTerm } from "./search-term";
import { ownerScope } from "./subscription-access";
import type { ClientView, Page } from "./views";

const PAGE_SIZE = 50;

/** Newest first; a member sees their own. @throws not_found, bad_request (a broken cursor) */
export async function listClients(
  ports: Ports,
  actor: Actor,
  input: { subscriptionId: string; cursor?: string | null; query?: string | null },
): Promise<Page<ClientView>> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "client.read");
  const rows = await listClientRows(ports.db.read, {
    subscriptionId: access.id,
    ownerId: ownerScope(access, actor, "client.read"),
    term: readTerm(input.query ?? ""),
    after: readPosition(input.cursor),
    limit: PAGE_SIZE + 1,
  });
  const page = rows.slice(0, PAGE_SIZE);
  const last = page.at(-1);
  return {
    items: page.map((row) => clientView(row, actor, access.standing, ports.clock.now())),
    nextCursor: rows.length > PAGE_SIZE && last ? writePosition(last) : null,
  };
}
