import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { json } from "@/lib/http/responses";
import { route } from "@/lib/http/route";
import { withTokenCookie } from "@/lib/http/token-cookie";
import { startIdentityLink } from "@/lib/usecases/sign-in/link-identity";

/** The browser goes on with next-auth's signIn(provider): what comes back is added to this account. */
export const POST = route("account.security", {
  body: z.object({ provider: z.string().max(40), proof: proofSchema }),
  handle: async ({ ports, actor, body }) => {
    const { linkToken } = await startIdentityLink(ports, actor, { provider: body.provider }, body.proof);
    return withTokenCookie(json({ provider: body.provider }), ports.config, "link", linkToken);
  },
});
