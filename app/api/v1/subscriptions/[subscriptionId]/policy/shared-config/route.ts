import { z } from "zod";
import { SHARED_CONFIG_POLICIES } from "@/lib/core/vocabulary";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { setSharedConfigPolicy } from "@/lib/usecases/shared-config-policy";

/** What happens to clients whose config two machines use. */
export const PATCH = route("subscription.policy", {
  body: z.object({ sharedConfig: z.enum(SHARED_CONFIG_POLICIES), proof: proofSchema.optional() }),
  handle: ({ ports, actor, params, body }) =>
    setSharedConfigPolicy(ports, actor, { subscriptionId: params.subscriptionId ?? "", sharedConfig: body.sharedConfig }, body.proof ?? null),
});
