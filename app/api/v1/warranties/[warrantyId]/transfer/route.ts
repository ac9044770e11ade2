import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { offerTransfer, withdrawTransfer } from "@/lib/usecases/warranties/transfer-warranty";

export const POST = route("warranty.own", {
  body: z.object({ email: z.string().max(400), proof: proofSchema }),
  handle: ({ ports, actor, params, body }) => offerTransfer(ports, actor, { warrantyId: params.warrantyId ?? "", email: body.email }, body.proof),
});

export const DELETE = route("warranty.own", {
  handle: ({ ports, actor, params }) => withdrawTransfer(ports, actor, { warrantyId: params.warrantyId ?? "" }),
});
