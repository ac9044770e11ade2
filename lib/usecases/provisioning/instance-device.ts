/** What an instance's going or coming means for a gateway: one revision, with the instance and all of its peers in it. */
import { readInstanceState } from "@/lib/db/gateway-state";
import { takeRevision } from "@/lib/db/gateway-changes";
import type { LockedInstance } from "@/lib/db/instances";
import type { Tx } from "@/lib/db/client";
import { digestOf, elementsOf } from "@/lib/protocol/digest";
import type { Instance } from "@/lib/protocol/messages";

interface Times {
  /** When the request reached the portal, or the time was over. */
  requestedAt: Date;
  now: Date;
}

/**
 * The gateway is to take the instance down, and every peer of it. Call it last before the rows are written: from here on the gateway's
 * row is locked.
 *
 * @param instance locked, with its clients. @returns with it what the gateway held of the instance
 */
export async function reviseInstanceGone(tx: Tx, instance: LockedInstance, { requestedAt, now }: Times): Promise<{ revision: bigint; held: Instance }> {
  const held = await readInstanceState(tx, instance.gatewayId, instance.id);
  return { held, revision: await revise(tx, instance.gatewayId, instance.subscriptionId, held, { requestedAt, now }) };
}

/** The gateway is to set up an instance that has peers already. */
export const reviseInstanceCome = (tx: Tx, gatewayId: string, subscriptionId: string, instance: Instance, times: Times): Promise<bigint> => revise(tx, gatewayId, subscriptionId, instance, times);

const revise = (tx: Tx, gatewayId: string, subscriptionId: string, instance: Instance, { requestedAt, now }: Times): Promise<bigint> =>
  takeRevision(tx, { gatewayId, instanceId: instance.instanceId, subscriptionId, clientId: null, toggled: digestOf(elementsOf(instance)), requestedAt, committedAt: now });
