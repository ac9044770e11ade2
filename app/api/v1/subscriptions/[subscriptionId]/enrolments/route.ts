import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { prepareClient, viewEnrolments } from "@/lib/usecases/enrolments/prepare-client";

/** Clients that were prepared, and wait for a key. */
export const GET = route("client.read", { handle: ({ ports, actor, params }) => viewEnrolments(ports, actor, { subscriptionId: params.subscriptionId ?? "" }) });

export const POST = route("client.prepare", {
  body: z.object({ email: z.string().max(400), nickname: z.string().max(500), expiresAt: z.string().max(40).nullable().optional(), proof: proofSchema }),
  handle: ({ ports, actor, params, body: { proof, ...input } }) => prepareClient(ports, actor, { ...input, subscriptionId: params.subscriptionId ?? "" }, proof),
});
