import { route } from "@/lib/http/route";
import { takeDownOwnInstance } from "@/lib/usecases/provisioning/take-down";

export const POST = route("instance.remove", {
  handle: ({ ports, actor, params }) => takeDownOwnInstance(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
