import { route } from "@/lib/http/route";
import { requestLimitRelaxation } from "@/lib/usecases/client-limits";
import { limitSchema } from "@/lib/http/client-limit";

/** Asks for the proof that a higher limit, or none, takes. */
export const POST = route("subscription.policy", {
  status: 201,
  body: limitSchema,
  handle: ({ ports, actor, params, body }) => requestLimitRelaxation(ports, actor, { ...body, subscriptionId: params.subscriptionId ?? "" }),
});
