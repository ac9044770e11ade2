import { z } from "zod";
import { password } from "@/app/api/v1/sign-in/fields";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { setPassword } from "@/lib/usecases/account/set-password";

export const PUT = route("account.security", {
  body: z.object({ password, proof: proofSchema }),
  handle: ({ ports, actor, body }) => setPassword(ports, actor, body, body.proof),
});
