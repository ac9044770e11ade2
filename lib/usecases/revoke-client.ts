/** Revokes a client: final, in one transaction with the gateway's revision. It is finished when the gateway confirms it. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { appendAudit } from "@/lib/db/audit";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { clientUrl, lockReachable, viewAfter, type ClientInput } from "./client-access";
import { cutPeer } from "./peer";
import type { ClientView } from "./views";

/** Revoking what is revoked changes nothing and answers the same. @throws not_found, forbidden */
export async function revokeClient(ports: Ports, actor: Actor, input: ClientInput): Promise<ClientView> {
  const access = await ports.db.transaction(async (tx) => {
    const { access, client } = await lockReachable(tx, actor, input, "client.revoke");
    if (client.state === "revoked") return access;
    const now = ports.clock.now();
    const revision = await cutPeer(tx, client, { userId: actor.userId, requestedAt: actor.requestedAt, now });
    if (client.mailTo !== null) {
      await queueMail(tx, {
        id: ports.newId(),
        recipient: client.mailTo,
        now,
        content: {
          template: "client-revoked",
          nickname: client.nickname,
          instanceName: client.instanceName,
          byEmail: actor.email,
          byOperator: access.standing === "operator",
          at: iso(now),
          clientUrl: clientUrl(ports, client),
        },
      });
    }
    await appendAudit(tx, [
      {
        chain: access.id,
        at: now,
        action: "client.revoked",
        actor: auditActor(actor, access.standing === "operator"),
        subject: { kind: "client", id: client.id },
        sourceAddress: actor.source.address,
        data: { nickname: client.nickname, publicKey: client.publicKey, requestedAt: iso(actor.requestedAt), revision: Number(revision) },
      },
    ]);
    return access;
  });
  return viewAfter(ports, actor, access, input);
}
