import { z } from "zod";
import { INVITED_ROLES } from "@/lib/core/members";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { inviteMember } from "@/lib/usecases/members/invite";

export const POST = route("member.invite", {
  body: z.object({ email: z.string().max(400), role: z.enum(INVITED_ROLES), proof: proofSchema }),
  handle: ({ ports, actor, params, body: { email, role, proof } }) => inviteMember(ports, actor, { subscriptionId: params.subscriptionId ?? "", email, role }, proof),
});
