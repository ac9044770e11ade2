import { route } from "@/lib/http/route";
import { suspendClient } from "@/lib/usecases/suspend-client";

export const POST = route("client.suspend", {
  handle: ({ ports, actor, params }) => suspendClient(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "" }),
});
