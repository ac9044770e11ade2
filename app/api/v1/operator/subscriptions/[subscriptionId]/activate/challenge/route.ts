import { z } from "zod";
import { route } from "@/lib/http/route";
import { requestActivation } from "@/lib/usecases/billing/operate-billing";

/** Asks for the proof that activating a subscription takes. */
export const POST = route("operator.read", {
  body: z.object({ until: z.string().nullable() }),
  status: 201,
  handle: ({ ports, actor, params, body }) => requestActivation(ports, actor, { subscriptionId: params.subscriptionId ?? "", until: body.until }),
});
