import { z } from "zod";
import { signInRoute } from "@/lib/http/sign-in-route";
import { passkeyOptions } from "@/lib/usecases/sign-in/factor-step";

export const POST = signInRoute({
  body: z.object({ secondFactor: z.boolean() }),
  handle: async ({ ports, request, body, keepAttempt }) => {
    const { options, passkeyToken } = await passkeyOptions(ports, request, body);
    if (passkeyToken !== null) keepAttempt(passkeyToken, "passkey");
    return options;
  },
});
