import { route } from "@/lib/http/route";
import { refuseSystem } from "@/lib/usecases/systems/decide";

export const POST = route("system.remove", {
  handle: ({ ports, actor, params }) => refuseSystem(ports, actor, { subscriptionId: params.subscriptionId ?? "", systemId: params.systemId ?? "" }),
});
