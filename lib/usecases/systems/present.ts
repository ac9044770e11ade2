/** From rows to what people and systems are shown. */
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/core/policy";
import { POLL_AFTER_SECONDS, systemState } from "@/lib/core/system";
import { listSystemPeers, type ClientRow } from "@/lib/db/clients";
import type { Tx } from "@/lib/db/client";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import type { SystemRow } from "@/lib/db/systems";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { configurationOf } from "@/lib/usecases/issue-client";
import { clientView } from "@/lib/usecases/present";
import type { ReadyInstance } from "@/lib/usecases/subscription-access";
import type { JoinView, SystemConfiguration, SystemView } from "@/lib/usecases/system-views";

/** Rows with their peers. */
export async function systemViews(ports: Pick<Ports, "clock">, tx: Tx, actor: Actor, access: Pick<SubscriptionAccess, "id" | "standing">, rows: SystemRow[]): Promise<SystemView[]> {
  const peers = await listSystemPeers(tx, access.id, rows.map(({ id }) => id));
  const now = ports.clock.now();
  return rows.map((row) => systemView(row, peers.find(({ systemId }) => systemId === row.id) ?? null, actor, access, now));
}

function systemView(row: SystemRow, peer: ClientRow | null, actor: Actor, { standing }: Pick<SubscriptionAccess, "standing">, now: Date): SystemView {
  const state = systemState({ ...row, client: peer?.state ?? null }, now);
  const live = state === "approved" || state === "suspended";
  return {
    id: row.id,
    name: nameOf(row),
    hostName: row.hostName,
    serial: row.serial,
    version: row.version,
    publicKey: row.publicKey,
    askedFrom: row.askedFrom,
    askedAt: iso(row.askedAt),
    expiresAt: iso(row.expiresAt),
    state,
    client: peer && clientView(peer, actor, standing, now),
    may: {
      approve: state === "pending" && can(standing, "system.approve"),
      refuse: state === "pending" && can(standing, "system.remove"),
      rename: live && can(standing, "system.approve"),
      remove: live && can(standing, "system.remove"),
    },
  };
}

export const nameOf = (row: Pick<SystemRow, "nickname" | "hostName">): string => row.nickname ?? row.hostName;

/** @param instance null where it isn't ready: there is nothing to connect to yet, or any more */
export function joinView(row: SystemRow, peer: ClientRow | null, instance: ReadyInstance | null, now: Date): JoinView {
  const state = systemState({ ...row, client: peer?.state ?? null }, now);
  return {
    id: row.id,
    name: nameOf(row),
    state,
    expiresAt: iso(row.expiresAt),
    pollAfterSeconds: POLL_AFTER_SECONDS,
    configuration: state === "approved" && peer && instance ? configurationFor(instance, peer) : null,
  };
}

function configurationFor(instance: ReadyInstance, peer: ClientRow): SystemConfiguration {
  const { fileName: _forPeople, ...configuration } = configurationOf(instance, peer, peer.nickname);
  return configuration;
}

export const systemUrl = (ports: Pick<Ports, "config">, system: Pick<SystemRow, "id" | "subscriptionId">): string => new URL(`/subscriptions/${system.subscriptionId}/systems/${system.id}`, ports.config.url).href;
