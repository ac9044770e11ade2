import { code } from "@/app/api/v1/sign-in/fields";
import { signInRoute } from "@/lib/http/sign-in-route";
import { showRecoveryCode } from "@/lib/usecases/sign-in/factor-step";

export const POST = signInRoute({ body: code, handle: ({ ports, request, body }) => showRecoveryCode(ports, request, body) });
