/** The key that systems join an instance with: shown, or another made in its place. Both open the network, so both take a proof. */
import { openApiKey, sealApiKey } from "@/lib/auth/api-keys";
import { auditActor, type Actor } from "@/lib/auth/actor";
import { FACTOR_WORDS, requestProof, wideningTransaction, type Act, type PresentedProof, type SpentProof } from "@/lib/auth/step-up";
import { endingOf, newApiKey } from "@/lib/core/api-key";
import { lockApiKey, putApiKey } from "@/lib/db/api-keys";
import { appendAudit } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { notifySubscriptions } from "@/lib/db/gateway-changes";
import { managersOf } from "@/lib/db/members";
import { queueMail } from "@/lib/db/outbox";
import type { SubscriptionAccess } from "@/lib/db/subscriptions";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { noInstance } from "@/lib/usecases/provisioning/take-down";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireAccess } from "@/lib/usecases/subscription-access";
import type { ApiKeyView } from "@/lib/usecases/system-views";
import type { StepUpView } from "@/lib/usecases/views";

type KeyAction = "api-key.show" | "api-key.rotate";

const keyAct = <A extends KeyAction>(action: A, subscriptionId: string): Act<A> => ({ action, objectId: subscriptionId, parameters: {} });

const WORDS: Record<KeyAction, { act: (instance: string) => string; meaning: string }> = {
  "api-key.show": { act: (instance) => `show the API key of ${instance}`, meaning: "Whoever has the key can ask to join with a system; each is let in only when somebody approves it." },
  "api-key.rotate": { act: (instance) => `make a new API key for ${instance}`, meaning: "The key before it stops working at once. Systems that were approved stay connected." },
};

/** @throws not_found, forbidden, two_factor_required, instance_not_ready */
async function prepare(tx: Tx, actor: Actor, subscriptionId: string, lock: boolean): Promise<{ access: SubscriptionAccess; instanceName: string }> {
  const access = await requireAccess(tx, actor, subscriptionId, "instance.api-key", lock);
  if (!access.instance) throw noInstance();
  return { access, instanceName: access.instance.name };
}

/** @throws not_found, forbidden, two_factor_required, instance_not_ready, step_up_too_many */
export async function requestApiKey(ports: Ports, actor: Actor, input: { subscriptionId: string }, action: KeyAction): Promise<StepUpView> {
  return ports.db.transaction(async (tx) => {
    const { access, instanceName } = await prepare(tx, actor, input.subscriptionId, false);
    const text = {
      act: WORDS[action].act(instanceName),
      details: [
        { label: "Instance", value: `${instanceName} (${access.name})` },
        { label: "What this means", value: WORDS[action].meaning },
      ],
    };
    return stepUpView(await requestProof(ports, tx, actor, keyAct(action, access.id), actor.email, text));
  });
}

/** Makes the key where there is none yet. @throws not_found, forbidden, two_factor_required, instance_not_ready, step_up_* */
export async function showApiKey(ports: Ports, actor: Actor, input: { subscriptionId: string }, proof: PresentedProof): Promise<ApiKeyView> {
  return withProof(ports, actor, input.subscriptionId, "api-key.show", proof, async (tx, verified, access) => {
    const existing = await lockApiKey(tx, access.id);
    const apiKey = existing ? openApiKey(ports, existing) : newApiKey(ports.randomBytes);
    if (!existing) await putApiKey(tx, verified, sealApiKey(ports, access.id, apiKey));
    return { apiKey, action: "api_key.shown" };
  });
}

/** The key before it opens nothing from the commit on. @throws not_found, forbidden, two_factor_required, instance_not_ready, step_up_* */
export async function rotateApiKey(ports: Ports, actor: Actor, input: { subscriptionId: string }, proof: PresentedProof): Promise<ApiKeyView> {
  return withProof(ports, actor, input.subscriptionId, "api-key.rotate", proof, async (tx, verified, access, instanceName) => {
    await lockApiKey(tx, access.id);
    const apiKey = newApiKey(ports.randomBytes);
    await putApiKey(tx, verified, sealApiKey(ports, access.id, apiKey));
    const now = ports.clock.now();
    for (const recipient of await managersOf(tx, access.id)) {
      await queueMail(tx, {
        id: ports.newId(),
        recipient,
        now,
        content: { template: "api-key-rotated", instanceName, subscriptionName: access.name, byEmail: actor.email, at: iso(now), url: new URL(`/subscriptions/${access.id}/service`, ports.config.url).href },
      });
    }
    return { apiKey, action: "api_key.rotated" };
  });
}

async function withProof<A extends KeyAction>(
  ports: Ports,
  actor: Actor,
  subscriptionId: string,
  action: A,
  proof: PresentedProof,
  work: (tx: Tx, verified: SpentProof<A>, access: SubscriptionAccess, instanceName: string) => Promise<{ apiKey: string; action: "api_key.shown" | "api_key.rotated" }>,
): Promise<ApiKeyView> {
  return wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      const prepared = await prepare(tx, actor, subscriptionId, true);
      return { ...prepared, act: keyAct(action, prepared.access.id) };
    },
    async (tx, verified, { access, instanceName }) => {
      const done = await work(tx, verified, access, instanceName);
      await notifySubscriptions(tx, [{ subscriptionId: access.id, clientId: null }]);
      await appendAudit(tx, [
        {
          chain: access.id,
          at: ports.clock.now(),
          action: done.action,
          actor: auditActor(actor),
          subject: { kind: "subscription", id: access.id },
          sourceAddress: actor.source.address,
          data: { ending: endingOf(done.apiKey), proof: FACTOR_WORDS[verified.factor] },
        },
      ]);
      return { apiKey: done.apiKey };
    },
  );
}
