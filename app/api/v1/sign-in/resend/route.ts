import { signInRoute } from "@/lib/http/sign-in-route";
import { resendCode } from "@/lib/usecases/sign-in/code-step";

export const POST = signInRoute({ handle: ({ ports, request }) => resendCode(ports, request) });
