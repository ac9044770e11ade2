import { route } from "@/lib/http/route";
import { listSystems } from "@/lib/usecases/systems/view-systems";

export const GET = route("system.read", {
  handle: ({ ports, actor, params }) => listSystems(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
