/** A member's clients in one subscription: off the device while the membership gives no access, each with its state as it is. */
import type { Tx } from "./client";
import type { DirectoryWarrant } from "./directory";
import { Prisma } from "./generated/client";
import type { SignInWarrant } from "./sign-in-again";

/** What lets them back on: they signed in again, or the company's directory turned them on. */
export type OwnerWarrant = SignInWarrant | DirectoryWarrant;

/** Of a client `c` and its owner `o`: an address, unless the directory turned the owner off here. What becomes of a client is no business of theirs then. */
export const MAIL_TO = Prisma.sql`
  CASE WHEN NOT EXISTS (SELECT FROM memberships off WHERE off.subscription_id = c.subscription_id AND off.user_id = c.owner_id AND off.deactivated_at IS NOT NULL) THEN o.email END`;

/** Follow it with `markHeldAsOf`, once the gateway's revision is known. */
export async function holdClientsOfOwner(tx: Tx, subscriptionId: string, userId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients SET owner_held = true WHERE subscription_id = ${subscriptionId}::uuid AND owner_id = ${userId}::uuid AND state <> 'revoked' AND NOT owner_held`;
}

/** Each is as its own state, and its subscription's billing, say again; unless the membership has the other reason still. Follow it with `markHeldAsOf`. */
export async function releaseClientsOfOwner(tx: Tx, { subscriptionId, userId }: OwnerWarrant): Promise<void> {
  await tx.$executeRaw`
    UPDATE access_clients c SET owner_held = false FROM memberships m
    WHERE c.subscription_id = ${subscriptionId}::uuid AND c.owner_id = ${userId}::uuid AND c.state <> 'revoked' AND c.owner_held
      AND m.subscription_id = c.subscription_id AND m.user_id = c.owner_id AND m.lapsed_at IS NULL AND m.deactivated_at IS NULL`;
}

/** These came onto the device, or left it, as of this revision. */
export async function markHeldAsOf(tx: Tx, clientIds: string[], revision: bigint): Promise<void> {
  await tx.$executeRaw`UPDATE access_clients SET revision = ${revision} WHERE id = ANY(${clientIds}::uuid[])`;
}
