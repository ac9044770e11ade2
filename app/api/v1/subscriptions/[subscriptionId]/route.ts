import { route } from "@/lib/http/route";
import { viewSubscription } from "@/lib/usecases/view-subscription";

export const GET = route("subscription.read", {
  handle: ({ ports, actor, params }) => viewSubscription(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
