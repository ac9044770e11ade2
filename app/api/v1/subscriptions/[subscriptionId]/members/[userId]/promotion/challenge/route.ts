import { route } from "@/lib/http/route";
import { requestPromotion } from "@/lib/usecases/members/promote-member";

/** Asks for the proof that making somebody an admin takes. */
export const POST = route("member.role", { status: 201, handle: ({ ports, actor, params }) => requestPromotion(ports, actor, { subscriptionId: params.subscriptionId ?? "", userId: params.userId ?? "" }) });
