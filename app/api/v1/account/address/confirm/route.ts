import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { confirmAddressChange } from "@/lib/usecases/account/change-address";

export const POST = route("account.security", {
  body: z.object({ email: z.string().max(2000), proof: proofSchema, newAddress: z.object({ challengeId: z.string().max(60), code: z.string().max(40) }) }),
  handle: ({ ports, actor, body }) => confirmAddressChange(ports, actor, body, body.proof),
});
