import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { offerOwnership, withdrawOwnershipOffer } from "@/lib/usecases/members/transfer-ownership";

export const POST = route("ownership.give", {
  body: z.object({ userId: z.string().max(60), proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => offerOwnership(ports, actor, { subscriptionId: params.subscriptionId ?? "", userId: body.userId }, body.proof),
});

export const DELETE = route("ownership.give", { handle: ({ ports, actor, params }) => withdrawOwnershipOffer(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });
