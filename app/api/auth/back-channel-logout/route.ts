import { logOutByProvider } from "@/lib/auth/provider-logout";
import { sourceOf } from "@/lib/auth/source";
import { readForm } from "@/lib/http/body";
import { logoutAnswer } from "@/lib/http/logout-answer";
import { runtime } from "@/lib/runtime";

/** A token of 2 kB is a long one. */
const MAX_BODY_BYTES = 16 * 1024;

/** OpenID Connect Back-Channel Logout 1.0: the provider posts a logout token. It has no cookie and no origin; its signature says who it is. */
export async function POST(request: Request): Promise<Response> {
  return logoutAnswer(async () => {
    const form = await readForm(request, MAX_BODY_BYTES);
    await logOutByProvider(runtime(), sourceOf(request.headers), form.get("logout_token") ?? "");
  });
}
