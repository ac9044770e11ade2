import { route } from "@/lib/http/route";
import { requestPolicyRelaxation } from "@/lib/usecases/subscription-policy";

/** Asks for the proof that no longer requiring two factors takes. */
export const POST = route("subscription.policy", {
  status: 201,
  handle: ({ ports, actor, params }) => requestPolicyRelaxation(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
