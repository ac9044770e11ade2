import { z } from "zod";
import { INVITED_ROLES } from "@/lib/core/members";
import { route } from "@/lib/http/route";
import { requestInvitation } from "@/lib/usecases/members/invite";

/** Asks for the proof that inviting somebody takes. */
export const POST = route("member.invite", {
  status: 201,
  body: z.object({ email: z.string().max(400), role: z.enum(INVITED_ROLES) }),
  handle: ({ ports, actor, params, body }) => requestInvitation(ports, actor, { subscriptionId: params.subscriptionId ?? "", ...body }),
});
