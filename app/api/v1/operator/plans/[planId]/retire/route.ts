import { z } from "zod";
import { route } from "@/lib/http/route";
import { setPlanRetired } from "@/lib/usecases/billing/plans";

/** Takes a plan off the offer, or puts it back. */
export const POST = route("operator.read", {
  body: z.object({ retired: z.boolean() }),
  handle: async ({ ports, actor, params, body }) => ({ items: await setPlanRetired(ports, actor, { planId: params.planId ?? "", retired: body.retired }) }),
});
