import { z } from "zod";
import { route } from "@/lib/http/route";
import { requestClientChallenge } from "@/lib/usecases/request-client-challenge";

export const POST = route("client.issue", {
  status: 201,
  body: z.object({ nickname: z.string().max(500), expiresAt: z.string().max(40).nullable().optional() }),
  handle: ({ ports, actor, params, body }) => requestClientChallenge(ports, actor, { subscriptionId: params.subscriptionId ?? "", ...body }),
});
