/** A system asks to join with the instance's API key, and asks on with a token of its own until somebody decided. docs/systems.md says the same in words. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { RequestSource } from "@/lib/auth/actor";
import { apiKeyHashOf } from "@/lib/auth/api-keys";
import { takeTry } from "@/lib/auth/limits";
import { endingOf } from "@/lib/core/api-key";
import { PortcullisError } from "@/lib/core/errors";
import { isId } from "@/lib/core/ids";
import { parsePublicKey, type PublicKey } from "@/lib/core/keys";
import { MAX_WAITING_SYSTEMS, parseSystemFacts, SYSTEM_WAITS_MS, systemState, type SystemFacts } from "@/lib/core/system";
import { isInGoodStanding } from "@/lib/core/vocabulary";
import { appendAudit } from "@/lib/db/audit";
import { listSystemPeers } from "@/lib/db/clients";
import type { Tx } from "@/lib/db/client";
import { notifySubscriptions } from "@/lib/db/gateway-changes";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import { findSubscription, lockSubscriptionShared, type SubscriptionAccess } from "@/lib/db/subscriptions";
import { countWaiting, findSubscriptionOfApiKey, findSystemById, findSystemByKey, isClientKey, lockApiKeyByHash, putSystem, type SystemRow } from "@/lib/db/systems";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { keyInUse, requireOtherKey, requireRoom } from "@/lib/usecases/peer";
import { readyInstance, requireReadyInstance, type ReadyInstance } from "@/lib/usecases/subscription-access";
import type { JoinedView, JoinView } from "@/lib/usecases/system-views";
import { joinView, systemUrl } from "./present";

export interface JoinInput {
  publicKey: string;
  hostName: string;
  serial?: string | null | undefined;
  version?: string | null | undefined;
}

/** One answer for a key that never was, one that was replaced, one of another portal, and none at all. */
const unknown = (): PortcullisError => new PortcullisError("credential_unknown", "This key or token isn't known here. An owner or admin finds the instance's API key in the portal, under Service.");

/** Only what is wrong is counted, so that no stranger on the same network slows a system that has the right key. @throws credential_unknown, too_many_tries */
async function refuse(ports: Ports, source: RequestSource): Promise<never> {
  await takeTry(ports, { kind: "apiKey", source: source.address, knownBrowser: false });
  throw unknown();
}

/** Derived, and stored nowhere: who asks again with the same key gets the same. */
const tokenOf = (ports: Pick<Ports, "config">, systemId: string): string => createHmac("sha256", ports.config.deriveKey("system token")).update(systemId).digest("base64url");

function isTokenOf(ports: Pick<Ports, "config">, systemId: string, token: string): boolean {
  const right = Buffer.from(tokenOf(ports, systemId));
  const said = Buffer.from(token);
  return said.length === right.length && timingSafeEqual(said, right);
}

/** @throws credential_unknown, too_many_tries. What is said is looked at only after this, so that a stranger learns nothing from it. */
export async function requireApiKey(ports: Ports, apiKey: string | null, source: RequestSource): Promise<{ subscriptionId: string; apiKey: string }> {
  const subscriptionId = await findSubscriptionOfApiKey(ports.db.read, apiKeyHashOf(ports, apiKey ?? ""));
  return subscriptionId === null || apiKey === null ? refuse(ports, source) : { subscriptionId, apiKey };
}

/**
 * Asks to join. The same key again asks for nothing new, and answers how far it has come; one that nobody decided about in time asks anew.
 *
 * @throws credential_unknown, too_many_tries, bad_request, public_key_invalid, public_key_in_use, subscription_inactive, instance_not_ready, plan_limit_reached, systems_waiting
 */
