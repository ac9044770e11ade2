import { route } from "@/lib/http/route";
import { requestPeersReach } from "@/lib/usecases/reach-policy";

/** Asks for the proof that letting machines reach one another takes. */
export const POST = route("subscription.policy", {
  status: 201,
  handle: ({ ports, actor, params }) => requestPeersReach(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
