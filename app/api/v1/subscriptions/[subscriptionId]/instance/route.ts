import { z } from "zod";
import { addressesOf } from "@/lib/http/addresses-of";
import { route } from "@/lib/http/route";
import { provisionOwnInstance } from "@/lib/usecases/provisioning/provision-own";

export const POST = route("instance.provision", {
  body: z.object({ name: z.string(), subnetV4: z.string() }),
  status: 201,
  handle: ({ ports, actor, params, body }) => provisionOwnInstance(ports, actor, { subscriptionId: params.subscriptionId ?? "", ...body }, addressesOf),
});
