/** The list of peers that a host without an agent fetches for one instance, as `wg syncconf` reads it. Nothing here is ever confirmed. */
import type { Ports } from "@/lib/ports";
import { notePresence, notifySubscriptions } from "@/lib/db/gateway-changes";
import { fetchPeerList, type ListedInstance } from "@/lib/db/peer-lists";
import { iso } from "@/lib/db/values";

/**
 * Peers alone: the host puts its own [Interface] section, with the private key that never left it, in front. The last line is always
 * the same, so that the host can tell a whole list from one that broke off.
 */
export async function peerListOf(ports: Ports, instance: ListedInstance): Promise<string> {
  const { db } = ports;
  const now = ports.clock.now();
  const { revision, peers, delivered } = await fetchPeerList(db, instance, now);
  await notePresence(db.read, instance.gatewayId, { now });
  await notifySubscriptions(db.read, delivered.map(({ clientId }) => ({ subscriptionId: instance.subscriptionId, clientId })));
  return [
    `# Instance ${instance.id}, revision ${revision}, ${iso(now)}`,
    ...peers.flatMap(({ publicKey, addressV4, addressV6 }) => ["", "[Peer]", `PublicKey = ${publicKey}`, `AllowedIPs = ${addressV4}/32, ${addressV6}/128`]),
    "",
    LAST_LINE,
    "",
  ].join("\n");
}

export const LAST_LINE = "# End of the list";
