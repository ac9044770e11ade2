import { route } from "@/lib/http/route";
import { removeSystem } from "@/lib/usecases/systems/change-system";

export const POST = route("system.remove", {
  handle: ({ ports, actor, params }) => removeSystem(ports, actor, { subscriptionId: params.subscriptionId ?? "", systemId: params.systemId ?? "" }),
});
