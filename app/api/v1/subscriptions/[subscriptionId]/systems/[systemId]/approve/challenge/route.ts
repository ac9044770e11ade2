import { route } from "@/lib/http/route";
import { requestApproval } from "@/lib/usecases/systems/decide";

/** Asks for the proof that letting this system in takes. */
export const POST = route("system.approve", {
  status: 201,
  handle: ({ ports, actor, params }) => requestApproval(ports, actor, { subscriptionId: params.subscriptionId ?? "", systemId: params.systemId ?? "" }),
});
