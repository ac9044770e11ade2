import type { IssuedChallenge } from "@/lib/auth/step-up";
import { PROOF_TRIES, RESEND_AFTER_SECONDS } from "@/lib/core/proof-limits";
import { iso } from "@/lib/db/values";
import type { StepUpView } from "@/lib/usecases/views";

export const stepUpView = (challenge: IssuedChallenge): StepUpView => ({
  challengeId: challenge.challengeId,
  expiresAt: iso(challenge.expiresAt),
  triesLeft: PROOF_TRIES,
  factors: challenge.factors,
  sentTo: challenge.sentTo,
  resendAfterSeconds: RESEND_AFTER_SECONDS,
  act: challenge.text.act,
  details: challenge.text.details,
});
