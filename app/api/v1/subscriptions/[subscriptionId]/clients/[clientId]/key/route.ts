import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { replaceKey } from "@/lib/usecases/replace-key";

export const POST = route("client.issue", {
  body: z.object({ publicKey: z.string().max(100), sealedPresharedKey: z.string().max(300).nullable(), proof: proofSchema }),
  handle: ({ ports, actor, params, body: { proof, ...keys } }) => replaceKey(ports, actor, { subscriptionId: params.subscriptionId ?? "", clientId: params.clientId ?? "", ...keys }, proof),
});
