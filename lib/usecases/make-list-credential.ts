/** Makes the credential with which a host without an agent fetches one instance's list of peers. For the operator's command line. */
import { PORTAL_ACTOR } from "@/lib/auth/actor";
import { newToken, tokenHashOf } from "@/lib/auth/tokens";
import { PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { appendAudit } from "@/lib/db/audit";
import { findAgentlessInstance, setListCredential } from "@/lib/db/peer-lists";
import type { StorePorts } from "@/lib/ports";

/**
 * The one that the instance had stops working at once.
 *
 * @returns shown once; only its hash is kept. @throws bad_request when there is no such instance, or its gateway has an agent
 */
export async function makeListCredential(ports: StorePorts, instanceId: string): Promise<{ credential: string }> {
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const instance = isId(instanceId) ? await findAgentlessInstance(tx, instanceId) : null;
    if (!instance) throw new PortcullisError("bad_request", "There is no such instance, or its gateway has an agent, which needs no list.", { field: "instance" });
    const credential = `pcl_${newToken(ports)}`;
    const replaced = await setListCredential(tx, instance.id, tokenHashOf(credential), now);
    await appendAudit(tx, [
      {
        chain: instance.subscriptionId,
        at: now,
        action: "instance.list_credential",
        actor: PORTAL_ACTOR,
        subject: { kind: "instance", id: instance.id },
        sourceAddress: null,
        data: { name: instance.name, replaced },
      },
    ]);
    return { credential };
  });
}
