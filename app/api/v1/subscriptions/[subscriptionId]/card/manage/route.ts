import { route } from "@/lib/http/route";
import { manageCard } from "@/lib/usecases/billing/pay-by-card";

export const POST = route("subscription.pay", { handle: ({ ports, actor, params }) => manageCard(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });
