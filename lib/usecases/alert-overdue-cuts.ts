/** A cut that its gateway has not confirmed after a minute is told by mail: to who answers for the subscription, and to operators. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { isKnownLate, lockCutsLeftBehind, lockOverdueCuts, markAlerted, type OverdueCut } from "@/lib/db/cut-alerts";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { operatorsOf } from "@/lib/db/users";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";

/** Product rule 4: longer than a restart of gateway or portal takes, and short enough to act. */
export const OVERDUE_AFTER_MS = 60_000;

const BATCH = 500;
/** A mail names so many clients; the page has them all. */
const NAMED = 20;

/** Each cut once, however many processes look. @returns how many cuts */
export async function alertOverdueCuts(ports: Ports): Promise<number> {
  let count = 0;
  for (;;) {
    const found = await alertSome(ports);
    count += found;
    if (found === 0) return count;
  }
}

async function alertSome(ports: Ports): Promise<number> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const before = new Date(now.getTime() - OVERDUE_AFTER_MS);
    const late = await lockOverdueCuts(tx, before, BATCH);
    const cuts = late.length > 0 ? late : await lockCutsLeftBehind(tx, before, BATCH);
    if (cuts.length === 0) return 0;
    for (const ofGateway of grouped(cuts, "gatewayId")) {
      // One mail to operators for a gateway that is away, not one a client.
      if (!(await isKnownLate(tx, ofGateway[0].gatewayId))) await tellOperators(ports, tx, ofGateway, now);
    }
    for (const ofSubscription of grouped(cuts, "subscriptionId")) await tellManagers(ports, tx, ofSubscription, now);
    await markAlerted(tx, cuts, now);
    await appendAudit(
      tx,
      cuts.map((cut) => ({
        chain: cut.subscriptionId,
        at: now,
        action: "client.cut_overdue",
        actor: PORTAL_ACTOR,
        subject: { kind: "client", id: cut.clientId },
        sourceAddress: null,
        data: { nickname: cut.nickname, gateway: cut.gatewayName, committedAt: iso(cut.committedAt), gatewayLastSeenAt: isoOrNull(cut.gatewayLastSeenAt) },
      })),
    );
    return cuts.length;
  });
}

type Some<T> = [T, ...T[]];

function grouped(cuts: OverdueCut[], key: "gatewayId" | "subscriptionId"): Some<OverdueCut>[] {
  const groups = new Map<string, Some<OverdueCut>>();
  for (const cut of cuts) {
    const group = groups.get(cut[key]);
    if (group) group.push(cut);
    else groups.set(cut[key], [cut]);
  }
  return [...groups.values()];
}

async function tellManagers(ports: Ports, tx: Tx, cuts: Some<OverdueCut>, now: Date): Promise<void> {
  const [{ subscriptionId, subscriptionName, gatewayName, gatewayLastSeenAt, agentless }] = cuts;
  for (const recipient of await managersOf(tx, subscriptionId)) {
    await queueMail(tx, {
      id: ports.newId(),
      recipient,
      now,
      content: {
        template: "cut-overdue",
        subscriptionName,
        nicknames: cuts.slice(0, NAMED).map(({ nickname }) => nickname),
        count: cuts.length,
        since: iso(cuts[0].committedAt),
        gatewayName,
        gatewayLastSeenAt: isoOrNull(gatewayLastSeenAt),
        agentless,
        url: new URL(`/subscriptions/${subscriptionId}`, ports.config.url).href,
      },
    });
  }
}

async function tellOperators(ports: Ports, tx: Tx, cuts: Some<OverdueCut>, now: Date): Promise<void> {
  const [{ gatewayName, gatewayLastSeenAt, agentless, failure }] = cuts;
  for (const recipient of await operatorsOf(tx, ports.config.operators)) {
    await queueMail(tx, {
      id: ports.newId(),
      recipient,
      now,
      content: {
        template: "gateway-overdue",
        gatewayName,
        gatewayLastSeenAt: isoOrNull(gatewayLastSeenAt),
        failure,
        agentless,
        count: cuts.length,
        since: iso(cuts[0].committedAt),
        url: new URL("/operator/gateways", ports.config.url).href,
      },
    });
  }
}
