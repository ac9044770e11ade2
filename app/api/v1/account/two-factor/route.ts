import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { elevateSession } from "@/lib/usecases/factors/elevate-session";

/** For a session that began with one factor, in a subscription that requires two. */
export const POST = route("account.security", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, body }) => elevateSession(ports, actor, body.proof),
});
