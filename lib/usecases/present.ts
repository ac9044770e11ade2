/** From rows to views. */
import type { Actor } from "@/lib/auth/actor";
import { firstPaymentAt, givesAccess, nextStep, type Billing } from "@/lib/core/billing";
import { handoverEnd } from "@/lib/core/client-keys";
import { can } from "@/lib/core/policy";
import { clientCapacity } from "@/lib/core/subnet";
import type { ClientRow } from "@/lib/db/clients";
import type { DeviceChangeTimes } from "@/lib/db/gateway-changes";
import type { LeavingInstance } from "@/lib/db/instances";
import type { GatewaySeen, InstanceRow, SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso, isoOrNull, toBase64 } from "@/lib/db/values";
import { OFFLINE_AFTER_SECONDS } from "@/lib/protocol/limits";
import { needsTwoFactor } from "./subscription-access";
import type { BillingView } from "./billing-views";
import type { ClientView, EnforcementView, GatewayPresence, InstanceView, SubscriptionView } from "./views";

/** A WireGuard session lasts 180 s from its handshake (REJECT_AFTER_TIME of the protocol). */
export const HANDSHAKE_COUNTS_MS = 180_000;

/** Peers without news are in no report: whose last one is older than some of them moves nothing. */
const RATE_COUNTS_MS = 20_000;

export const presenceOf = (gateway: { name: string } & GatewaySeen, now: Date): GatewayPresence => ({
  name: gateway.name,
  fetched: gateway.agentless ? { at: isoOrNull(gateway.fetchedAt), revision: gateway.fetchedRevision } : null,
  online: gateway.lastSeenAt !== null && now.getTime() - gateway.lastSeenAt.getTime() <= OFFLINE_AFTER_SECONDS * 1_000,
  lastSeenAt: isoOrNull(gateway.lastSeenAt),
});

/** "host:port", IPv6 hosts in brackets. */
export const endpointOf = (instance: Pick<InstanceRow, "gateway" | "listenPort">): string => {
  const host = instance.gateway.endpointHost;
  return `${host.includes(":") ? `[${host}]` : host}:${instance.listenPort}`;
};

/** @param change the latest of the instance itself; null: not asked for */
export function instanceView(instance: InstanceRow, now: Date, change: DeviceChangeTimes | null = null): InstanceView {
  return {
    id: instance.id,
    name: instance.name,
    status: instance.status,
    subnetV4: instance.subnetV4,
    subnetV6: instance.subnetV6,
    tunnelAddressV4: instance.tunnelAddressV4,
    tunnelAddressV6: instance.tunnelAddressV6,
    url: `http://${instance.tunnelAddressV4}/`,
    endpoint: instance.publicKey && endpointOf(instance),
    publicKey: instance.publicKey && toBase64(instance.publicKey),
    capacity: clientCapacity(instance.subnetV4),
    gateway: presenceOf(instance.gateway, now),
    setup: change && instance.status !== "ready" ? enforcementView(change) : null,
    peersReach: { on: instance.peersReach, enforcement: change && enforcementView(change) },
  };
}

export function subscriptionView(
  access: SubscriptionAccess,
  actor: Pick<Actor, "twoFactor">,
  now: Date,
  { cards, change = null, leaving = null, ownClients = null }: { /** A card company is set up. */ cards: boolean; change?: DeviceChangeTimes | null; leaving?: LeavingInstance | null; ownClients?: number | null },
): SubscriptionView {
  const locked = needsTwoFactor(access, actor);
  return {
    id: access.id,
    name: access.name,
    planName: access.planName,
    billingState: access.billingState,
    billing: billingView(access, cards, now),
    standing: access.standing,
    twoFactorRequired: access.twoFactorRequired,
    sharedConfigPolicy: access.sharedConfigPolicy,
    signInDays: access.signInDays,
    lapsed: access.lapsed && { since: iso(access.lapsed.since), withProvider: access.lapsed.withProvider },
    locked,
    instance: locked ? null : access.instance && instanceView(access.instance, now, change),
    leaving: locked || leaving === null || (access.instance && leaving.change.acknowledgedAt) ? null : { name: leaving.name, enforcement: enforcementView(leaving.change), gateway: presenceOf(leaving.gateway, now) },
    liveClients: locked ? 0 : (access.instance?.liveClients ?? 0) - (access.instance?.liveSystems ?? 0),
    liveSystems: locked ? 0 : (access.instance?.liveSystems ?? 0),
    maxClients: access.maxClients,
    maxClientDays: access.maxClientDays,
    limits: access.limits,
    ownClients: locked ? null : ownClients,
    maxSystems: access.maxSystems,
    apiKey: locked || access.apiKey === null || !can(access.standing, "instance.api-key") ? null : { ending: access.apiKey.ending, createdAt: iso(access.apiKey.createdAt) },
    may: {
      addClient: can(access.standing, "client.issue"),
      prepareClient: can(access.standing, "client.prepare"),
      revokeAnyClient: can(access.standing, "client.revoke", false),
      readActivity: can(access.standing, "activity.read"),
      setPolicy: can(access.standing, "subscription.policy"),
      provision: can(access.standing, "instance.provision"),
      moveInstance: can(access.standing, "instance.move"),
      removeInstance: can(access.standing, "instance.remove"),
      useApiKey: can(access.standing, "instance.api-key"),
      readSystems: can(access.standing, "system.read"),
      approveSystems: can(access.standing, "system.approve"),
      removeSystems: can(access.standing, "system.remove"),
      cancel: can(access.standing, "subscription.cancel"),
      keep: can(access.standing, "subscription.keep"),
      redeem: can(access.standing, "subscription.redeem"),
      connectDirectory: access.lapsed === null && can(access.standing, "directory.manage"),
      pay: can(access.standing, "subscription.pay"),
    },
  };
}