export async function joinSystem(ports: Ports, { subscriptionId, apiKey }: { subscriptionId: string; apiKey: string }, input: JoinInput, source: RequestSource): Promise<JoinedView> {
  const facts = parseSystemFacts(input);
  const publicKey = parsePublicKey(input.publicKey);
  const known = await findSystemByKey(ports.db.read, subscriptionId, publicKey);
  if (known === null || systemState(known, ports.clock.now()) === "expired") await takeTry(ports, { kind: "join", account: subscriptionId, source: source.address, knownBrowser: false });
  const row = await ports.db.transaction(async (tx) => {
    const subscription = await lockSubscriptionShared(tx, subscriptionId);
    if (!subscription || !(await lockApiKeyByHash(tx, apiKeyHashOf(ports, apiKey)))) return null;
    const now = ports.clock.now();
    const before = await findSystemByKey(tx, subscriptionId, publicKey);
    if (before && systemState(before, now) !== "expired") return before;
    return ask(ports, tx, subscription, { facts, publicKey, apiKey, source, now });
  });
  // The key was replaced while this was under way.
  if (row === null) return refuse(ports, source);
  return { ...(await viewOf(ports, row)), token: tokenOf(ports, row.id) };
}

async function ask(
  ports: Ports,
  tx: Tx,
  subscription: Omit<SubscriptionAccess, "standing">,
  { facts, publicKey, apiKey, source, now }: { facts: SystemFacts; publicKey: PublicKey; apiKey: string; source: RequestSource; now: Date },
): Promise<SystemRow> {
  const instance = requireReadyInstance(subscription);
  requireOtherKey(instance, publicKey);
  if (await isClientKey(tx, publicKey)) throw keyInUse();
  requireRoom(subscription, "system", instance.liveSystems);
  if ((await countWaiting(tx, subscription.id, now)) >= MAX_WAITING_SYSTEMS) {
    throw new PortcullisError("systems_waiting", `${MAX_WAITING_SYSTEMS} systems wait for a decision already. Ask an owner or admin to approve or refuse some, then try again.`);
  }
  const expiresAt = new Date(now.getTime() + SYSTEM_WAITS_MS);
  const id = await putSystem(tx, { id: ports.newId(), subscriptionId: subscription.id, publicKey, ...facts, askedFrom: source.address, askedAt: now, expiresAt });
  await notifySubscriptions(tx, [{ subscriptionId: subscription.id, clientId: null }]);
  for (const recipient of await managersOf(tx, subscription.id)) {
    await queueMail(tx, {
      id: ports.newId(),
      recipient,
      now,
      staleAt: expiresAt,
      content: {
        template: "system-asks",
        name: facts.hostName,
        serial: facts.serial,
        version: facts.version,
        publicKey,
        sourceAddress: source.address ?? "unknown",
        instanceName: instance.name,
        subscriptionName: subscription.name,
        expiresAt: iso(expiresAt),
        url: systemUrl(ports, { id, subscriptionId: subscription.id }),
      },
    });
  }
  await appendAudit(tx, [
    {
      chain: subscription.id,
      at: now,
      action: "system.asked",
      actor: { kind: "portal", id: null, label: `a system with the API key …${endingOf(apiKey)}`, operator: false },
      subject: { kind: "system", id },
      sourceAddress: source.address,
      data: { name: facts.hostName, serial: facts.serial, version: facts.version, publicKey },
    },
  ]);
  return { id, subscriptionId: subscription.id, publicKey, ...facts, askedFrom: source.address, askedAt: now, expiresAt, refusedAt: null, client: null, nickname: null };
}

/** How far a system's request has come, for the system itself. @throws credential_unknown, too_many_tries */
export async function pollSystem(ports: Ports, systemId: string, token: string | null, source: RequestSource): Promise<JoinView> {
  // Whether there is such a system is looked at only by its own token.
  if (token === null || !isId(systemId) || !isTokenOf(ports, systemId, token)) return refuse(ports, source);
  const row = await findSystemById(ports.db.read, systemId);
  return row ? viewOf(ports, row) : refuse(ports, source);
}

async function viewOf(ports: Ports, row: SystemRow): Promise<JoinView> {
  const [peer = null] = await listSystemPeers(ports.db.read, row.subscriptionId, [row.id]);
  const subscription = await findSubscription(ports.db.read, row.subscriptionId);
  return joinView(row, peer, subscription && connectable(subscription), ports.clock.now());
}

/** An instance that can be connected to now. */
const connectable = ({ billingState, instance }: Omit<SubscriptionAccess, "standing">): ReadyInstance | null => (instance && isInGoodStanding(billingState) ? readyInstance(instance) : null);
