/**
 * Replaces a client's key in place: same client, same addresses. The new key waits on the device beside the old one, which works until
 * the new one's first handshake, or for a day at most.
 */
import { auditActor, PORTAL_ACTOR, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type PresentedProof, type SpentProof } from "@/lib/auth/step-up";
import { KEY_HANDOVER_MS } from "@/lib/core/client-keys";
import { mustBeOnDevice, requireNotFinal } from "@/lib/core/client-state";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { parsePublicKey, type PublicKey } from "@/lib/core/keys";
import { parseSealedKey, type SealedKey } from "@/lib/core/sealed-key";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { findWaitingKeys, handInKey, isHandedIn, lockNextHandover, promoteKey } from "@/lib/db/client-key-rows";
import { findClient, lockClient, type LockedClient } from "@/lib/db/clients";
import type { GatewayIdentity } from "@/lib/db/gateways";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso, isoOrNull, toBase64 } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import type { PeerReport } from "@/lib/protocol/messages";
import { clientUrl, lockReachable, type ClientInput } from "./client-access";
import { clientRekeyAct } from "./client-acts";
import { reviseClient } from "./client-device";
import { configurationOf } from "./issue-client";
import { clientView } from "./present";
import { stepUpView } from "./step-up/present-challenge";
import { requireOpenable, requireReadyInstance, sealToOf, type ReadyInstance } from "./subscription-access";
import type { ClientChallengeView, IssuedClientView } from "./views";

export interface ReplaceKeyInput extends ClientInput {
  /** Base64; made where the private key stays. */
  publicKey: string;
  /** Base64 (lib/core/sealed-key), or null to go without a preshared key. */
  sealedPresharedKey: string | null;
}

async function lockRekeyable(tx: Tx, actor: Actor, input: ClientInput) {
  const { access, client } = await lockReachable(tx, actor, input, "client.issue");
  // Its new key is made by whose machine it is.
  if (client.ownerId !== actor.userId) throw notFound();
  requireNotFinal(client.state);
  return { access, client, instance: requireReadyInstance(access), act: clientRekeyAct(client.id) };
}

/** @throws not_found, also for a colleague's client; forbidden, client_final, subscription_inactive, instance_not_ready, step_up_too_many */
export async function requestKeyReplacement(ports: Ports, actor: Actor, input: ClientInput): Promise<ClientChallengeView> {
  return ports.db.transaction(async (tx) => {
    const { access, client, instance, act } = await lockRekeyable(tx, actor, input);
    const text = {
      act: `replace the key of “${client.nickname}” on ${client.instanceName}`,
      details: [
        { label: "Client", value: client.nickname },
        { label: "Instance", value: `${client.instanceName} (${access.name})` },
        { label: "The old key", value: instance.gateway.agentless ? "works until its host fetches its clients again" : "works until the new one connects, for a day at most" },
      ],
    };
    return { ...stepUpView(await requestProof(ports, tx, actor, act, actor.email, text)), sealTo: sealToOf(instance) };
  });
}

/**
 * The same request sent again, because its answer was lost, gets the same answer.
 *
 * @throws public_key_invalid, public_key_in_use, sealed_key_invalid, what requestKeyReplacement throws, and step_up_*
 */
export async function replaceKey(ports: Ports, actor: Actor, input: ReplaceKeyInput, proof: PresentedProof): Promise<IssuedClientView> {
  const publicKey = parsePublicKey(input.publicKey);
  const sealedPresharedKey = input.sealedPresharedKey === null ? null : parseSealedKey(input.sealedPresharedKey);
  const answer = async ({ access, instance }: { access: SubscriptionAccess; instance: ReadyInstance }): Promise<IssuedClientView> => {
    const row = await findClient(ports.db.read, access.id, input.clientId, actor.userId);
    if (!row) throw notFound();
    return { client: clientView(row, actor, access.standing, ports.clock.now()), configuration: configurationOf(instance, row, row.nickname) };
  };
  try {
    const found = await wideningTransaction(
      ports,
      actor,
      proof,
      (tx) => lockRekeyable(tx, actor, input),
      async (tx, verified, prepared) => {
        await handIn(ports, tx, actor, verified, { ...prepared, publicKey, sealedPresharedKey });
        return prepared;
      },
    );
    return await answer(found);
  } catch (error) {
    if (error instanceof PortcullisError && error.code === "step_up_spent" && (await isHandedIn(ports.db.read, actor, input.clientId, proof.challengeId, publicKey))) {
      return answer(await ports.db.transaction((tx) => lockRekeyable(tx, actor, input)));
    }
    throw error;
  }
}

interface HandIn {
  access: SubscriptionAccess;
  client: LockedClient;
  instance: ReadyInstance;
  publicKey: PublicKey;
  sealedPresharedKey: SealedKey | null;
}

