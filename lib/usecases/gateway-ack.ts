/** A gateway confirms a revision. Only here does a revocation become finished. */
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { digestMatches, NAMED, notePresence, notifySubscriptions, settleChanges, type SettledChange } from "@/lib/db/gateway-changes";
import { confirmInstances, type GatewayIdentity } from "@/lib/db/gateways";
import { queueMail } from "@/lib/db/outbox";
import { noteFailedInstances } from "@/lib/db/provisioning";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { AckRequest, AckResponse } from "@/lib/protocol/messages";
import { toPlainText } from "@/lib/protocol/plain-text";
import type { AuditActor } from "@/lib/core/audit-chain";
import { managersOf } from "@/lib/db/members";

/**
 * Counts only when the digest of what was read back is the one the gateway must have at that revision; otherwise nothing is settled
 * and the agent is told to fetch everything.
 */
export async function acknowledgeRevision(ports: Ports, gateway: GatewayIdentity, ack: AckRequest, sourceAddress: string | null): Promise<AckResponse> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const digest = new Uint8Array(Buffer.from(ack.digest, "hex"));
    const inSync = (await digestMatches(tx, gateway.id, ack.revision, digest)) === true;
    const failure = ack.failures.length === 0 ? null : toPlainText(ack.failures.map((item) => item.message).join(" "), 1000);
    const newest = await notePresence(tx, gateway.id, { now, about: { revision: ack.revision, inSync, digest, failure } });
    const broken = newest ? ack.failures.flatMap(({ instanceId }) => instanceId ?? []) : [];
    if (broken.length > 0) await noteFailedInstances(tx, gateway.id, broken);
    if (!inSync) return { acknowledgedRevision: 0, inSync };
    const settled = await settleChanges(tx, {
      gatewayId: gateway.id,
      revision: ack.revision,
      digest,
      receivedAt: before(now, ack.receivedMsAgo),
      appliedAt: before(now, ack.appliedMsAgo),
      now,
    });
    await tellOfLateCuts(ports, tx, settled.filter(({ cut, cutWithIt, alerted }) => (cut || cutWithIt.count > 0) && alerted), now);
    // One that comes late tells of keys that an interface may no longer have: clients would be given the wrong one.
    const confirmed = newest ? await confirmInstances(tx, gateway.id, ack.instances) : [];
    const actor: AuditActor = { kind: "gateway", id: gateway.id, label: `gateway ${gateway.name}`, operator: false };
    await notifySubscriptions(tx, [...settled, ...confirmed.map(({ subscriptionId }) => ({ subscriptionId, clientId: null }))]);
    await appendAudit(tx, [
      ...settled.filter((change) => change.cut || change.gone || change.cutWithIt.count > 0).map((change) => cutEvent(change, actor, now, sourceAddress)),
      ...confirmed.map((instance): NewAuditEvent => ({
        chain: instance.subscriptionId,
        at: now,
        action: instance.firstTime ? "instance.confirmed" : "instance.key_changed",
        actor,
        subject: { kind: "instance", id: instance.id },
        sourceAddress,
        data: { name: instance.name },
      })),
    ]);
    return { acknowledgedRevision: ack.revision, inSync };
  });
}

/** Who was told that these are late is told that they are done. */
async function tellOfLateCuts(ports: Ports, tx: Tx, cuts: SettledChange[], now: Date): Promise<void> {
  for (const subscriptionId of new Set(cuts.map((cut) => cut.subscriptionId))) {
    const own = cuts.filter((cut) => cut.subscriptionId === subscriptionId);
    for (const recipient of await managersOf(tx, subscriptionId)) {
      await queueMail(tx, {
        id: ports.newId(),
        recipient,
        now,
        content: {
          template: "cut-confirmed-late",
          subscriptionName: own[0]?.subscriptionName ?? "",
          nicknames: own.flatMap(({ cut, nickname, cutWithIt }) => (cut ? [nickname ?? ""] : cutWithIt.nicknames)).slice(0, NAMED),
          count: own.reduce((count, { cut, cutWithIt }) => count + Number(cut) + cutWithIt.count, 0),
          since: iso(own[0]?.requestedAt ?? now),
          at: iso(now),
          url: new URL(`/subscriptions/${subscriptionId}`, ports.config.url).href,
        },
      });
    }
  }
}

/** Any duration may be claimed; a year is as good as more, and is still a date. */
const before = (now: Date, milliseconds: number): Date => new Date(now.getTime() - Math.min(milliseconds, 365 * 24 * 3_600_000));

/** The proof of a cut: when it was asked for, committed, delivered, applied and confirmed. */
function cutEvent(change: SettledChange, actor: AuditActor, now: Date, sourceAddress: string | null): NewAuditEvent {
  return {
    chain: change.subscriptionId,
    at: now,
    actor,
    sourceAddress,
    ...(change.clientId === null
      ? { action: change.gone ? "instance.gone" : "clients.cut", subject: { kind: "instance", id: change.instanceId } }
      : { action: "client.cut", subject: { kind: "client", id: change.clientId } }),
    data: {
      ...(change.clientId === null ? { name: change.instanceName, clients: change.cutWithIt.count } : { nickname: change.nickname ?? "" }),
      revision: Number(change.revision),
      requestedAt: iso(change.requestedAt),
      committedAt: iso(change.committedAt),
      deliveredAt: iso(change.deliveredAt),
      appliedAt: iso(change.appliedAt),
      acknowledgedAt: iso(change.acknowledgedAt),
      tookMs: change.acknowledgedAt.getTime() - change.requestedAt.getTime(),
    },
  };
}
