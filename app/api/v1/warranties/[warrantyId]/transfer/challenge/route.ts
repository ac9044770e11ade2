import { z } from "zod";
import { route } from "@/lib/http/route";
import { requestTransfer } from "@/lib/usecases/warranties/transfer-warranty";

export const POST = route("warranty.own", {
  body: z.object({ email: z.string().max(400) }),
  status: 201,
  handle: ({ ports, actor, params, body }) => requestTransfer(ports, actor, { warrantyId: params.warrantyId ?? "", email: body.email }),
});
