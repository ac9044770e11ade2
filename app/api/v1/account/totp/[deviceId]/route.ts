import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { removeTotp, renameFactor } from "@/lib/usecases/factors/change-factor";

export const PATCH = route("account.security", {
  body: z.object({ name: z.string().max(500) }),
  handle: ({ ports, actor, params, body }) => renameFactor(ports, actor, "totp", { id: params.deviceId ?? "", name: body.name }),
});

export const DELETE = route("account.security", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => removeTotp(ports, actor, { id: params.deviceId ?? "" }, body.proof),
});
