import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { acceptOwnership } from "@/lib/usecases/members/transfer-ownership";

export const POST = route("ownership.take", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => acceptOwnership(ports, actor, { subscriptionId: params.subscriptionId ?? "" }, body.proof),
});
