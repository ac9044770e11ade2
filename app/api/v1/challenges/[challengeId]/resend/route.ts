import { route } from "@/lib/http/route";
import { resendChallenge } from "@/lib/usecases/resend-challenge";

export const POST = route("address.verify", {
  handle: ({ ports, actor, params }) => resendChallenge(ports, actor, { challengeId: params.challengeId ?? "" }),
});
