import { z } from "zod";
import { addressesOf } from "@/lib/http/addresses-of";
import { route } from "@/lib/http/route";
import { moveOwnInstance } from "@/lib/usecases/provisioning/move-instance";

export const POST = route("instance.move", {
  body: z.object({ gatewayId: z.string() }),
  handle: ({ ports, actor, params, body }) => moveOwnInstance(ports, actor, { subscriptionId: params.subscriptionId ?? "", ...body }, addressesOf),
});
