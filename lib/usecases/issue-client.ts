/** Issues a client: spends the proof, takes an address, and tells the gateway, the audit log and the owner, in one transaction. */
import type { Actor } from "@/lib/auth/actor";
import { wideningTransaction, type PresentedProof } from "@/lib/auth/step-up";
import { allowedExpiry, parseExpiry } from "@/lib/core/client-expiry";
import { PortcullisError } from "@/lib/core/errors";
import { configFileName } from "@/lib/core/file-name";
import { parsePublicKey } from "@/lib/core/keys";
import { parseNickname } from "@/lib/core/nickname";
import { parseSealedKey } from "@/lib/core/sealed-key";
import type { Tx } from "@/lib/db/client";
import { findClient, findClientByChallenge } from "@/lib/db/clients";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { toBase64 } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { addPersonsClient } from "./add-persons-client";
import { clientIssueAct } from "./client-acts";
import { clientView, endpointOf } from "./present";
import { requireAccess, requireReadyInstance, type ReadyInstance } from "./subscription-access";
import type { ClientConfiguration, IssuedClientView } from "./views";

export interface IssueClientInput {
  subscriptionId: string;
  nickname: string;
  /** Base64; made where the private key stays. */
  publicKey: string;
  /** Base64 (lib/core/sealed-key), or null to go without a preshared key. */
  sealedPresharedKey: string | null;
  /** ISO 8601; null or left out: no end, or as late as the plan allows. */
  expiresAt?: string | null;
}

/**
 * The same request sent again, because its answer was lost, gets the same answer: the proof was spent on this very key.
 *
 * @throws nickname_invalid, expiry_invalid, public_key_invalid, sealed_key_invalid, not_found, forbidden, subscription_inactive, instance_not_ready,
 *   step_up_*, plan_limit_reached, member_limit_reached, subnet_full, public_key_in_use
 */
export async function issueClient(ports: Ports, actor: Actor, input: IssueClientInput, proof: PresentedProof): Promise<IssuedClientView> {
  const nickname = parseNickname(input.nickname);
  const publicKey = parsePublicKey(input.publicKey);
  const sealedPresharedKey = input.sealedPresharedKey === null ? null : parseSealedKey(input.sealedPresharedKey);
  const expiresAt = parseExpiry(input.expiresAt ?? null);
  const prepare = async (tx: Tx, lock: boolean) => {
    const access = await requireAccess(tx, actor, input.subscriptionId, "client.issue", lock);
    const instance = requireReadyInstance(access);
    return { access, instance, act: clientIssueAct(instance.id, nickname, expiresAt) };
  };
  const answer = async ({ access, instance }: { access: SubscriptionAccess; instance: ReadyInstance }, clientId: string): Promise<IssuedClientView> => {
    const row = await findClient(ports.db.read, access.id, clientId, actor.userId);
    if (!row) throw new Error("The client that was just issued is not there.");
    return { client: clientView(row, actor, access.standing, ports.clock.now()), configuration: configurationOf(instance, row, nickname) };
  };
  try {
    const issued = await wideningTransaction(
      ports,
      actor,
      proof,
      (tx) => prepare(tx, true),
      async (tx, verified, found) => {
        const end = allowedExpiry(expiresAt, ports.clock.now(), found.access.maxClientDays);
        return { found, clientId: await addPersonsClient(ports, tx, actor, verified, { ...found, nickname, publicKey, sealedPresharedKey, expiresAt: end, prepared: null }) };
      },
    );
    return await answer(issued.found, issued.clientId);
  } catch (error) {
    if (error instanceof PortcullisError && error.code === "step_up_spent") {
      const issued = await findClientByChallenge(ports.db.read, proof.challengeId, publicKey, actor);
      if (issued && issued.subscriptionId === input.subscriptionId) return answer(await prepare(ports.db.read, false), issued.id);
    }
    throw error;
  }
}

/** All that the browser needs, besides the keys it made, to render the file. */
export function configurationOf(instance: ReadyInstance, client: { addressV4: string; addressV6: string }, nickname: string): ClientConfiguration {
  return {
    addresses: [`${client.addressV4}/32`, `${client.addressV6}/128`],
    dns: instance.dns,
    mtu: instance.mtu,
    serverPublicKey: toBase64(instance.publicKey),
    endpoint: endpointOf(instance),
    allowedIps: [instance.subnetV4, instance.subnetV6],
    persistentKeepaliveSeconds: instance.persistentKeepaliveSeconds,
    fileName: configFileName(nickname, instance.name),
  };
}
