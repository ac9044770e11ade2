import { z } from "zod";
import { password } from "@/app/api/v1/sign-in/fields";
import { signInRoute } from "@/lib/http/sign-in-route";
import { finishReset } from "@/lib/usecases/sign-in/reset";

export const POST = signInRoute({ body: z.object({ password }), handle: ({ ports, request, body }) => finishReset(ports, request, body) });
