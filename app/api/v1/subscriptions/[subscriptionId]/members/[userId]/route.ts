import { route } from "@/lib/http/route";
import { removeMember } from "@/lib/usecases/members/remove-member";

/** Removes a member; of oneself: leaves. */
export const DELETE = route("member.remove", { handle: ({ ports, actor, params }) => removeMember(ports, actor, { subscriptionId: params.subscriptionId ?? "", userId: params.userId ?? "" }) });
