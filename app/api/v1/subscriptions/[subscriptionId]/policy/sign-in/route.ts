import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { setSignInPolicy } from "@/lib/usecases/sign-in-policy";

/** After how many days members have to sign in again; null: never. */
export const PATCH = route("subscription.policy", {
  body: z.object({ days: z.number().nullable(), proof: proofSchema.optional() }),
  handle: ({ ports, actor, params, body }) => setSignInPolicy(ports, actor, { subscriptionId: params.subscriptionId ?? "", days: body.days }, body.proof ?? null),
});
