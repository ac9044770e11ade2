import { route } from "@/lib/http/route";
import { requestApiKey } from "@/lib/usecases/systems/api-key";

export const POST = route("instance.api-key", {
  status: 201,
  handle: ({ ports, actor, params }) => requestApiKey(ports, actor, { subscriptionId: params.subscriptionId ?? "" }, "api-key.rotate"),
});
