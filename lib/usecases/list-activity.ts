import type { Actor } from "@/lib/auth/actor";
import { readAudit, type StoredAuditEvent } from "@/lib/db/audit";
import type { Ports } from "@/lib/ports";
import { sentenceOf } from "./activity-sentences";
import { readSeq } from "./cursor";
import { requireNotedAccess } from "./note-operator-view";
import type { ActivityView, Page } from "./views";

const PAGE_SIZE = 50;

export const activityView = (event: StoredAuditEvent): ActivityView => ({
  id: String(event.seq),
  at: event.at,
  action: event.action,
  actor: event.actor.label,
  actorIsOperator: event.actor.operator,
  summary: sentenceOf(event),
  sourceAddress: event.sourceAddress,
  hash: event.hash,
});

/** What happened in a subscription, newest first. @throws not_found, forbidden, bad_request (a broken cursor) */
export async function listActivity(ports: Ports, actor: Actor, input: { subscriptionId: string; cursor?: string | null }): Promise<Page<ActivityView>> {
  const access = await requireNotedAccess(ports, actor, input.subscriptionId, "activity.read");
  const events = await readAudit(ports.db.read, access.id, PAGE_SIZE + 1, readSeq(input.cursor));
  const page = events.slice(0, PAGE_SIZE);
  const last = page.at(-1);
  return {
    items: page.map(activityView),
    nextCursor: events.length > PAGE_SIZE && last ? String(last.seq) : null,
  };
}