const billingView = ({ billing, terms, price, card, standing }: SubscriptionAccess, cards: boolean, now: Date): BillingView => ({
  givesAccess: givesAccess(billing),
  until: isoOrNull(billing.until),
  next: nextStep(billing, terms)?.state ?? null,
  cancelsAtEnd: billing.cancelsAtEnd,
  graceDays: terms.graceDays,
  retentionDays: terms.retentionDays,
  price,
  card: {
    mayPay: cards && can(standing, "subscription.pay") && canBePaidByCard(billing, card),
    firstPaymentAt: isoOrNull(firstPaymentAt(billing, now)),
    mayManage: cards && can(standing, "subscription.pay") && card.account !== null && card.account.standing !== "none",
    renewsAt: card.account?.governs && card.account.renews ? isoOrNull(card.account.at) : null,
  },
});

/** Not what a card pays for already, nor what has no end. */
export const canBePaidByCard = (billing: Billing, { price, account }: SubscriptionAccess["card"]): boolean =>
  price !== null && billing.state !== "ended" && !(billing.state === "active" && billing.until === null) && (account === null || account.over || ["none", "cancelled"].includes(account.standing));

function enforcementView(change: DeviceChangeTimes): EnforcementView {
  return {
    status: change.acknowledgedAt ? "confirmed" : change.deliveredAt ? "delivered" : "pending",
    requestedAt: iso(change.requestedAt),
    committedAt: iso(change.committedAt),
    deliveredAt: isoOrNull(change.deliveredAt),
    appliedAt: isoOrNull(change.appliedAt),
    acknowledgedAt: isoOrNull(change.acknowledgedAt),
    tookMs: change.acknowledgedAt && change.acknowledgedAt.getTime() - change.requestedAt.getTime(),
  };
}

/** Who may resume it: admins, and a member their own client unless somebody else suspended it. */
export const mayLift = (standing: SubscriptionAccess["standing"], client: { ownerId: string | null; suspendedById: string | null }, actor: Actor): boolean =>
  can(standing, "client.resume", client.ownerId === actor.userId) && (standing !== "member" || client.suspendedById === actor.userId);

export function clientView(row: ClientRow, actor: Actor, standing: SubscriptionAccess["standing"], now: Date): ClientView {
  const handshakeAt = row.sighting?.latestHandshakeAt ?? null;
  const mine = row.ownerId === actor.userId;
  const live = row.state !== "revoked";
  const lately = row.sighting !== null && now.getTime() - row.sighting.observedAt.getTime() <= RATE_COUNTS_MS;
  return {
    id: row.id,
    nickname: row.nickname,
    ownerEmail: row.ownerEmail,
    mine,
    publicKey: row.publicKey,
    addressV4: row.addressV4,
    addressV6: row.addressV6,
    // Cut off by the subscription, or by its owner's membership, is cut off, and lifted with it alone.
    state: row.held && row.state === "active" ? "suspended" : row.state,
    held: live && row.held,
    heldForOwner: live && row.ownerHeld ? (row.ownerSuspended ? "directory" : "sign-in") : null,
    hasPresharedKey: row.hasPresharedKey,
    createdAt: iso(row.createdAt),
    expiresAt: isoOrNull(row.expiresAt),
    suspendedAt: isoOrNull(row.suspendedAt),
    suspendedByEmail: row.suspendedByEmail,
    revokedAt: isoOrNull(row.revokedAt),
    revokedByEmail: row.revokedByEmail,
    enforcement: enforcementView(row.change),
    device: {
      online: row.state === "active" && !row.held && handshakeAt !== null && now.getTime() - handshakeAt.getTime() <= HANDSHAKE_COUNTS_MS,
      lastHandshakeAt: isoOrNull(handshakeAt),
      receivedBytes: row.sighting?.receivedBytes ?? 0,
      sentBytes: row.sighting?.sentBytes ?? 0,
      receivedPerSecond: lately ? (row.sighting?.receivedPerSecond ?? 0) : 0,
      sentPerSecond: lately ? (row.sighting?.sentPerSecond ?? 0) : 0,
      endpoint: row.sighting?.endpoint ?? null,
    },
    gateway: presenceOf(row.gateway, now),
    keyHandover: live && row.nextKeyAt !== null ? { since: iso(row.nextKeyAt), endsAt: iso(handoverEnd(row.nextKeyAt)) } : null,
    shared: live && row.sharedDetectedAt !== null && row.sharedLastAt !== null ? { detectedAt: iso(row.sharedDetectedAt), lastAt: iso(row.sharedLastAt), networks: row.sharedNetworks } : null,
    needsNewFile: live && row.movedAt !== null && row.nextKeyAt === null,
    mayReplaceKey: live && mine && can(standing, "client.issue", true),
    mayRevoke: live && can(standing, "client.revoke", mine),
    maySuspend: live && row.suspendedAt === null && row.state !== "expired" && can(standing, "client.suspend", mine),
    mayResume: live && row.suspendedAt !== null && mayLift(standing, row, actor),
    mayShorten: live && row.state !== "expired" && can(standing, "client.suspend", mine),
    mayExtend: live && can(standing, "client.resume", mine),
  };
}
