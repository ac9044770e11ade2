import { z } from "zod";
import { signInRoute } from "@/lib/http/sign-in-route";
import { endSessionsByLink } from "@/lib/usecases/account/sessions";

/** For who holds the link of a mail, signed in or not. */
export const POST = signInRoute({
  body: z.object({ token: z.string().max(100) }),
  handle: ({ ports, request, body }) => endSessionsByLink(ports, request.source, body),
});
