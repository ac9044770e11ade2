/** Mails that tell a person what changed about the ways into their account, so that they notice when it wasn't them. */
import type { Tx } from "@/lib/db/client";
import type { AccountOwner } from "@/lib/db/factors";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import type { Notice } from "@/lib/mail/messages";
import type { Ports } from "@/lib/ports";
import { makeEndSessionsLink } from "./account-links";
import type { RequestSource } from "./actor";

/**
 * Queues the mail in the transaction of the change, with a link that ends every session.
 *
 * @param source null when it isn't known
 */
export async function tellOwner(ports: Ports, tx: Tx, owner: AccountOwner, notice: Notice, source: RequestSource | null): Promise<void> {
  // Without a proved address there is nowhere to write to.
  if (owner.email === null) return;
  const now = ports.clock.now();
  await queueMail(tx, {
    id: ports.newId(),
    recipient: owner.email,
    now,
    content: {
      ...notice,
      browser: source?.browser ?? "an unknown browser",
      sourceAddress: source?.address ?? "unknown",
      at: iso(now),
      securityUrl: new URL("/security", ports.config.url).href,
      endSessionsLink: await makeEndSessionsLink(ports, tx, owner.userId),
    },
  });
}
