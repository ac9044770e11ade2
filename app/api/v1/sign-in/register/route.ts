import { z } from "zod";
import { email } from "@/app/api/v1/sign-in/fields";
import { signInRoute } from "@/lib/http/sign-in-route";
import { startRegistration } from "@/lib/usecases/sign-in/register";

export const POST = signInRoute({
  body: z.object({ email }),
  handle: async ({ ports, request, body, keepAttempt }) => {
    const { step, attemptToken } = await startRegistration(ports, request, body);
    keepAttempt(attemptToken);
    return step;
  },
});
