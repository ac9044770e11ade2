/** A member's clients in one subscription: off the device while the membership gives no access, each with its state as it is. */
import type { Tx } from "./client";
import type { SignInWarrant } from "./sign-in-again";

/** What lets them back on. */
export type OwnerWarrant = SignInWarrant;

/** Follow it with `markHeldAsOf`, once the gateway's revision is known. */
export const holdClientsOfOwner = (tx: Tx, subscriptionId: string, userId: string): Promise<void> => setHeld(tx, subscriptionId, userId, true);

/** Each is as its own state, and its subscription's billing, say again. Follow it with `markHeldAsOf`. */
export const releaseClientsOfOwner = (tx: Tx, { subscriptionId, userId }: OwnerWarrant): Promise<void> => setHeld(tx, subscriptionId, userId, false);

async function setHeld(tx: Tx, subscriptionId: string, userId: string, on: boolean): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET owner_held = ${on} WHERE subscription_id = ${subscriptionId}::uuid AND owner_id = ${userId}::uuid AND state <> 'revoked' AND owner_held <> ${on}`;
}

/** These came onto the device, or left it, as of this revision. */
export async function markHeldAsOf(tx: Tx, clientIds: string[], revision: bigint): Promise<void> {
  await tx.$executeRaw`UPDATE access_clients SET revision = ${revision} WHERE id = ANY(${clientIds}::uuid[])`;
}
