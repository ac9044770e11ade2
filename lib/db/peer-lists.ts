/** Lists of peers that hosts without an agent fetch: who may fetch one, what is on it, and when that was. */
import type { PublicKey } from "@/lib/core/keys";
import type { Database, Tx } from "./client";
import { publicKeyText } from "./keys";

export interface ListedInstance {
  id: string;
  name: string;
  subscriptionId: string;
  gatewayId: string;
}

/** @returns null when there is no such instance, or its gateway has an agent */
export async function findAgentlessInstance(tx: Tx, instanceId: string): Promise<ListedInstance | null> {
  return tx.instance.findFirst({
    where: { id: instanceId, status: { not: "deprovisioned" }, gateway: { agentless: true } },
    select: { id: true, name: true, subscriptionId: true, gatewayId: true },
  });
}

/** From now on this credential fetches the instance's list, and no other one does. @returns whether it had one before */
export async function setListCredential(tx: Tx, instanceId: string, credentialHash: Uint8Array<ArrayBuffer>, now: Date): Promise<boolean> {
  const { count } = await tx.peerList.updateMany({ where: { instanceId }, data: { credentialHash, createdAt: now } });
  if (count === 0) await tx.peerList.create({ data: { instanceId, credentialHash, createdAt: now } });
  return count > 0;
}

/** Also of one that was taken down: its host fetches an empty list, and takes everybody off. @param hash SHA-256 of the credential */
export async function findInstanceByListCredential(tx: Tx, hash: Uint8Array<ArrayBuffer>): Promise<ListedInstance | null> {
  const list = await tx.peerList.findUnique({ where: { credentialHash: hash }, select: { instance: { select: { id: true, name: true, subscriptionId: true, gatewayId: true } } } });
  return list?.instance ?? null;
}

export interface ListedPeer {
  publicKey: PublicKey;
  addressV4: string;
  addressV6: string;
}

/** What the instance must hold, as of one instant: clients that are active and whose time isn't over. Notes that it was fetched. */
export async function fetchPeerList(db: Database, instance: ListedInstance, now: Date): Promise<{ revision: number; peers: ListedPeer[]; delivered: { clientId: string | null }[] }> {
  return db.transaction(
    async (tx) => {
      const [gateway] = await tx.$queryRaw<{ revision: bigint }[]>`SELECT revision FROM gateways WHERE id = ${instance.gatewayId}::uuid`;
      if (!gateway) throw new Error("The gateway is gone.");
      const rows = await tx.$queryRaw<{ public_key: Uint8Array; address_v4: string; address_v6: string }[]>`
        SELECT public_key, host(address_v4) AS address_v4, host(address_v6) AS address_v6 FROM access_clients
        WHERE instance_id = ${instance.id}::uuid AND state = 'active' AND NOT held AND (expires_at IS NULL OR expires_at > ${now}) ORDER BY host_index`;
      const delivered = await tx.$queryRaw<{ clientId: string | null }[]>`
        UPDATE gateway_changes SET delivered_at = GREATEST(${now}, committed_at)
        WHERE gateway_id = ${instance.gatewayId}::uuid AND instance_id = ${instance.id}::uuid AND revision <= ${gateway.revision} AND delivered_at IS NULL AND acknowledged_at IS NULL
        RETURNING client_id AS "clientId"`;
      await tx.$executeRaw`
        UPDATE peer_lists SET fetched_at = GREATEST(fetched_at, ${now}), fetched_revision = GREATEST(fetched_revision, ${gateway.revision}) WHERE instance_id = ${instance.id}::uuid`;
      const peers = rows.map((row) => ({ publicKey: publicKeyText(row.public_key), addressV4: row.address_v4, addressV6: row.address_v6 }));
      return { revision: Number(gateway.revision), peers, delivered };
    },
    { snapshot: true },
  );
}
