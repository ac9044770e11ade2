import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { newRecoveryCodes } from "@/lib/usecases/factors/recovery-codes";

export const POST = route("account.security", {
  status: 201,
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, body }) => newRecoveryCodes(ports, actor, body.proof),
});
