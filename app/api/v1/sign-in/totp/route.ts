import { code } from "@/app/api/v1/sign-in/fields";
import { signInRoute } from "@/lib/http/sign-in-route";
import { showTotp } from "@/lib/usecases/sign-in/factor-step";

export const POST = signInRoute({ body: code, handle: ({ ports, request, body }) => showTotp(ports, request, body) });
