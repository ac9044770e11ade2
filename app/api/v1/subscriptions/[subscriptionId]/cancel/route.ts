import { z } from "zod";
import { route } from "@/lib/http/route";
import { cancelSubscription } from "@/lib/usecases/billing/operate-billing";

export const POST = route("subscription.cancel", {
  body: z.object({ atOnce: z.boolean().default(false) }),
  handle: ({ ports, actor, params, body }) => cancelSubscription(ports, actor, { subscriptionId: params.subscriptionId ?? "", atOnce: body.atOnce }),
});
