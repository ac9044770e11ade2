import { route } from "@/lib/http/route";
import { suspendSubscription } from "@/lib/usecases/billing/operate-billing";

export const POST = route("operator.read", { handle: ({ ports, actor, params }) => suspendSubscription(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });
