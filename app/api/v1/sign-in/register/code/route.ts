import { code } from "@/app/api/v1/sign-in/fields";
import { signInRoute } from "@/lib/http/sign-in-route";
import { showCode } from "@/lib/usecases/sign-in/code-step";

export const POST = signInRoute({ body: code, handle: ({ ports, request, body }) => showCode(ports, request, "register", body) });
