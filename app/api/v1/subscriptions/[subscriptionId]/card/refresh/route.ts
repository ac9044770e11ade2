import { route } from "@/lib/http/route";
import { refreshCard } from "@/lib/usecases/billing/pay-by-card";

export const POST = route("subscription.pay", { handle: ({ ports, actor, params }) => refreshCard(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });
