import { route } from "@/lib/http/route";
import { beginCardPayment } from "@/lib/usecases/billing/pay-by-card";

export const POST = route("subscription.pay", { handle: ({ ports, actor, params }) => beginCardPayment(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });
