import type { Actor, UnprovedActor } from "@/lib/auth/actor";
import { mailProof, ownChallenge } from "@/lib/auth/step-up-challenge";
import { RESEND_AFTER_SECONDS } from "@/lib/core/proof-limits";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { requireId } from "./subscription-access";
import type { MailedChallengeView } from "./views";

/**
 * Mails the code of one's own challenge: again, or for the first time where a stronger factor was offered first.
 *
 * @throws step_up_too_soon, step_up_too_many, step_up_spent, step_up_expired, step_up_mismatch, step_up_factor_refused
 */
export async function resendChallenge(ports: Ports, actor: Actor | UnprovedActor, input: { challengeId: string }): Promise<MailedChallengeView> {
  return ports.db.transaction(async (tx) => {
    const challenge = await ownChallenge(tx, actor, requireId(input.challengeId));
    const sentTo = await mailProof(ports, tx, actor, challenge);
    return { sentTo, expiresAt: iso(challenge.expiresAt), resendAfterSeconds: RESEND_AFTER_SECONDS };
  });
}
