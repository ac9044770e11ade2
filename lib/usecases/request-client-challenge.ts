/** Asks for the proof that adding a client takes: good for this nickname on this instance. */
import type { Actor } from "@/lib/auth/actor";
import { requestProof } from "@/lib/auth/step-up";
import { allowedExpiry, parseExpiry } from "@/lib/core/client-expiry";
import { parseNickname } from "@/lib/core/nickname";
import type { Ports } from "@/lib/ports";
import { clientIssueAct, instantText } from "./client-acts";
import { stepUpView } from "./step-up/present-challenge";
import { requireAccess, requireReadyInstance, sealToOf } from "./subscription-access";
import type { ClientChallengeView } from "./views";

/** @throws nickname_invalid, expiry_invalid, not_found, forbidden, subscription_inactive, instance_not_ready, step_up_too_many */
export async function requestClientChallenge(ports: Ports, actor: Actor, input: { subscriptionId: string; nickname: string; expiresAt?: string | null }): Promise<ClientChallengeView> {
  const nickname = parseNickname(input.nickname);
  const requested = parseExpiry(input.expiresAt ?? null);
  return ports.db.transaction(async (tx) => {
    const access = await requireAccess(tx, actor, input.subscriptionId, "client.issue");
    const instance = requireReadyInstance(access);
    const expiresAt = allowedExpiry(requested, ports.clock.now(), access.maxClientDays);
    const challenge = await requestProof(ports, tx, actor, clientIssueAct(instance.id, nickname, requested), actor.email, {
      act: `add the client “${nickname}” to ${instance.name}`,
      details: [
        { label: "Client", value: nickname },
        { label: "Instance", value: `${instance.name} (${access.name})` },
        ...(expiresAt === null ? [] : [{ label: "Access ends", value: instantText(expiresAt) }]),
      ],
    });
    return { ...stepUpView(challenge), sealTo: sealToOf(instance) };
  });
}
