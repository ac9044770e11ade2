/**
 * What a person's client and a system have in common: a peer of an instance. It gets an address and a revision of the gateway, and gives
 * both back when it is cut. Whoever calls these writes the row, the event and the mail.
 */
import { transition } from "@/lib/core/client-state";
import { PortcullisError } from "@/lib/core/errors";
import type { PublicKey } from "@/lib/core/keys";
import { addressAt, clientCapacity } from "@/lib/core/subnet";
import { allocateAddress, releaseAddress } from "@/lib/db/addresses";
import type { Tx } from "@/lib/db/client";
import { countClientsOfOwner, countLiveSystems, markRevoked, type LockedClient } from "@/lib/db/clients";
import { takeRevision } from "@/lib/db/gateway-changes";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso, toBase64 } from "@/lib/db/values";
import { elementHash } from "@/lib/protocol/digest";
import { reviseClient } from "./client-device";
import type { ReadyInstance } from "./subscription-access";

export interface NewPeer {
  access: Pick<SubscriptionAccess, "id" | "name" | "planName" | "maxClients" | "maxSystems" | "limits">;
  instance: ReadyInstance;
  clientId: string;
  publicKey: PublicKey;
  hasPresharedKey: boolean;
  /** null: it is a system's. */
  ownerId: string | null;
  requestedAt: Date;
  now: Date;
}

/**
 * The next free address, and the gateway's revision that puts the peer on its device. Call it last before the row is written: from here
 * on the instance's and the gateway's rows are locked.
 *
 * @throws public_key_invalid, plan_limit_reached, member_limit_reached, subnet_full
 */
export async function takePeer(tx: Tx, peer: NewPeer): Promise<{ hostIndex: number; address: { v4: string; v6: string }; revision: bigint }> {
  const { access, instance, clientId, publicKey, hasPresharedKey, requestedAt, now } = peer;
  requireOtherKey(instance, publicKey);
  const hostIndex = await takeAddress(tx, peer);
  const address = addressAt(instance.subnetV4, instance.subnetV6, hostIndex);
  const revision = await takeRevision(tx, {
    gatewayId: instance.gateway.id,
    instanceId: instance.id,
    subscriptionId: access.id,
    clientId,
    toggled: elementHash({ kind: "peer", instanceId: instance.id, publicKey, allowedIps: [`${address.v4}/32`, `${address.v6}/128`], hasPresharedKey }),
    requestedAt,
    committedAt: now,
  });
  return { hostIndex, address, revision };
}

/**
 * WireGuard silently leaves out a peer that has the interface's own key: the device could never hold what the portal says, and no
 * revocation on that gateway, whoever's, would be confirmed again.
 *
 * @throws public_key_invalid
 */
export function requireOtherKey(instance: ReadyInstance, publicKey: PublicKey): void {
  if (publicKey !== toBase64(instance.publicKey)) return;
  throw new PortcullisError("public_key_invalid", "That is the instance's own public key. Paste the one of the machine that is to reach it.", { field: "publicKey" });
}

export const keyInUse = (): PortcullisError =>
  new PortcullisError("public_key_in_use", "This public key was used before, and a key is for one machine. Make a new key pair.", { field: "publicKey" });

async function takeAddress(tx: Tx, { access, instance, ownerId, now }: NewPeer): Promise<number> {
  const allocation = await allocateAddress(tx, instance.id, clientCapacity(instance.subnetV4), now);
  const of = ownerId === null ? "system" : "person";
  const most = of === "system" ? access.maxSystems : access.maxClients;
  if (most !== null) {
    // After the allocation: it holds the instance's row, so that the count can't move.
    const systems = await countLiveSystems(tx, instance.id);
    requireRoom(access, of, of === "system" ? systems : allocation.liveClients - systems);
  }
  if (ownerId !== null && access.limits.clientsPerMember !== null) requireMemberRoom(access, await countClientsOfOwner(tx, access.id, ownerId));
  if ("hostIndex" in allocation) return allocation.hostIndex;
  const { inUse, capacity, resting, nextFreeAt } = allocation;
  const restingText = resting > 0 && nextFreeAt ? ` ${resting} released ${resting === 1 ? "address rests" : "addresses rest"} for a day; the next is free at ${iso(nextFreeAt)}.` : "";
  throw new PortcullisError("subnet_full", `This subnet is full (${inUse} of ${capacity} in use). Revoke a client that isn't needed, or ask for a larger subnet.${restingText}`);
}

/** @throws plan_limit_reached */
export function requireRoom(access: Pick<SubscriptionAccess, "planName" | "maxClients" | "maxSystems">, of: "person" | "system", used: number): void {
  const most = of === "system" ? access.maxSystems : access.maxClients;
  if (most === null || used < most) return;
  const [what, take] = of === "system" ? ["system", "Remove"] : ["client", "Revoke"];
  throw new PortcullisError(
    "plan_limit_reached",
    `Your plan, ${access.planName}, allows ${most} ${most === 1 ? what : `${what}s`}, and ${used} ${used === 1 ? "is" : "are"} in use. ${take} one that isn't needed, or change the plan.`,
  );
}

/** @throws member_limit_reached */
export function requireMemberRoom(access: Pick<SubscriptionAccess, "name" | "limits">, used: number): void {
  const most = access.limits.clientsPerMember;
  if (most === null || used < most) return;
  throw new PortcullisError("member_limit_reached", `${access.name} allows each member ${most} ${most === 1 ? "client" : "clients"}, and you have ${used}. Revoke one that you don't need, or ask the owner or an admin for more.`);
}

/** Off the gateway for good, its address given back. @param client locked, and not revoked @returns the gateway's revision that takes it off */
export async function cutPeer(tx: Tx, client: LockedClient, by: { userId: string; requestedAt: Date; now: Date }): Promise<bigint> {
  await releaseAddress(tx, client.instanceId, client.hostIndex, by.now);
  const { state } = transition(client, "revoke");
  const revision = await reviseClient(tx, client, { to: state, requestedAt: by.requestedAt, now: by.now });
  await markRevoked(tx, client.id, revision, by.userId, by.now);
  return revision;
}
