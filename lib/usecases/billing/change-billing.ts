/**
 * A subscription's billing goes from one state to the next, and its clients' access with it: all of them off the device, or back on it with
 * the same keys and addresses, in one revision of the gateway. What each client is by itself (suspended, expired, revoked) stays.
 */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import type { AuditActor } from "@/lib/core/audit-chain";
import { givesAccess, type Billing, type BillingStep } from "@/lib/core/billing";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import { holdClients, markReleased, releaseClients, writeBilling, type BillingWarrant, type LockedBilling } from "@/lib/db/billing";
import { overruleCard } from "@/lib/db/cards";
import type { Tx } from "@/lib/db/client";
import { takeRevision } from "@/lib/db/gateway-changes";
import { readInstanceState } from "@/lib/db/gateway-state";
import { lockInstanceWithClients, type LockedInstance } from "@/lib/db/instances";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { iso, isoOrNull } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { digestOf, elementsOf, xor } from "@/lib/protocol/digest";
import { takeDownInstance } from "@/lib/usecases/provisioning/take-down";

export interface BillingChange {
  by: { userId: string | null; email: string | null; audit: AuditActor };
  requestedAt: Date;
  sourceAddress: string | null;
  /** What giving access again takes; null where it can't come to that. */
  warrant: BillingWarrant | null;
  /** How it was proved, for the log. */
  proof?: string;
  /** Besides, for the log. */
  facts?: Record<string, string | boolean>;
  /** The card company said so; left out: the card doesn't have the last word any more. */
  byCard?: { /** Told to nobody: it was paid for again, as ever. */ quiet: boolean };
}

export interface BillingMove extends BillingStep {
  /** It came with time, whoever makes the change now. */
  byItself: boolean;
}

/** @param locked whose row is locked. @param steps in order; none changes nothing */
export async function changeBilling(ports: Ports, tx: Tx, locked: LockedBilling, steps: BillingMove[], change: BillingChange): Promise<void> {
  const last = steps.at(-1)?.billing;
  if (!last) return;
  const now = ports.clock.now();
  const [had, has] = [givesAccess(locked.billing), givesAccess(last)];
  await writeBilling(tx, locked.id, last, now);
  let device: DeviceOutcome = { revision: null, clients: 0, owners: [] };
  if (had !== has) device = await changeDevice(tx, locked.id, has, { ...change, now });
  if (!change.byCard && steps.some(({ byItself }) => !byItself)) await overruleCard(tx, locked.id);
  if (!change.byCard?.quiet) await tell(ports, tx, locked, last, change, device.owners, now);
  // Its own mails and events say what went with it.
  if (last.state === "ended") await takeDownInstance(ports, tx, { subscriptionId: locked.id, subscriptionName: locked.name, by: change.by, requestedAt: change.requestedAt, sourceAddress: change.sourceAddress });
  let before = locked.billing;
  const events = steps.map(({ at, billing, byItself }): NewAuditEvent => {
    const from = before;
    before = billing;
    return {
      chain: locked.id,
      at: now,
      action: "billing.changed",
      actor: byItself ? PORTAL_ACTOR : change.by.audit,
      subject: { kind: "subscription", id: locked.id },
      sourceAddress: byItself ? null : change.sourceAddress,
      data: {
        from: from.state,
        to: billing.state,
        at: iso(at),
        until: isoOrNull(billing.until),
        cancelsAtEnd: billing.cancelsAtEnd,
        ...(billing === last && had !== has ? { clients: device.clients, revision: device.revision === null ? null : Number(device.revision) } : {}),
        ...(byItself || change.proof === undefined ? {} : { proof: change.proof }),
        ...(byItself ? {} : change.facts),
      },
    };
  });
  await appendAudit(tx, events);
}

interface DeviceOutcome {
  revision: bigint | null;
  /** That came or went. */
  clients: number;
  /** Addresses of those whose machines it concerns. */
  owners: string[];
}

async function changeDevice(tx: Tx, subscriptionId: string, on: boolean, times: { requestedAt: Date; now: Date; warrant: BillingWarrant | null }): Promise<DeviceOutcome> {
  const found = await lockInstanceWithClients(tx, subscriptionId);
  if (found === null) return { revision: null, clients: 0, owners: [] };
  const { instance, clients } = found;
  if (on) {
    if (times.warrant === null) throw new Error("Access was to be given back without a warrant.");
    await releaseClients(tx, times.warrant, instance.id);
  }
  // What is on the device before they go, or after they came.
  const { revision, clientIds } = await revisePeers(tx, instance, times);
  if (!on) await holdClients(tx, instance.id, revision);
  else if (revision !== null) await markReleased(tx, instance.id, revision);
  return { revision, clients: clientIds.size, owners: clients.flatMap(({ id, mailTo }) => (clientIds.has(id) ? (mailTo ?? []) : [])) };
}

/** One revision for all peers of the instance; none when there are none. */
async function revisePeers(tx: Tx, instance: LockedInstance, { requestedAt, now }: { requestedAt: Date; now: Date }): Promise<{ revision: bigint | null; clientIds: Set<string> }> {
  const held = await readInstanceState(tx, instance.gatewayId, instance.id);
  const clientIds = new Set(held.peers.map(({ clientId }) => clientId));
  if (clientIds.size === 0) return { revision: null, clientIds };
  const toggled = xor(digestOf(elementsOf(held)), digestOf(elementsOf({ ...held, peers: [] })));
  const revision = await takeRevision(tx, { gatewayId: instance.gatewayId, instanceId: instance.id, subscriptionId: instance.subscriptionId, clientId: null, toggled, requestedAt, committedAt: now });
  return { revision, clientIds };
}

/** Who answers for the subscription, and whose machines lost access or have it again: one mail each. */
async function tell(ports: Ports, tx: Tx, locked: LockedBilling, to: Billing, { by, byCard }: BillingChange, owners: string[], now: Date): Promise<void> {
  const managers = await managersOf(tx, locked.id);
  for (const recipient of [...new Set([...managers, ...owners])].sort()) {
    await queueMail(tx, {
      id: ports.newId(),
      recipient,
      now,
      content: {
        template: "billing-changed",
        subscriptionName: locked.name,
        from: locked.billing.state,
        to: to.state,
        until: isoOrNull(to.until),
        cancelsAtEnd: to.cancelsAtEnd,
        byEmail: by.email,
        byOperator: by.audit.operator,
        byCard: byCard !== undefined,
        at: iso(now),
        url: new URL(`/subscriptions/${locked.id}`, ports.config.url).href,
      },
    });
  }
}
