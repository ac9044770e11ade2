import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { resumeClient } from "@/lib/usecases/resume-client";

export const POST = route("client.resume", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => resumeClient(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "" }, body.proof),
});
