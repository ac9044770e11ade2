import { route } from "@/lib/http/route";
import { viewClient } from "@/lib/usecases/view-client";

export const GET = route("client.read", {
  handle: ({ ports, actor, params }) => viewClient(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "" }),
});
