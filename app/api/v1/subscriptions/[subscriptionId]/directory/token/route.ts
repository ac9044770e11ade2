import { z } from "zod";
import { proofSchema } from "@/lib/http/proof";
import { route } from "@/lib/http/route";
import { disconnectDirectory, makeDirectoryToken } from "@/lib/usecases/directory/token";

/** Makes the directory's token, in place of the one before; shown in this answer and never again. */
export const POST = route("directory.manage", {
  body: z.object({ proof: proofSchema }),
  status: 201,
  handle: ({ ports, actor, params, body }) => makeDirectoryToken(ports, actor, { subscriptionId: params.subscriptionId ?? "" }, body.proof),
});

/** Disconnects the directory. */
export const DELETE = route("directory.manage", {
  handle: ({ ports, actor, params }) => disconnectDirectory(ports, actor, { subscriptionId: params.subscriptionId ?? "" }),
});
