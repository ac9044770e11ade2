import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { beginPasskey } from "@/lib/usecases/factors/add-passkey";

export const POST = route("account.security", {
  body: z.object({ name: z.string().max(500), proof: proofSchema }),
  handle: ({ ports, actor, body }) => beginPasskey(ports, actor, body, body.proof),
});
