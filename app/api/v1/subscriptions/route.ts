import { z } from "zod";
import { route } from "@/lib/http/route";
import { takeOutSubscription } from "@/lib/usecases/billing/take-out-subscription";

export const POST = route("subscription.take_out", {
  body: z.object({ planId: z.string(), name: z.string() }),
  status: 201,
  handle: ({ ports, actor, body }) => takeOutSubscription(ports, actor, body),
});
