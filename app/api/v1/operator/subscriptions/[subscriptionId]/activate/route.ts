import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { activateSubscription } from "@/lib/usecases/billing/operate-billing";

export const POST = route("operator.read", {
  body: z.object({ until: z.string().nullable(), proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => activateSubscription(ports, actor, { subscriptionId: params.subscriptionId ?? "", until: body.until }, body.proof),
});
