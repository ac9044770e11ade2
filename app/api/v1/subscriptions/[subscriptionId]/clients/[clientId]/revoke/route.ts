import { route } from "@/lib/http/route";
import { revokeClient } from "@/lib/usecases/revoke-client";

export const POST = route("client.revoke", {
  handle: ({ ports, actor, params }) => revokeClient(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "" }),
});
