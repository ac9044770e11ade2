import { z } from "zod";
import { signInRoute } from "@/lib/http/sign-in-route";
import { showPasskey } from "@/lib/usecases/sign-in/factor-step";

export const POST = signInRoute({
  body: z.object({ response: z.unknown(), secondFactor: z.boolean() }),
  handle: ({ ports, request, body }) => showPasskey(ports, request, { response: body.response, secondFactor: body.secondFactor }),
});