async function handIn(ports: Ports, tx: Tx, actor: Actor, proof: SpentProof<"client.rekey">, what: HandIn): Promise<void> {
  const { access, client, instance, publicKey, sealedPresharedKey } = what;
  const now = ports.clock.now();
  // WireGuard leaves out a peer that has the interface's own key (see issue-client).
  if (publicKey === toBase64(instance.publicKey)) {
    throw new PortcullisError("public_key_invalid", "That is the instance's own public key. Paste the one of the machine that is to reach it.", { field: "publicKey" });
  }
  requireOpenable(instance, sealedPresharedKey);
  const key = { publicKey, hasPresharedKey: sealedPresharedKey !== null };
  const onDevice = mustBeOnDevice(client.state);
  // Without an agent nobody would see the new key's first handshake: it takes over at once.
  const waits = onDevice && !instance.gateway.agentless;
  const keys = waits ? { ...client, next: { ...key, since: now } } : { ...key, next: null };
  const revision = onDevice ? await reviseClient(tx, client, { to: client.state, keys, requestedAt: actor.requestedAt, now }) : null;
  if (!(await handInKey(tx, proof, { clientId: client.id, publicKey, sealedPresharedKey, revision }, waits ? now : null))) {
    throw new PortcullisError("public_key_in_use", "This public key was used before, and a key is for one machine. Make a new key pair.", { field: "publicKey" });
  }
  const { nickname, instanceName } = client;
  await queueMail(tx, {
    id: ports.newId(),
    recipient: actor.email,
    now,
    content: {
      template: "client-rekeyed",
      nickname,
      instanceName,
      byEmail: actor.email,
      browser: actor.source.browser,
      sourceAddress: actor.source.address ?? "unknown",
      handoverEndsAt: waits ? iso(new Date(now.getTime() + KEY_HANDOVER_MS)) : null,
      at: iso(now),
      clientUrl: clientUrl(ports, client),
    },
  });
  await appendAudit(tx, [
    {
      chain: access.id,
      at: now,
      action: "client.rekeyed",
      actor: auditActor(actor),
      subject: { kind: "client", id: client.id },
      sourceAddress: actor.source.address,
      data: { nickname, before: client.publicKey, publicKey, waits, revision: revision === null ? null : Number(revision), proof: FACTOR_WORDS[proof.factor] },
    },
  ]);
}

/** A gateway saw waiting keys shake hands: each takes over, and the old one is cut. */
export async function promoteSeenKeys(ports: Ports, tx: Tx, gateway: GatewayIdentity, peers: PeerReport[]): Promise<void> {
  const seen = peers.filter(({ latestHandshakeSecondsAgo }) => latestHandshakeSecondsAgo !== null).map(({ publicKey }) => publicKey);
  const locked: LockedClient[] = [];
  for (const { id, subscriptionId } of await findWaitingKeys(tx, gateway.id, seen)) {
    const client = await lockClient(tx, subscriptionId, id);
    if (client) locked.push(client);
  }
  // All clients before the gateway, and the audit log last: the lock order of docs/architecture.md.
  const events: NewAuditEvent[] = [];
  for (const client of locked) {
    if (client.next && seen.includes(client.next.publicKey)) events.push(await takeOver(ports, tx, client, client.next, "the new key connected"));
  }
  await appendAudit(tx, events);
}

/** Keys that nobody used for a day take over all the same: the old one is cut. Any number of processes may do it. @returns how many */
export async function endHandovers(ports: Ports): Promise<number> {
  let count = 0;
  while (await endOne(ports)) count += 1;
  return count;
}

async function endOne(ports: Ports): Promise<boolean> {
  return ports.db.transaction(async (tx) => {
    const place = await lockNextHandover(tx, new Date(ports.clock.now().getTime() - KEY_HANDOVER_MS));
    const client = place && (await lockClient(tx, place.subscriptionId, place.id));
    if (!client?.next) return false;
    await appendAudit(tx, [await takeOver(ports, tx, client, client.next, "its day was over")]);
    return true;
  });
}

/** @returns what to append to the audit log */
async function takeOver(ports: Ports, tx: Tx, client: LockedClient, next: NonNullable<LockedClient["next"]>, why: string): Promise<NewAuditEvent> {
  const now = ports.clock.now();
  const keys = { publicKey: next.publicKey, hasPresharedKey: next.hasPresharedKey, next: null };
  const revision = mustBeOnDevice(client.state) ? await reviseClient(tx, client, { to: client.state, keys, requestedAt: now, now }) : null;
  await promoteKey(tx, client.id, revision);
  return {
    chain: client.subscriptionId,
    at: now,
    action: "client.key_took_over",
    actor: PORTAL_ACTOR,
    subject: { kind: "client", id: client.id },
    sourceAddress: null,
    data: { nickname: client.nickname, before: client.publicKey, publicKey: next.publicKey, why, handedInAt: isoOrNull(next.since), revision: revision === null ? null : Number(revision) },
  };
}
