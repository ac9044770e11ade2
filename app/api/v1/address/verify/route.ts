import { z } from "zod";
import { route } from "@/lib/http/route";
import { verifyAddress } from "@/lib/usecases/verify-address";

export const POST = route("address.verify", {
  body: z.object({ challengeId: z.string().max(60), code: z.string().max(20) }),
  handle: ({ ports, actor, body }) => verifyAddress(ports, actor, body),
});
