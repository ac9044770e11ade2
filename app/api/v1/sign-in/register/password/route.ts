import { z } from "zod";
import { password } from "@/app/api/v1/sign-in/fields";
import { signInRoute } from "@/lib/http/sign-in-route";
import { finishRegistration } from "@/lib/usecases/sign-in/register";

export const POST = signInRoute({
  body: z.object({ password, name: z.string().max(400).default("") }),
  handle: ({ ports, request, body }) => finishRegistration(ports, request, body),
});
