import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { approveSystem } from "@/lib/usecases/systems/decide";

export const POST = route("system.approve", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => approveSystem(ports, actor, { subscriptionId: params.subscriptionId ?? "", systemId: params.systemId ?? "" }, body.proof),
});
