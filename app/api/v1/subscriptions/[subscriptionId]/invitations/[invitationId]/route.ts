import { route } from "@/lib/http/route";
import { withdrawInvitation } from "@/lib/usecases/members/invite";

export const DELETE = route("member.invite", { handle: ({ ports, actor, params }) => withdrawInvitation(ports, actor, { subscriptionId: params.subscriptionId ?? "", invitationId: params.invitationId ?? "" }) });
