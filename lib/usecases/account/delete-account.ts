import { auditActor, type Actor } from "@/lib/auth/actor";
import { wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { PortcullisError } from "@/lib/core/errors";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { queueMail } from "@/lib/db/outbox";
import { deleteUser, listSoleOwned, lockOwnSubscriptions } from "@/lib/db/users";
import { iso } from "@/lib/db/values";
import { releaseWarranties } from "@/lib/db/warranties";
import type { Ports } from "@/lib/ports";
import { endWhatTheyBegan } from "@/lib/usecases/members/end-begun";
import { ACCOUNT_ACTS } from "@/lib/usecases/step-up/account-acts";
import { revokeAllClients } from "./revoke-all-clients";

/**
 * Deletes the actor's account: its clients are revoked, its sessions and ways to sign in are gone, its address is free. What was done
 * stays in the logs, under the address it was done with.
 *
 * @throws sole_owner naming the subscriptions that would be left without an owner, step_up_*
 */
export async function deleteAccount(ports: Ports, actor: Actor, proof: PresentedProof): Promise<void> {
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const subscriptions = await lockOwnSubscriptions(tx, actor.userId);
      await requireOtherOwners(tx, actor);
      return { act: ACCOUNT_ACTS["account.delete"](actor, {}), subscriptions };
    },
    async (tx, verified, { subscriptions }) => {
      const now = ports.clock.now();
      // In the order of locks: before the gateways' rows.
      await endWhatTheyBegan(tx, actor.userId, null, now);
      const revoked = await revokeAllClients(ports, tx, actor);
      await releaseWarranties(tx, actor.userId, now);
      await deleteUser(tx, verified, actor.userId, now);
      const { browser, address } = actor.source;
      await queueMail(tx, {
        id: ports.newId(),
        recipient: actor.email,
        now,
        content: { template: "account-deleted", clients: revoked.length, browser, sourceAddress: address ?? "unknown", at: iso(now) },
      });
      const event = { at: now, actor: auditActor(actor), subject: { kind: "user", id: actor.userId }, sourceAddress: address };
      await appendAudit(tx, [
        ...revoked,
        ...subscriptions.map((chain): NewAuditEvent => ({ ...event, chain, action: "member.left", data: { email: actor.email } })),
        { ...event, chain: actor.userId, action: "account.deleted", data: { clients: revoked.length } },
      ]);
    },
  );
}

/** @throws sole_owner */
async function requireOtherOwners(tx: Tx, actor: Actor): Promise<void> {
  const alone = await listSoleOwned(tx, actor.userId);
  if (alone.length === 0) return;
  const names = alone.map(({ name }) => `“${name}”`).join(", ");
  throw new PortcullisError("sole_owner", `You are the only owner of ${names}. Hand ${alone.length === 1 ? "it" : "them"} over on the members page, or close ${alone.length === 1 ? "it" : "them"}, first.`);
}
