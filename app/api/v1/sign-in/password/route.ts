import { z } from "zod";
import { email, password } from "@/app/api/v1/sign-in/fields";
import { signInRoute } from "@/lib/http/sign-in-route";
import { signInWithPassword } from "@/lib/usecases/sign-in/password-step";

export const POST = signInRoute({
  body: z.object({ email, password }),
  handle: async ({ ports, request, body, keepAttempt }) => {
    const { step, attemptToken } = await signInWithPassword(ports, request, body);
    keepAttempt(attemptToken);
    return step;
  },
});
