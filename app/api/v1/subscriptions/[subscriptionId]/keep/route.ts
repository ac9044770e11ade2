import { route } from "@/lib/http/route";
import { keepSubscription } from "@/lib/usecases/billing/operate-billing";

export const POST = route("subscription.keep", { handle: ({ ports, actor, params }) => keepSubscription(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });
