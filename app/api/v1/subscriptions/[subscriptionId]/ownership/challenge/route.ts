import { z } from "zod";
import { route } from "@/lib/http/route";
import { requestOwnershipOffer } from "@/lib/usecases/members/transfer-ownership";

/** Asks for the proof that offering the subscription to a member takes. */
export const POST = route("ownership.give", {
  status: 201,
  body: z.object({ userId: z.string().max(60) }),
  handle: ({ ports, actor, params, body }) => requestOwnershipOffer(ports, actor, { subscriptionId: params.subscriptionId ?? "", userId: body.userId }),
});
