import { signInOptions } from "@/lib/auth/sign-in-options";
import { errorResponse, json } from "@/lib/http/responses";

/** The settings can change with a restart, and a build must not keep them. */
export const dynamic = "force-dynamic";

/** Public: what the sign-in page offers. */
export function GET(): Response {
  try {
    return json(signInOptions());
  } catch (error) {
    return errorResponse(error, "GET /api/v1/sign-in/options");
  }
}
