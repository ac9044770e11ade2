import { route } from "@/lib/http/route";
import { viewMembers } from "@/lib/usecases/members/list-members";

export const GET = route("member.read", { handle: ({ ports, actor, params }) => viewMembers(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });
