import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { issueClient } from "@/lib/usecases/issue-client";
import { listClients } from "@/lib/usecases/list-clients";

export const GET = route("client.read", {
  handle: ({ ports, actor, params, query }) =>
    listClients(ports, actor, { subscriptionId: params.subscriptionId ?? "", cursor: query.get("cursor"), query: query.get("q") }),
});

/** Proof and public key in one request, so that a proof is never spent on an issue that failed. */
export const POST = route("client.issue", {
  status: 201,
  body: z.object({
    nickname: z.string().max(500),
    publicKey: z.string().max(100),
    sealedPresharedKey: z.string().max(300).nullable(),
    /** ISO 8601; null or left out: no end. */
    expiresAt: z.string().max(40).nullable().optional(),
    proof: proofSchema,
  }),
  handle: ({ ports, actor, params, body: { proof, ...input } }) => issueClient(ports, actor, { ...input, subscriptionId: params.subscriptionId ?? "" }, proof),
});
