import { z } from "zod";
import { route } from "@/lib/http/route";
import { shortenClient } from "@/lib/usecases/set-client-expiry";

/** An earlier end; a later one is an extension, and takes a proof. */
export const PUT = route("client.suspend", {
  body: z.object({ expiresAt: z.string().max(40) }),
  handle: ({ ports, actor, params, body }) =>
    shortenClient(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "", expiresAt: body.expiresAt }),
});
