import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { enrolClient } from "@/lib/usecases/enrolments/enrol-client";

/** Link, proof and public key in one request, so that neither of the first two is spent on an attempt that failed. */
export const POST = route("enrolment.answer", {
  status: 201,
  body: z.object({ token: z.string().max(100), publicKey: z.string().max(100), sealedPresharedKey: z.string().max(300).nullable(), proof: proofSchema }),
  handle: ({ ports, actor, body: { proof, ...input } }) => enrolClient(ports, actor, input, proof),
});
