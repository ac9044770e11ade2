import { z } from "zod";
import { route } from "@/lib/http/route";
import { requestExtension } from "@/lib/usecases/set-client-expiry";

export const POST = route("client.resume", {
  status: 201,
  body: z.object({ expiresAt: z.string().max(40).nullable() }),
  handle: ({ ports, actor, params, body }) =>
    requestExtension(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "", expiresAt: body.expiresAt }),
});
