import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { promoteMember } from "@/lib/usecases/members/promote-member";

export const POST = route("member.role", {
  body: z.object({ proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => promoteMember(ports, actor, { subscriptionId: params.subscriptionId ?? "", userId: params.userId ?? "" }, body.proof),
});
