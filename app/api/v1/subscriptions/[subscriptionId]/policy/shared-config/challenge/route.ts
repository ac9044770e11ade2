import { route } from "@/lib/http/route";
import { requestSharedConfigRelaxation } from "@/lib/usecases/shared-config-policy";

/** Asks for the proof that no longer suspending clients that are shared takes. */
export const POST = route("subscription.policy", {
  status: 201,
  handle: ({ ports, actor, params }) => requestSharedConfigRelaxation(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
