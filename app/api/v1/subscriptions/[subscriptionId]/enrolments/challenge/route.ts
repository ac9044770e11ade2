import { z } from "zod";
import { route } from "@/lib/http/route";
import { requestPreparation } from "@/lib/usecases/enrolments/prepare-client";

/** Asks for the proof that preparing a client takes. */
export const POST = route("client.prepare", {
  status: 201,
  body: z.object({ email: z.string().max(400), nickname: z.string().max(500), expiresAt: z.string().max(40).nullable().optional() }),
  handle: ({ ports, actor, params, body }) => requestPreparation(ports, actor, { ...body, subscriptionId: params.subscriptionId ?? "" }),
});
