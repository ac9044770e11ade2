import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { beginTotp } from "@/lib/usecases/factors/add-totp";

export const POST = route("account.security", {
  status: 201,
  body: z.object({ name: z.string().max(500), proof: proofSchema }),
  handle: ({ ports, actor, body }) => beginTotp(ports, actor, body, body.proof),
});
