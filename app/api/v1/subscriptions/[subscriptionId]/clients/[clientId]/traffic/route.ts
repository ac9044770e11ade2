import { route } from "@/lib/http/route";
import { viewTraffic } from "@/lib/usecases/view-traffic";

export const GET = route("client.read", {
  handle: ({ ports, actor, params }) => viewTraffic(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "" }),
});
