import { route } from "@/lib/http/route";
import { demoteMember } from "@/lib/usecases/members/remove-member";

export const POST = route("member.role", { handle: ({ ports, actor, params }) => demoteMember(ports, actor, { subscriptionId: params.subscriptionId ?? "", userId: params.userId ?? "" }) });
