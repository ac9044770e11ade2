import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import type { Actor } from "@/lib/auth/actor";
import { ownChallenge, passkeyOptionsFor } from "@/lib/auth/step-up-challenge";
import type { Ports } from "@/lib/ports";
import { requireId } from "@/lib/usecases/subscription-access";

/** What the browser needs to prove one's own challenge with a passkey. @throws step_up_mismatch, step_up_spent, step_up_expired, step_up_factor_refused */
export async function passkeyOptionsForChallenge(ports: Ports, actor: Actor, input: { challengeId: string }): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return ports.db.transaction(async (tx) => passkeyOptionsFor(ports, tx, actor, await ownChallenge(tx, actor, requireId(input.challengeId))));
}
