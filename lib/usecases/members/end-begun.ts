import type { Tx } from "@/lib/db/client";
import { endEnrolmentsOf } from "@/lib/db/enrolments";
import { endInvitationsBy } from "@/lib/db/invitations";
import { endOwnershipOffersOf } from "@/lib/db/ownership";

/**
 * What somebody had begun for others, or was offered, ends with their part in a subscription: invitations, prepared clients, an offer to hand it
 * over. Whoever removes, demotes or turns off calls it.
 *
 * @param subscriptionId null: wherever it was, for an account that is turned off or deleted
 */
export async function endWhatTheyBegan(tx: Tx, userId: string, subscriptionId: string | null, now: Date): Promise<void> {
  await endInvitationsBy(tx, userId, subscriptionId, now);
  await endEnrolmentsOf(tx, userId, subscriptionId, now);
  await endOwnershipOffersOf(tx, userId, subscriptionId, now);
}
