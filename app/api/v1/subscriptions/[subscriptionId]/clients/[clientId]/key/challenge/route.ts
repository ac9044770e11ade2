import { route } from "@/lib/http/route";
import { requestKeyReplacement } from "@/lib/usecases/replace-key";

export const POST = route("client.issue", {
  status: 201,
  handle: ({ ports, actor, params }) => requestKeyReplacement(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "" }),
});
