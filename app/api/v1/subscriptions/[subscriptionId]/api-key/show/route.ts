import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { showApiKey } from "@/lib/usecases/systems/api-key";

export const POST = route("instance.api-key", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => showApiKey(ports, actor, { subscriptionId: params.subscriptionId ?? "" }, body.proof),
});
