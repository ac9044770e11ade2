import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { setPolicy } from "@/lib/usecases/subscription-policy";

export const PATCH = route("subscription.policy", {
  body: z.object({ twoFactorRequired: z.boolean(), proof: proofSchema.optional() }),
  handle: ({ ports, actor, params, body }) =>
    setPolicy(ports, actor, { subscriptionId: params.subscriptionId ?? "", twoFactorRequired: body.twoFactorRequired }, body.proof ?? null),
});
