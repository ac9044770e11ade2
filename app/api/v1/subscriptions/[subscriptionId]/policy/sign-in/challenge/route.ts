import { z } from "zod";
import { route } from "@/lib/http/route";
import { requestSignInRelaxation } from "@/lib/usecases/sign-in-policy";

/** Asks for the proof that letting members sign in less often takes. */
export const POST = route("subscription.policy", {
  status: 201,
  body: z.object({ days: z.number().nullable() }),
  handle: ({ ports, actor, params, body }) => requestSignInRelaxation(ports, actor, { subscriptionId: params.subscriptionId ?? "", days: body.days }),
});
