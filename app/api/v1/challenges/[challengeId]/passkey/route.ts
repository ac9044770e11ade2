import { route } from "@/lib/http/route";
import { passkeyOptionsForChallenge } from "@/lib/usecases/step-up/passkey-options";

export const POST = route("account.security", {
  handle: ({ ports, actor, params }) => passkeyOptionsForChallenge(ports, actor, { challengeId: params.challengeId ?? "" }),
});
