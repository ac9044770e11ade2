/** What Stripe tells. Who sends it is in its signature alone, so it is read as it came, before anything is parsed. */
import type { NextRequest } from "next/server";
import { readText } from "@/lib/http/body";
import { errorResponse, json } from "@/lib/http/responses";
import { runtime } from "@/lib/runtime";
import { hearOfCard } from "@/lib/usecases/billing/follow-card";

/** Many times what an event takes. */
const MAX_BODY_BYTES = 512 * 1024;

export async function POST(request: NextRequest): Promise<Response> {
  try {
    const body = await readText(request, MAX_BODY_BYTES);
    return json(await hearOfCard(runtime(), { body, signature: request.headers.get("stripe-signature") }));
  } catch (error) {
    return errorResponse(error, "POST /api/billing/stripe/webhook");
  }
}
