/** Suspends a client: off the gateway until somebody resumes it, with its key and addresses kept. Takes a confirmation and no proof. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { transition } from "@/lib/core/client-state";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { markSuspended } from "@/lib/db/client-lifecycle";
import type { LockedClient } from "@/lib/db/clients";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { clientUrl, lockReachable, viewAfter, type ClientInput } from "./client-access";
import { reviseClient } from "./client-device";
import type { ClientView } from "./views";

/**
 * Suspending what is suspended changes nothing and answers the same; but who manages the subscription takes over what a member suspended
 * themselves, so that the member can't undo what the manager was told is done.
 *
 * @throws not_found, forbidden, client_final
 */
export async function suspendClient(ports: Ports, actor: Actor, input: ClientInput): Promise<ClientView> {
  const access = await ports.db.transaction(async (tx) => {
    const { access, client } = await lockReachable(tx, actor, input, "client.suspend");
    const takesOver = access.standing !== "member" && client.suspendedById === client.ownerId && actor.userId !== client.ownerId;
    const now = ports.clock.now();
    const change = await suspendLocked(tx, client, { userId: actor.userId, requestedAt: actor.requestedAt, now, takesOver });
    if (change === null) return access;
    const { revision } = change;
    const byOperator = access.standing === "operator";
    if (client.mailTo !== null) {
      const { nickname, instanceName } = client;
      await queueMail(tx, {
        id: ports.newId(),
        recipient: client.mailTo,
        now,
        content: { template: "client-suspended", nickname, instanceName, byEmail: actor.email, byOperator, at: iso(now), clientUrl: clientUrl(ports, client) },
      });
    }
    await appendAudit(tx, [
      {
        chain: access.id,
        at: now,
        action: "client.suspended",
        actor: auditActor(actor, byOperator),
        subject: { kind: "client", id: client.id },
        sourceAddress: actor.source.address,
        data: { nickname: client.nickname, publicKey: client.publicKey, requestedAt: iso(actor.requestedAt), revision: revision === null ? null : Number(revision) },
      },
    ]);
    return access;
  });
  return viewAfter(ports, actor, access, input);
}

/**
 * @param by.userId null: the portal
 * @param by.takesOver also of a client that somebody else has suspended
 * @returns null when it was suspended already; otherwise the gateway's revision, null when the client was off the device
 * @throws client_final
 */
export async function suspendLocked(tx: Tx, client: LockedClient, by: { userId: string | null; requestedAt: Date; now: Date; takesOver?: boolean }): Promise<{ revision: bigint | null } | null> {
  const condition = transition(client, "suspend");
  if (client.suspended && !by.takesOver) return null;
  // Off the device already when its time is over: nothing changes for the gateway then.
  const revision = condition.state === client.state ? null : await reviseClient(tx, client, { to: condition.state, requestedAt: by.requestedAt, now: by.now });
  await markSuspended(tx, { clientId: client.id, condition, revision }, by.userId, by.now);
  return { revision };
}
