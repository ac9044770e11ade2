/** Answers of the back-channel logout (OpenID Connect Back-Channel Logout 1.0, section 2.8): 200 and nothing, or 400 and why, never to be kept. */
import { PortcullisError } from "@/lib/core/errors";
import { errorResponse } from "./responses";

export async function logoutAnswer(work: () => Promise<void>): Promise<Response> {
  try {
    await work();
    return new Response(null, { status: 200, headers: { "cache-control": "no-store" } });
  } catch (error) {
    const answer = errorResponse(error, "POST /api/auth/back-channel-logout");
    // Whatever a caller did wrong is one status; what they may try again later keeps its own.
    if (!(error instanceof PortcullisError) || error.code === "too_many_tries" || error.code === "unavailable") return answer;
    return Response.json({ error: "invalid_request", error_description: error.message }, { status: 400, headers: { "cache-control": "no-store" } });
  }
}
