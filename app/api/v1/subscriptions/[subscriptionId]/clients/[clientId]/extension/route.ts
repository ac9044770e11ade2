import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { extendClient } from "@/lib/usecases/set-client-expiry";

export const POST = route("client.resume", {
  body: z.object({ expiresAt: z.string().max(40).nullable(), proof: proofSchema }),
  handle: ({ ports, actor, params, body }) =>
    extendClient(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "", expiresAt: body.expiresAt }, body.proof),
});
