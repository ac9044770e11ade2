import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { reactivateUser } from "@/lib/usecases/operator-users/reactivate";

export const POST = route("operator.read", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => reactivateUser(ports, actor, { userId: params.userId ?? "" }, body.proof),
});
