import { startFreshSignIn } from "@/lib/auth/fresh-sign-in";
import { json } from "@/lib/http/responses";
import { route } from "@/lib/http/route";
import { withTokenCookie } from "@/lib/http/token-cookie";
import { requireId } from "@/lib/usecases/subscription-access";

/** The browser goes on with next-auth's signIn(provider), told to ask for a new sign-in: what comes back proves this challenge, and signs nobody in. */
export const POST = route("account.security", {
  handle: async ({ ports, actor, params }) => {
    const { provider, freshToken } = await startFreshSignIn(ports, actor, { challengeId: requireId(params.challengeId ?? "") });
    return withTokenCookie(json({ provider }), ports.config, "fresh", freshToken);
  },
});
