import { route } from "@/lib/http/route";
import { offerGateways } from "@/lib/usecases/provisioning/move-instance";

export const GET = route("instance.move", {
  handle: ({ ports, actor, params }) => offerGateways(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
