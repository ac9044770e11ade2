import { z } from "zod";
import { email } from "@/app/api/v1/sign-in/fields";
import { signInRoute } from "@/lib/http/sign-in-route";
import { startReset } from "@/lib/usecases/sign-in/reset";

export const POST = signInRoute({
  body: z.object({ email }),
  handle: async ({ ports, request, body, keepAttempt }) => {
    const { step, attemptToken } = await startReset(ports, request, body);
    keepAttempt(attemptToken);
    return step;
  },
});
