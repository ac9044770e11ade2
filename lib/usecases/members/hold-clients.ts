/** Takes all of a member's machines off the device of one subscription, or lets them back on: one revision, the same keys and addresses, and what each client is by itself stays. */
import { mustBeOnDevice } from "@/lib/core/client-state";
import type { Tx } from "@/lib/db/client";
import { lockClientsOfOwner, type LockedClient } from "@/lib/db/clients";
import { takeRevision } from "@/lib/db/gateway-changes";
import { holdClientsOfOwner, markHeldAsOf, releaseClientsOfOwner, type OwnerWarrant } from "@/lib/db/owner-holds";
import { xor } from "@/lib/protocol/digest";
import { digestOfClients } from "@/lib/usecases/client-device";

interface Times {
  /** When it was asked for, or its time had come. */
  requestedAt: Date;
  now: Date;
}

export interface HeldClients {
  /** Those that left the device, or came onto it. */
  clients: LockedClient[];
  /** null: none did. */
  revision: bigint | null;
}

/** For a subscription whose row is locked. Doing it twice changes nothing. */
export const holdMember = (tx: Tx, member: { subscriptionId: string; userId: string }, times: Times): Promise<HeldClients> =>
  change(tx, member, () => holdClientsOfOwner(tx, member.subscriptionId, member.userId), times);

/** For a subscription whose row is locked. Doing it twice changes nothing. */
export const releaseMember = (tx: Tx, warrant: OwnerWarrant, times: Times): Promise<HeldClients> => change(tx, warrant, () => releaseClientsOfOwner(tx, warrant), times);

async function change(tx: Tx, { subscriptionId, userId }: { subscriptionId: string; userId: string }, set: () => Promise<void>, { requestedAt, now }: Times): Promise<HeldClients> {
  const before = await lockClientsOfOwner(tx, userId, subscriptionId);
  await set();
  const after = await lockClientsOfOwner(tx, userId, subscriptionId);
  const was = new Map(before.map((client) => [client.id, onDevice(client)]));
  const clients = after.filter((client) => onDevice(client) !== was.get(client.id));
  const [first] = clients;
  if (!first) return { clients, revision: null };
  const revision = await takeRevision(tx, {
    gatewayId: first.gatewayId,
    instanceId: first.instanceId,
    subscriptionId,
    // Of one client the gateway gets what changed; of several, all of the instance.
    clientId: clients.length === 1 ? first.id : null,
    toggled: xor(digestOfClients(before), digestOfClients(after)),
    requestedAt,
    committedAt: now,
  });
  await markHeldAsOf(
    tx,
    clients.map(({ id }) => id),
    revision,
  );
  return { clients, revision };
}

const onDevice = ({ state, held }: LockedClient): boolean => mustBeOnDevice(state, held);
