/** What a provider answered, added to the account that asked for it. An equal address never links by itself (T14). */
import { PortcullisError } from "@/lib/core/errors";
import { findIdentity } from "@/lib/db/accounts";
import { appendAudit } from "@/lib/db/audit";
import { insertIdentity, spendLinkIntent } from "@/lib/db/links";
import type { Ports } from "@/lib/ports";
import type { ProviderSettings } from "@/lib/provider-settings";
import { auditActor, type Actor } from "./actor";
import { tellOwner } from "./notices";
import { claimedAddress, type ProviderClaims } from "./sign-in";
import { tokenHashOf } from "./tokens";

/** @throws bad_request when the settings know no such provider */
export function requireProvider(ports: Ports, id: string): ProviderSettings {
  const found = ports.config.providers.find((provider) => provider.id === id);
  if (!found) throw new PortcullisError("bad_request", "There is no such sign-in provider.", { field: "provider" });
  return found;
}

const expired = () => new PortcullisError("attempt_over", "Adding this sign-in took too long, or was begun in another session. Start again.");

/**
 * Adds what the provider answered. The account's address stays as it is, whatever the provider's is.
 *
 * @throws attempt_over; identity_taken when the provider's account signs in to another account
 */
export async function finishIdentityLink(ports: Ports, actor: Actor, link: { linkToken: string; provider: string; claims: ProviderClaims }): Promise<void> {
  const { claims } = link;
  const { id: providerId, name } = requireProvider(ports, link.provider);
  const taken = () => new PortcullisError("identity_taken", `That account at ${name} signs in to another account here. Remove it there first.`);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const intent = await spendLinkIntent(tx, { tokenHash: tokenHashOf(link.linkToken), userId: actor.userId, sessionId: actor.sessionId, providerId, now });
    if (!intent) throw expired();
    const known = await findIdentity(tx, claims.issuer, claims.subject);
    // Linked before: nothing to add, and nothing wrong.
    if (known?.userId === actor.userId) return;
    if (known) throw taken();
    const email = claimedAddress(claims);
    const id = ports.newId();
    if (!(await insertIdentity(tx, intent, { id, provider: claims.issuer, subject: claims.subject, email, now }))) throw taken();
    await tellOwner(ports, tx, actor, { template: "identity-linked", provider: name, identity: email ?? claims.name ?? claims.subject }, actor.source);
    await appendAudit(tx, [
      { chain: actor.userId, at: now, action: "identity.linked", actor: auditActor(actor), subject: { kind: "identity", id }, sourceAddress: actor.source.address, data: { provider: claims.issuer, email } },
    ]);
  });
}
