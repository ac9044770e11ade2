import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { unlinkIdentity } from "@/lib/usecases/account/unlink-identity";

export const DELETE = route("account.security", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => unlinkIdentity(ports, actor, { identityId: params.identityId ?? "" }, body.proof),
});
