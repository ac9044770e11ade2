import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { setPeersReach } from "@/lib/usecases/reach-policy";

/** Whether the machines of the instance reach one another. */
export const PATCH = route("subscription.policy", {
  body: z.object({ peersReach: z.boolean(), proof: proofSchema.optional() }),
  handle: ({ ports, actor, params, body }) => setPeersReach(ports, actor, { subscriptionId: params.subscriptionId ?? "", peersReach: body.peersReach }, body.proof ?? null),
});
