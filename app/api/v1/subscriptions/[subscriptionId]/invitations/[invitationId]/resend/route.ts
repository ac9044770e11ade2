import { route } from "@/lib/http/route";
import { resendInvitation } from "@/lib/usecases/members/invite";

export const POST = route("member.invite", { handle: ({ ports, actor, params }) => resendInvitation(ports, actor, { subscriptionId: params.subscriptionId ?? "", invitationId: params.invitationId ?? "" }) });
