import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { removePasskey, renameFactor } from "@/lib/usecases/factors/change-factor";

export const PATCH = route("account.security", {
  body: z.object({ name: z.string().max(500) }),
  handle: ({ ports, actor, params, body }) => renameFactor(ports, actor, "passkey", { id: params.passkeyId ?? "", name: body.name }),
});

export const DELETE = route("account.security", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => removePasskey(ports, actor, { id: params.passkeyId ?? "" }, body.proof),
});
