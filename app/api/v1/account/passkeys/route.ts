import { z } from "zod";
import { route } from "@/lib/http/route";
import { finishPasskey } from "@/lib/usecases/factors/add-passkey";

/** Adding one took a proof when its options were asked for; this is what the authenticator made of them, in the same session. */
export const POST = route("account.security", {
  status: 201,
  body: z.object({ name: z.string().max(500), response: z.unknown() }),
  handle: ({ ports, actor, body }) => finishPasskey(ports, actor, body),
});
