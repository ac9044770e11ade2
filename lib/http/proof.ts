import { z } from "zod";

const challengeId = z.string().max(60);

/** The body's `proof`: what lib/auth/step-up.ts takes as a PresentedProof. */
export const proofSchema = z.discriminatedUnion("factor", [
  z.object({ challengeId, factor: z.literal("passkey"), response: z.unknown() }),
  z.object({ challengeId, factor: z.literal("provider") }),
  z.object({ challengeId, factor: z.enum(["mail", "totp", "recovery"]).optional(), code: z.string().max(40) }),
]);
