import { z } from "zod";
import { route } from "@/lib/http/route";
import { redeemLicense } from "@/lib/usecases/billing/licenses";

export const POST = route("subscription.redeem", { body: z.object({ key: z.string() }), handle: ({ ports, actor, params, body }) => redeemLicense(ports, actor, { subscriptionId: params.subscriptionId ?? "", key: body.key }) });
