import { z } from "zod";
import { limitSchema } from "@/lib/http/client-limit";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { setClientLimit } from "@/lib/usecases/client-limits";

export const PATCH = route("subscription.policy", {
  body: limitSchema.and(z.object({ proof: proofSchema.optional() })),
  handle: ({ ports, actor, params, body: { limit, most, proof } }) => setClientLimit(ports, actor, { subscriptionId: params.subscriptionId ?? "", limit, most }, proof ?? null),
});
