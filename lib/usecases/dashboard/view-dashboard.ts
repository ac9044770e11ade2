/** The first page after signing in. A fixed number of queries, however many subscriptions: each is scoped by what the actor may see where. */
import type { Actor } from "@/lib/auth/actor";
import { can, reach, type SubscriptionPermission } from "@/lib/core/policy";
import { everyUnit, HOUR_MS, shownSince } from "@/lib/core/traffic";
import { dayOf, WARRANTY_REMINDER_DAYS } from "@/lib/core/warranty";
import * as rows from "@/lib/db/dashboard";
import { listMemberSubscriptions } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { DashboardView, NeedView, SubscriptionSummaryView } from "@/lib/usecases/dashboard-views";
import { HANDSHAKE_COUNTS_MS, subscriptionView } from "@/lib/usecases/present";
import type { SubscriptionView } from "@/lib/usecases/views";
import { deviceView } from "@/lib/usecases/warranties/list-warranties";
import { pointOf } from "@/lib/usecases/view-traffic";

const DAY_MS = 24 * HOUR_MS;
/** Before its end, a client's owner is told by mail too. */
const ENDING_WITHIN_MS = 7 * DAY_MS;
/** Of what others offer, and of devices: who has more sees the rest where they are listed. */
const LISTED_AT_MOST = 20;
const NOBODY = "a deleted account";

export async function viewDashboard(ports: Ports, actor: Actor): Promise<DashboardView> {
  const now = ports.clock.now();
  const tx = ports.db.read;
  const subscriptions = (await listMemberSubscriptions(tx, actor.userId)).map((access) => subscriptionView(access, actor, now, { cards: ports.cards !== undefined }));
  // Where two factors are asked for and one was shown, there is nothing to see.
  const open = subscriptions.filter(({ locked }) => !locked);
  const where = (permission: SubscriptionPermission, how: "any" | "own"): string[] => open.filter(({ standing }) => reach(standing, permission) === how).map(({ id }) => id);
  const clientsOf = { userId: actor.userId, all: where("client.read", "any"), own: where("client.read", "own") };
  const since = shownSince(now).hour;
  const [clients, pending, waiting, traffic, invitations, invited, ownerships, warranties, devices] = await Promise.all([
    rows.countClients(tx, clientsOf, { onlineSince: new Date(now.getTime() - HANDSHAKE_COUNTS_MS), endingBefore: new Date(now.getTime() + ENDING_WITHIN_MS) }),
    rows.countPending(tx, clientsOf),
    rows.countWaitingSystems(tx, where("system.approve", "any"), now),
    rows.sumTraffic(tx, clientsOf, since),
    rows.countInvitations(tx, where("member.invite", "any"), now),
    rows.listInvitationsTo(tx, actor, now, LISTED_AT_MOST),
    rows.listOwnershipsOfferedTo(tx, actor.userId, open.map(({ id }) => id), now),
    rows.listEndingWarranties(tx, actor.userId, { from: dayOf(now), until: dayOf(new Date(now.getTime() + WARRANTY_REMINDER_DAYS[0] * DAY_MS)) }, LISTED_AT_MOST),
    rows.listDevicesOfferedTo(tx, actor.email, now, LISTED_AT_MOST),
  ]);

  const found = { clients: by(clients), pending: by(pending), waiting: by(waiting), invitations: by(invitations), ownerships: by(ownerships) };
  const hours = new Map<string, rows.HourOfTraffic[]>();
  for (const row of traffic) hours.set(row.subscriptionId, [...(hours.get(row.subscriptionId) ?? []), row]);
  const summaries = subscriptions.map((subscription): SubscriptionSummaryView => {
    const counts = found.clients.get(subscription.id);
    const through = hours.get(subscription.id) ?? [];
    return {
      subscription,
      clients: { count: counts?.clients ?? 0, online: counts?.clientsOnline ?? 0 },
      systems: subscription.locked || !can(subscription.standing, "system.read") ? null : { count: counts?.systems ?? 0, online: counts?.systemsOnline ?? 0 },
      pending: found.pending.get(subscription.id)?.changes ?? 0,
      invited: found.invitations.get(subscription.id)?.count ?? 0,
      traffic: through.length === 0 ? [] : everyUnit(through, since, now, HOUR_MS).map(pointOf),
    };
  });
  return {
    needs: [
      ...open.flatMap((subscription) => needsOf(subscription, found)),
      ...invited.map(({ invitedByEmail, lastSentAt, ...rest }): NeedView => ({ kind: "invited", ...rest, invitedByEmail: invitedByEmail ?? NOBODY, at: iso(lastSentAt) })),
      ...devices.map(({ fromEmail, createdAt, ...rest }): NeedView => ({ kind: "device-offered", ...rest, fromEmail: fromEmail ?? NOBODY, at: iso(createdAt) })),
    ].toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)),
    subscriptions: summaries.toSorted((a, b) => Number(a.subscription.billingState === "ended") - Number(b.subscription.billingState === "ended")),
    warranties: warranties.map((row) => ({ ...deviceView(row, now), id: row.id })),
  };
}

/** What may be an attack first, then what stops people from working, then what somebody waits for. */
const ORDER: NeedView["kind"][] = ["config-shared", "cut-pending", "sign-in-again", "suspended", "payment-due", "system-waiting", "new-file", "client-ending", "ownership-offered", "invited", "device-offered"];

const by = <Row extends { subscriptionId: string }>(found: Row[]): Map<string, Row> => new Map(found.map((row) => [row.subscriptionId, row]));

interface Found {
  clients: Map<string, rows.ClientCounts>;
  pending: Map<string, rows.PendingChanges>;
  waiting: Map<string, rows.WaitingSystems>;
  ownerships: Map<string, rows.OfferedOwnership>;
}

function needsOf({ id, name, lapsed, billingState, billing, may, instance, leaving }: SubscriptionView, found: Found): NeedView[] {
  const subscription = { id, name };
  const needs: NeedView[] = [];
  const [clients, pending, waiting, ownership] = [found.clients.get(id), found.pending.get(id), found.waiting.get(id), found.ownerships.get(id)];
  if (clients?.sharedFirst && clients.sharedAt) needs.push({ kind: "config-shared", subscription, count: clients.shared, client: clients.sharedFirst, at: iso(clients.sharedAt) });
  if (pending?.cutFirst && pending.cutSince) {
    const { systemId, ...client } = pending.cutFirst;
    const gateway = instance?.gateway ?? leaving?.gateway;
    needs.push({ kind: "cut-pending", subscription, count: pending.cuts, client, systemId, gatewayAnswers: gateway?.online ?? false, at: iso(pending.cutSince) });
  }
  if (lapsed) needs.push({ kind: "sign-in-again", subscription, at: lapsed.since });
  // Who can do something about it.
  if (may.redeem && billingState === "suspended") needs.push({ kind: "suspended", subscription });
  if (may.redeem && billingState === "past_due") needs.push({ kind: "payment-due", subscription, until: billing.until });
  if (waiting) needs.push({ kind: "system-waiting", subscription, count: waiting.count, system: waiting.first, at: iso(waiting.since) });
  if (clients?.outdatedFirst) needs.push({ kind: "new-file", subscription, count: clients.outdated, client: clients.outdatedFirst });
  if (clients?.endingFirst && clients.endsAt) needs.push({ kind: "client-ending", subscription, count: clients.ending, client: clients.endingFirst, at: iso(clients.endsAt) });
  if (ownership) needs.push({ kind: "ownership-offered", subscription, fromEmail: ownership.fromEmail ?? NOBODY, at: iso(ownership.createdAt) });
  return needs;
}
